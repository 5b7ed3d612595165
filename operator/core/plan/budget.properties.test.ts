import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { config, limited, settled } from '../testing/fixtures.ts';
import { sub, TEAMS, teams } from './testing/teams.ts';

const { limits } = config();
const EMPTY = teams({});
const bytes = ({ target }: Snapshot) =>
  Object.entries(target.configMap?.data ?? {}).reduce(
    (sum, [key, value]) => sum + key.length + Buffer.byteLength(value),
    0,
  );
const ofRobots = bytes(settled(EMPTY));

/** The wishes of a team at some time: subscriptions by name, with so many events. */
const wishes = fc.dictionary(
  fc.constantFrom(...TEAMS.flatMap((team) => [`${team}/x`, `${team}/y`])),
  fc.integer({ min: 1, max: 6 }),
  { minKeys: 3 },
);
const subscriptionsOf = (wish: Record<string, number>) =>
  Object.entries(wish).map(([key, count], index) => {
    const [team, name] = key.split('/') as [string, string];
    return sub(team, name, count, { names: [name] }, index);
  });
const room = fc.record({
  configMapBytes: fc.integer({ min: ofRobots + 1_000, max: ofRobots + 60_000 }),
  // Mostly none, or hardly any subscription would go live.
  perNamespace: fc.oneof(
    { weight: 3, arbitrary: fc.constant(limits.perNamespace) },
    fc
      .record({
        subscriptions: fc.integer({ min: 0, max: 2 }),
        keys: fc.integer({ min: 0, max: 30 }),
        bytes: fc.integer({ min: 0, max: 40_000 }),
        messages: fc.integer({ min: 0, max: 20 }),
      })
      .map((quota) => ({ ...limits.perNamespace, ...quota })),
  ),
});

it('for all edits and lowered limits: live resources stay, and the written objects fit', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(wishes, room), { minLength: 2, maxLength: 5 }), (history) => {
      let before = settled(EMPTY);
      for (const [wish, limit] of history) {
        const live = new Set(decide(before).plan.subscriptions.keys());
        const next: Snapshot = {
          ...before,
          subscriptions: subscriptionsOf(wish),
          config: limited(limit),
        };
        const { plan, resolution } = decide(next);
        for (const { cr, verdict } of resolution.subscriptions) {
          const key = `${cr.metadata.namespace}/${cr.metadata.name}`;
          if (live.has(key)) expect(plan.subscriptions.has(key), key).toBe(true);
          if (verdict.refusal) {
            expect(['TargetFull', 'NamespaceQuotaExceeded']).toContain(verdict.refusal.reason);
          }
        }
        // Room that a resource frees late in a run is used in the next run.
        let after: Snapshot = next;
        for (let runs = 0; decide(after).writes.steps.length > 0; runs++) {
          expect(runs).toBeLessThan(10);
          after = settled(after);
          // Above the limit nothing grows. The markers of the shared key are in the reserve.
          expect(bytes(after)).toBeLessThanOrEqual(Math.max(bytes(before), limit.configMapBytes + 500));
        }
        before = after;
      }
    }),
    { numRuns: 25 },
  );
});
