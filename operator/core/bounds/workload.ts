import type { CustomResource } from '../../api/kinds.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { SAMPLE_APPLICATIONS } from '../gate/sample-applications.ts';

/** The work that a resource causes, estimated from its text alone. */
export interface Workload {
  readonly resources: number;
  /** The spec as JSON, in bytes. */
  readonly specBytes: number;
  /** Messages that are compiled: events times robots. */
  readonly messages: number;
  /** Questions to Argo CD's engine; an upper bound. */
  readonly questions: number;
}

const workloads = new ObjectMemo<CustomResource, Workload>();

/** The work that this resource causes. */
export const workloadOf = (resource: CustomResource): Workload =>
  workloads.get(resource, [], () => measure(resource));

function measure(resource: CustomResource): Workload {
  const specBytes = Buffer.byteLength(JSON.stringify(resource.spec));
  return { resources: 1, specBytes, messages: messagesOf(resource), questions: questionsOf(resource) };
}

function messagesOf({ spec }: CustomResource): number {
  if ('events' in spec) return spec.events.length * spec.robots.length;
  // A template is compiled once, without a subscription.
  return 'message' in spec ? 1 : 0;
}

/**
 * The engine is asked about each key of Argo CD's configuration and about each expression. One question about a raw template takes as
 * long as one for each sample, and the condition of an event that
 * may send it is asked about once more.
 */
function questionsOf({ spec }: CustomResource): number {
  if ('message' in spec) return spec.message.raw === undefined ? 0 : 1 + SAMPLE_APPLICATIONS.length;
  if (!('events' in spec)) return 1;
  const expressions = spec.events.flatMap(({ when, oncePer, eventTime }) => [when, oncePer, eventTime]);
  // The engine inspects each expression and evaluates it for the samples. It is asked about the newest and the live version,
  // and about each live condition.
  const templated = spec.events.filter(({ template }) => template !== undefined).length;
  return 2 + spec.events.length + templated + 2 * expressions.filter((text) => text !== undefined).length;
}
