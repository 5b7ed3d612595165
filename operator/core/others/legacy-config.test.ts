import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import { engineAsker } from '../../cluster/gate.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import { type Decision, decide } from '../decide.ts';
import type { GateAnswer } from '../model/engine-api.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { statusUpdates } from '../status/statuses.ts';
import { liveObject, settled, snapshot, team } from '../testing/fixtures.ts';

let engine: Engine;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
});
afterAll(() => engine?.close());

/** A team's subscription beside a legacy key, judged by Argo CD's own engine. */
async function decided(legacy: string) {
  const answers = new Map<string, GateAnswer>();
  const target = { configMap: liveObject({ 'config.yaml': legacy }), secret: liveObject() };
  const before: Snapshot = snapshot({ ...team(), target, answers });
  const ask = engineAsker(engine);
  const settle = async (each: Snapshot): Promise<Decision> => {
    for (;;) {
      const decision = decide(each);
      if (decision.questions.size === 0) return decision;
      for (const [key, { request }] of decision.questions) answers.set(key, await ask(request));
    }
  };
  return { before, settle, decision: await settle(before) };
}

describe('a legacy config.yaml', () => {
  it.each([
    ['with subscriptions', 'subscriptions:\n- recipients: [slack:x]\n  triggers: [t]\n'],
    ['with an empty list of them', 'subscriptions: []\n'],
    ['in JSON', '{"subscriptions":[{"recipients":["slack:x"],"triggers":[]}]}'],
  ])('%s makes our entries void', async (_, legacy) => {
    const { before, decision, settle } = await decided(legacy);
    expect(decision.ignored).toMatchObject({ reason: 'EngineIgnoresSubscriptions' });
    // All is written all the same, and the subscription says so; the robot is not concerned.
    expect(decision.writes.steps.map((step) => step.kind)).toEqual(['apply', 'apply', 'subscriptions']);
    const after = settled(before);
    const { resolution, live, plan, ignored, foreign } = await settle(after);
    expect(foreign).toEqual([]);
    const shown = statusUpdates(resolution, { snapshot: after, live, plan, ignored }).map(
      ({ kind, patch }) => {
        const conditions = patch.conditions as readonly { type: string; status: string; reason: string }[];
        const merged = conditions.find(({ type }) => type === 'Merged');
        return `${kind.kind} ${merged?.status}/${merged?.reason}`;
      },
    );
    expect(shown).toEqual([
      'DingTalkRobot True/Merged',
      'NotificationSubscription False/EngineIgnoresSubscriptions',
    ]);
  });

  it.each([
    ['without subscriptions', 'triggers:\n- name: t\n  condition: "true"\n  template: x\n'],
    ['with null', 'subscriptions: null\n'],
    ['that is empty', ''],
  ])('%s does no harm', async (_, legacy) => {
    const { decision } = await decided(legacy);
    expect([decision.ignored, decision.foreign]).toEqual([undefined, []]);
  });

  it('with subscriptions, where there is no such key at all, stops Argo CD for everybody', async () => {
    const { before, settle } = await decided('subscriptions: []\n');
    const { foreign } = await settle({ ...before, robots: [], subscriptions: [] });
    expect(foreign).toMatchObject([{ message: expect.stringContaining('config.yaml') }]);
  });

  it('that the engine refuses is reported as the foreign key that it is', async () => {
    const { decision } = await decided('subscriptions: [\n');
    expect(decision.ignored).toBeUndefined();
    expect(decision.foreign).toMatchObject([
      { reason: 'ForeignKeyBroken', message: expect.stringContaining('config.yaml') },
    ]);
  });
});
