import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DingTalkRobot } from '../../api/kinds.ts';
import { GITEE_EVENTS } from '../../gitee/events.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { giteeSubscription, NAMESPACE, relayed, robot, settled, subscription } from '../testing/fixtures.ts';
import { giteeConfig } from './testing/installation.ts';

const TRIGGERS = [...Object.keys(GITEE_EVENTS), 'gitee-other'];
const NAMES = ['direct', 'relayed', 'mistaken', 'suspended'];

const delivery = fc.constantFrom('Direct' as const, 'Relay' as const);
const robotSpec = fc.record(
  { delivery, timeZone: fc.constantFrom('UTC', 'Nowhere/City'), suspend: fc.boolean() },
  { requiredKeys: ['delivery'] },
);
const robots = fc
  .array(robotSpec, { minLength: NAMES.length, maxLength: NAMES.length })
  .map((specs) => specs.map((spec, index) => robot({ name: NAMES[index] as string }, spec)));

const recipients = fc
  .uniqueArray(fc.constantFrom(...NAMES, 'gone'), { minLength: 1, maxLength: 3 })
  .map((names) => names.map((name) => ({ name })));

const gitee = fc.record({
  name: fc.constantFrom('gitee', 'other'),
  spec: fc.record({
    robots: recipients,
    events: fc.constantFrom(...TRIGGERS).map((trigger) => [{ trigger }]),
    gitee: fc.record({ delivery: fc.constantFrom('Relay' as const, 'Native' as const) }),
    suspend: fc.boolean(),
  }),
});

/** Everything by which Argo CD and the relay know of applications. */
const partOf = (snapshot: Snapshot) => {
  const { plan, writes, resolution } = decide(snapshot);
  const { configMap, entries, secret, routes, renewAt } = plan;
  return {
    ...{ configMap, entries, secret, routes, renewAt, steps: writes.steps },
    verdicts: [...resolution.robots, ...resolution.subscriptions].map(({ cr, verdict }) => [
      cr.metadata.name,
      verdict,
    ]),
  };
};

it('subscriptions to Gitee change nothing about those to applications, whatever happens to their robots', () => {
  const given = fc.record({
    before: robots,
    after: robots,
    argocd: recipients,
    gitee: fc.uniqueArray(gitee, { maxLength: 2, selector: ({ name }) => name }),
  });
  fc.assert(
    fc.property(given, ({ before, after, argocd, gitee: subscriptions }) => {
      const start = relayed({
        config: giteeConfig(),
        subscriptions: [subscription({}, { robots: argocd })],
      });
      const added = subscriptions.map(({ name, spec }) => giteeSubscription({ name }, spec));
      const states = [start, { ...start, subscriptions: [...start.subscriptions, ...added] }].map((one) => {
        const first = settled({ ...one, robots: before });
        const next = settled({ ...first, robots: edited(after) });
        return [one, first, next, settled(next)].map(partOf);
      });
      expect(states[1]).toEqual(states[0]);
    }),
  );
});

const edited = (all: readonly DingTalkRobot[]): DingTalkRobot[] =>
  all.map((each) => ({ ...each, metadata: { ...each.metadata, generation: 2, namespace: NAMESPACE } }));
