import type { CustomResource } from '../../api/kinds.ts';
import { ObjectMemo } from '../../lib/memo.ts';

/** What it takes to look at a resource, told by its text alone. */
export interface Workload {
  readonly resources: number;
  /** The spec as JSON, in bytes. */
  readonly specBytes: number;
  /** Messages that are compiled: events times robots. */
  readonly messages: number;
  /** Questions to Argo CD's engine, at the most. */
  readonly questions: number;
}

const workloads = new ObjectMemo<CustomResource, Workload>();

/** What it takes to look at this resource. */
export const workloadOf = (resource: CustomResource): Workload =>
  workloads.get(resource, [], () => measure(resource));

function measure(resource: CustomResource): Workload {
  const specBytes = Buffer.byteLength(JSON.stringify(resource.spec));
  return { resources: 1, specBytes, messages: messagesOf(resource), questions: questionsOf(resource) };
}

function messagesOf({ spec }: CustomResource): number {
  if ('events' in spec) return spec.events.length * spec.robots.length;
  // A template is compiled once, for itself.
  return 'message' in spec ? 1 : 0;
}

/** Each key of Argo CD's configuration is asked about, each expression, and a raw template for each sample. */
function questionsOf({ spec }: CustomResource): number {
  if ('message' in spec) return spec.message.raw === undefined ? 0 : 1 + RAW_SAMPLES;
  if (!('events' in spec)) return 1;
  const expressions = spec.events.flatMap(({ when, oncePer, eventTime }) => [when, oncePer, eventTime]);
  // Each is looked at and tried on the samples; the newest version is asked about and the live one, whose conditions are too.
  return 2 + spec.events.length + 2 * expressions.filter((text) => text !== undefined).length;
}

const RAW_SAMPLES = 3;
