import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import { engineAsker, Gate } from '../../cluster/gate.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import { createLogger } from '../../lib/logger.ts';
import { type Decision, decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  afterWrites,
  config,
  found,
  NAMESPACE,
  robot,
  SECRET,
  snapshot,
  subscription,
  TOKEN,
  template,
} from '../testing/fixtures.ts';
import { HOSTILE_CONDITIONS, HOSTILE_TEMPLATES } from './testing/hostile.ts';

let engine: Engine;
let gate: Gate;
beforeAll(() => {
  // Another test runs runaways, with all the time that they may take.
  engine = createEngine({ program: locateEngine(), deadlineMs: 500 });
  gate = new Gate(engineAsker(engine), new Map(), createLogger('error', process.stderr));
});
afterAll(() => engine.close());

const BAD = 'team-bad';
const RUNAWAY = /endless|memory|recursion|cyclic/;

/** One set of CRs of a well-meaning team, or of a malicious one. */
type Member = Pick<Snapshot, 'robots' | 'templates' | 'subscriptions'>;

const good = fc
  .record({
    name: fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/),
    triggers: fc.subarray(['on-deployed', 'on-sync-failed', 'on-health-degraded', 'on-sync-running'], {
      minLength: 1,
    }),
    when: fc.option(
      fc.constantFrom("app.spec.project == 'a'", 'len(app.spec?.sources ?? []) > 1 // many', "'x' == 'x'"),
    ),
  })
  .map(({ name, triggers, when }): Member => {
    const events = [...triggers.map((trigger) => ({ trigger })), ...(when ? [{ name: 'own', when }] : [])];
    return {
      robots: [robot({ name })],
      templates: [],
      subscriptions: [subscription({ name }, { robots: [{ name }], events })],
    };
  });

const hostileTemplate = fc
  .constantFrom(...Object.entries(HOSTILE_TEMPLATES).filter(([name]) => !RUNAWAY.test(name)))
  .map(([name, raw]): Member => {
    const where = { namespace: BAD, name };
    const events = [{ trigger: 'on-sync-failed', template: { name } }];
    return {
      robots: [],
      templates: [template(where, raw)],
      subscriptions: [subscription(where, { events })],
    };
  });
const hostileCondition = fc
  .constantFrom(...Object.entries(HOSTILE_CONDITIONS))
  .map(([name, when]): Member => {
    const events = [{ name: 'own', when }];
    return { robots: [], templates: [], subscriptions: [subscription({ namespace: BAD, name }, { events })] };
  });

const unique = <T extends { readonly metadata: { readonly namespace: string; readonly name: string } }>(
  all: readonly T[],
) => [...new Map(all.map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each])).values()];

function together(members: readonly Member[]): Snapshot {
  const credentials = found({ webhook: TOKEN, secret: SECRET });
  return snapshot({
    robots: unique([robot({ namespace: BAD }), ...members.flatMap(({ robots }) => robots)]),
    templates: unique(members.flatMap(({ templates }) => templates)),
    subscriptions: unique(members.flatMap(({ subscriptions }) => subscriptions)),
    config: config({ tenancy: { trustedNamespaces: [BAD], projects: { payments: [NAMESPACE] } } }),
    credentials: new Map(
      [NAMESPACE, BAD].map((namespace) => [`${namespace}/payments-dingtalk`, credentials]),
    ),
    answers: gate.answers,
  });
}

async function settle(before: Snapshot): Promise<Decision> {
  for (;;) {
    const decision = decide(before);
    if (decision.questions.size === 0) return decision;
    expect(await gate.answer(decision.questions)).toBe('answered');
  }
}

const ofGood = (data: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(data).filter(([key]) => key.includes(`dt_${NAMESPACE}_`)));

describe('for random sets of good and hostile CRs', () => {
  const sets = fc.record({
    good: fc.array(good, { maxLength: 3 }),
    hostile: fc.array(fc.oneof(hostileTemplate, hostileCondition), { minLength: 1, maxLength: 6 }),
  });

  it('good teams get the same keys as alone, Argo CD loads all keys, and neither order nor repetition matters', async () => {
    await fc.assert(
      fc.asyncProperty(sets, fc.nat(), async ({ good: well, hostile }, turn) => {
        const alone = await settle(together(well));
        const both = together([...well, ...hostile]);
        const decision = await settle(both);
        expect(ofGood(decision.plan.configMap)).toEqual(ofGood(alone.plan.configMap));
        expect(
          decision.resolution.subscriptions.filter(
            ({ cr, verdict }) => cr.metadata.namespace === BAD && !verdict.refusal,
          ),
        ).toEqual([]);

        const target = afterWrites(both);
        const data = target.configMap?.data ?? {};
        expect(await engine.check({ configMap: data, secret: {} })).toMatchObject({ ok: true });
        expect((await settle({ ...both, target })).writes.steps).toEqual([]);

        const all = [...well, ...hostile];
        const turned = together([...all.slice(turn % all.length), ...all.slice(0, turn % all.length)]);
        if (turned.subscriptions.length === both.subscriptions.length) {
          expect((await settle(turned)).plan.configMap).toEqual(decision.plan.configMap);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
