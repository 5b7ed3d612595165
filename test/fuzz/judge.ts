import type { DingTalkRobot } from '../../operator/api/kinds.ts';
import { engineAsker, Gate } from '../../operator/cluster/gate.ts';
import { type Decision, decide } from '../../operator/core/decide.ts';
import type { Snapshot, Target } from '../../operator/core/model/snapshot.ts';
import {
  afterWrites,
  config,
  found,
  liveObject,
  robot,
  snapshot,
} from '../../operator/core/testing/fixtures.ts';
import type { Engine } from '../../operator/engine/types.ts';
import { type Case, ROBOT, TENANT, TRUSTED } from './cases.ts';
import { STRICT_ROBOT } from './typed-cases.ts';

/** More than any decision takes: a template alone has a check and three renderings. */
const MAX_ROUNDS = 20;

/** What the core made of some cases. */
export interface Judgement {
  /** What would stand in the two target objects. */
  readonly target: Target;
  /** By the index of the case: undefined if it is accepted, or the reason. */
  readonly refusals: ReadonlyMap<number, string | undefined>;
}

/** That the core itself went wrong. */
export class CoreError extends Error {
  override readonly name = 'CoreError';
}

/** What there is beside the cases: where DingTalk is, and what others have written to the target. */
export interface Scene {
  /** Counts from 1; the canary is called by it. */
  readonly round: number;
  readonly dingtalk: { readonly url: string; readonly host: string };
  readonly foreign: Readonly<Record<string, string>>;
  readonly foreignSecret: Readonly<Record<string, string>>;
  readonly token: string;
  /** How the robot for messages in Handlebars is set up. */
  readonly strict: { readonly token: string; readonly spec: Partial<DingTalkRobot['spec']> };
}

/**
 * Has the operator's core decide on the cases, with Argo CD's engine as its gate, and carries the decision out on
 * paper.
 * @throws CoreError if it does not come to an end, can't ask the engine, or changes its mind
 */
export async function judge(cases: readonly Case[], scene: Scene, engine: Engine): Promise<Judgement> {
  const failures: string[] = [];
  const note = (fields: object, message: string) => void failures.push(`${message}: ${describe(fields)}`);
  const quiet = () => undefined;
  const gate = new Gate(engineAsker(engine), new Map(), {
    debug: quiet,
    info: quiet,
    warn: note,
    error: note,
  });
  const before = snapshotOf(cases, scene, gate);
  const settle = async (each: Snapshot): Promise<Decision> => {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const decision = decide(each);
      if (decision.questions.size === 0) return decision;
      const outcome = await gate.answer(decision.questions, Number.POSITIVE_INFINITY);
      if (outcome !== 'answered') throw new CoreError(failures.join('\n'));
    }
    throw new CoreError(`the decision has open questions after ${MAX_ROUNDS} rounds`);
  };
  const decision = await settle(before);
  if (decision.writes.blocked) throw new CoreError(`broken: ${decision.writes.blocked.message}`);
  const target = afterWrites(before);
  const again = await settle({ ...before, target });
  if (again.writes.steps.length > 0) {
    const steps = again.writes.steps.map((step) => JSON.stringify(step).slice(0, 2_000));
    throw new CoreError(`a second decision writes again: ${steps.join('\n')}`);
  }
  return { target, refusals: refusalsOf(cases, decision) };
}

function snapshotOf(cases: readonly Case[], scene: Scene, gate: Gate): Snapshot {
  const { url, host } = scene.dingtalk;
  const now = new Date();
  const tokens: Readonly<Record<string, string>> = {
    [ROBOT]: scene.token,
    [STRICT_ROBOT]: scene.strict.token,
  };
  const robots = [TRUSTED, TENANT].flatMap((namespace) =>
    Object.keys(tokens).map((name) => ({ namespace, name })),
  );
  return snapshot({
    now,
    serverTime: now,
    config: config({
      dingtalk: { endpoint: `${url}/robot/send`, allowedHosts: [host] },
      tenancy: { projects: { '*': [TRUSTED, TENANT] } },
    }),
    robots: robots.map(({ namespace, name }) => {
      const webhook = { secretKeyRef: { name, key: 'webhook' } };
      const signing = { secretKeyRef: { name, key: 'secret' } };
      return robot(
        { namespace, name },
        { webhook, signing, ...(name === STRICT_ROBOT && scene.strict.spec) },
      );
    }),
    templates: cases.flatMap(({ template }) => (template ? [template] : [])),
    subscriptions: cases.map(({ subscription }) => subscription),
    credentials: new Map(
      robots.map(({ namespace, name }) => [
        `${namespace}/${name}`,
        found({ webhook: `${tokens[name]}`, secret: 'SECfuzz' }),
      ]),
    ),
    target: { configMap: liveObject(scene.foreign), secret: liveObject(scene.foreignSecret) },
    answers: gate.answers,
  });
}

function refusalsOf(cases: readonly Case[], { resolution, plan }: Decision): Map<number, string | undefined> {
  return new Map(
    cases.map(({ index, template, subscription }) => {
      const { namespace, name } = subscription.metadata;
      const ofTemplate = resolution.templates.find(({ cr }) => cr === template)?.verdict.refusal?.reason;
      const own = resolution.subscriptions.find(({ cr }) => cr === subscription)?.verdict.refusal?.reason;
      const missing = plan.subscriptions.has(`${namespace}/${name}`) ? undefined : 'NotPlanned';
      return [index, ofTemplate ?? own ?? missing];
    }),
  );
}

const describe = (fields: object): string =>
  Object.values(fields)
    .map((value) => (value instanceof Error ? value.stack : String(value)))
    .join(' ');
