import { afterAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import { createEngine } from '../../engine/client.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { afterWrites, settled } from '../testing/fixtures.ts';
import { bytesOf, FOREIGN_BYTES, type Messages, manyTeams } from '../testing/many-teams.ts';

/** Kubernetes refuses a larger ConfigMap. */
const MIB = 1_048_576;

const engine = createEngine({ program: locateEngine() });
afterAll(() => engine.close());

const dataOf = (before: Snapshot) => afterWrites(before).configMap?.data ?? {};

/** Teams that are refused, and why, by namespace. */
function refusals(before: Snapshot): Map<string, string> {
  const { subscriptions } = decide(before).resolution;
  return new Map(
    subscriptions.flatMap(({ cr: { metadata }, verdict: { refusal } }) =>
      refusal ? [[metadata.namespace, `${refusal.reason}: ${refusal.message}`]] : [],
    ),
  );
}

const without = (before: Snapshot, namespace: string): Snapshot => ({
  ...before,
  robots: before.robots.filter(({ metadata }) => metadata.namespace !== namespace),
  subscriptions: before.subscriptions.filter(({ metadata }) => metadata.namespace !== namespace),
});

describe.each<Messages>(['catalogue', 'own'])('teams with five events each (%s messages)', (messages) => {
  const sixty = manyTeams(60, messages);

  it('fit in one ConfigMap, sixty of them, beside foreign keys', { timeout: 90_000 }, async () => {
    expect(refusals(sixty)).toEqual(new Map());
    const data = dataOf(sixty);
    expect(Object.keys(data).filter((key) => key.startsWith('trigger.'))).toHaveLength(300);
    expect(bytesOf({ 'template.theirs': data['template.theirs'] as string })).toBe(FOREIGN_BYTES);
    expect(bytesOf(data)).toBeLessThan(sixty.config.limits.configMapBytes);
    // The operator checks so many keys only in the background, where nothing waits for the answer.
    const answer = await engine.check({ configMap: data, secret: {} }, { deadlineMs: 60_000 });
    expect(answer).toMatchObject({ ok: true });
  });

  describe('that are too many', () => {
    const crowd = manyTeams(100, messages);
    const refused = refusals(crowd);
    const live = settled(crowd);

    it('are refused newest first, and the object stays small enough', () => {
      const names = crowd.subscriptions.map(({ metadata }) => metadata.namespace);
      expect(refused.size).toBeGreaterThan(0);
      expect([...refused.keys()]).toEqual(names.slice(-refused.size));
      expect(bytesOf(dataOf(crowd))).toBeLessThan(MIB);
    });

    it('have their need and the limit in their messages, and no other team changes these', () => {
      const [last, message] = [...refused].at(-1) as [string, string];
      expect(message).toMatch(
        /^TargetFull: .* 1\d{4} bytes are needed .* limits\.configMapBytes is 1000000\./,
      );
      for (const other of ['team-007-orders', [...refused.keys()][0] as string]) {
        expect(refusals(settled(without(live, other))).get(last)).toBe(message);
      }
    });

    it('push no live team out, and change no live key', () => {
      expect(refusals(live)).toEqual(refused);
      expect(decide(live).writes.steps).toEqual([]);
      // The first were there when the others came, which are older.
      const turned = manyTeams(100, messages, { subscriptions: crowd.subscriptions.toReversed() });
      const ages = turned.subscriptions.map(({ metadata }) => metadata.creationTimestamp).reverse();
      const older = turned.subscriptions.map((each, index) => ({
        ...each,
        metadata: { ...each.metadata, creationTimestamp: ages[index] as string },
      }));
      expect([...refusals({ ...live, subscriptions: older }).keys()].sort()).toEqual(
        [...refused.keys()].sort(),
      );
    });

    it('go in by themselves once others leave', () => {
      const [next] = [...refused.keys()] as [string];
      const afterwards = settled(without(live, 'team-007-orders'));
      expect(refusals(afterwards).has(next)).toBe(false);
      expect(refusals(afterwards).size).toBe(refused.size - 1);
      expect(Object.keys(afterwards.target.configMap?.data ?? {}).some((key) => key.includes(next))).toBe(
        true,
      );
    });
  });
});
