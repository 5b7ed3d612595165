import { resourceKey } from '../../api/names.ts';
import { withCommit } from '../../argocd/commit-field.ts';
import { CONTEXT_KEY, eventKeyName, serviceKey, templateKey, triggerKey } from '../../argocd/names.ts';
import { formatService } from '../../argocd/service-value.ts';
import type { Engine, EngineObjects, Outcome } from '../../engine/types.ts';
import { evaluateTriggers } from '../../files/evaluation.ts';
import type { JudgedFiles } from '../../files/judge.ts';
import {
  SAMPLED_TRIGGERS,
  type SampleFile,
  sampleApplication,
  sampleCommit,
} from '../../files/sample-application.ts';
import { sentTemplates } from '../../files/sent-templates.ts';
import { own } from '../../lib/own.ts';
import { MAX_BODY_BYTES } from '../../template/go/compile.ts';
import { conditionOf, type PreviewedCondition } from './condition.ts';
import type { PreviewRecipient } from './recipients.ts';

/** A message that DingTalk would receive. */
export interface PreviewedMessage extends Partial<PreviewedCondition> {
  readonly namespace: string;
  readonly subscription: string;
  readonly event: string;
  /** `namespace/name`. */
  readonly robot: string;
  /** Null if the body has none. */
  readonly msgtype: string | null;
  /** Of the body, in bytes of UTF-8. */
  readonly size: number;
  /** Parsed; the unchanged text if it is not JSON; null if there is none. */
  readonly body: unknown;
  /** The reason why it would not be sent, or not be accepted. */
  readonly error?: string;
}

/** The address of a relayed robot is not in the plan. The engine sends nothing here. */
export const NOWHERE = 'https://preview.invalid/robot/send';

/**
 * Asks the engine to make one message.
 * @param application the subject of the message; without it, a sample that fits the event
 */
export async function previewMessage(
  recipient: PreviewRecipient,
  judged: Pick<JudgedFiles, 'decision' | 'config' | 'context'>,
  engine: Engine,
  now: Date,
  application?: SampleFile,
): Promise<PreviewedMessage> {
  const { subscription, event, robot, route } = recipient;
  const { context } = judged;
  const { plan } = judged.decision;
  const { namespace, name } = subscription.cr.metadata;
  const key = eventKeyName(namespace, name, event.name);
  const { service } = robot;
  const source = route ?? plan;
  const templates = sentTemplates(source, key);
  const keys = [...templates.map(templateKey), triggerKey(key)];
  const objects: EngineObjects = {
    configMap: {
      ...Object.fromEntries(keys.map((each) => [each, own(source.configMap, each) as string])),
      [serviceKey(service)]: route
        ? formatService(NOWHERE, '')
        : (own(plan.configMap, serviceKey(service)) as string),
      ...(context !== undefined && { [CONTEXT_KEY]: context }),
    },
    secret: route ? {} : { [service]: own(plan.secret, service) as string },
  };
  const app = application ?? (await sampleFor(recipient, objects, key, engine, now, judged.config.tenancy));
  const condition = application && (await conditionOf(application, recipient, judged, engine, now));
  const commit = route && judged.config.argocd.api ? sampleCommit(now) : undefined;
  const outcome = await engine.render({
    ...{ ...objects, app: withCommit(app, commit), templates, service },
    now: now.toISOString(),
  });
  const head = { namespace, subscription: name, event: event.name, robot: resourceKey(robot.cr) };
  return { ...head, ...previewedBody(outcome), ...condition };
}

/** The parts of a message that come from the engine's answer. */
export function previewedBody(
  outcome: Outcome<'render'>,
): Pick<PreviewedMessage, 'msgtype' | 'size' | 'body' | 'error'> {
  if (!outcome.ok) {
    const error = outcome.killed ? outcome.message : outcome.errors.map(({ message }) => message).join(' ');
    return { msgtype: null, size: 0, body: null, error };
  }
  const { body, bodyIsJSON, error } = outcome.request;
  return judgedBody(body, bodyIsJSON, error);
}

function judgedBody(text: string, isJson: boolean, error?: string) {
  const size = Buffer.byteLength(text);
  if (!isJson) {
    const problem = error ?? 'the body is not JSON, so DingTalk would refuse it';
    return { msgtype: null, size, body: text === '' ? null : text, error: problem };
  }
  const body: unknown = JSON.parse(text);
  const { msgtype } = (body ?? {}) as { readonly msgtype?: unknown };
  const problem = error ?? bodyProblem(msgtype, size);
  return {
    msgtype: typeof msgtype === 'string' ? msgtype : null,
    size,
    body,
    ...(problem !== undefined && { error: problem }),
  };
}

function bodyProblem(msgtype: unknown, size: number): string | undefined {
  if (typeof msgtype !== 'string') return 'the body has no msgtype, so DingTalk would refuse it';
  if (size > MAX_BODY_BYTES) return `DingTalk accepts at most ${MAX_BODY_BYTES} bytes`;
  return undefined;
}

/** For a custom event, only its condition shows the state that it is about. */
async function sampleFor(
  { subscription, event }: PreviewRecipient,
  objects: EngineObjects,
  key: string,
  engine: Engine,
  now: Date,
  { destinations }: JudgedFiles['config']['tenancy'],
): Promise<SampleFile> {
  const sample = (trigger: string) => sampleApplication(trigger, subscription.cr, now, destinations);
  if (event.catalogueName !== undefined) return sample(event.catalogueName);
  const samples = SAMPLED_TRIGGERS.map(sample);
  for (const app of samples) {
    const evaluation = await evaluateTriggers(engine, { ...objects, app }, [key], now);
    if (evaluation.ok && evaluation.conditions.get(key)?.some(({ triggered }) => triggered)) return app;
  }
  return sample('on-deployed');
}
