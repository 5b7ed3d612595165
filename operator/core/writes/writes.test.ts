import { describe, expect, it } from 'vitest';
import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { decide } from '../decide.ts';
import type { GateAnswer } from '../model/engine-api.ts';
import type { FieldManager, LiveObject, Snapshot } from '../model/snapshot.ts';
import {
  ACCEPTING,
  found,
  liveObject,
  robot,
  SECRET,
  settled,
  snapshot,
  subscription,
  TOKEN,
  team,
} from '../testing/fixtures.ts';

const kinds = (before: Parameters<typeof decide>[0]) =>
  decide(before).writes.steps.map((step) => (step.kind === 'apply' ? step.object : step.kind));

describe('the order of writes', () => {
  it('adds the URL before the service that names it', () => {
    expect(kinds(snapshot(team()))).toEqual(['Secret', 'ConfigMap', 'subscriptions']);
  });

  it('removes the URL after the service that named it', () => {
    const live = settled(snapshot(team()));
    expect(kinds({ ...live, robots: [], subscriptions: [] })).toEqual([
      'ConfigMap',
      'subscriptions',
      'Secret',
    ]);
  });

  it('keeps an old URL until its service is gone while a new one is added', () => {
    const live = settled(snapshot(team()));
    const { steps } = decide({ ...live, robots: [robot({ name: 'other' })], subscriptions: [] }).writes;
    expect(steps.map((step) => (step.kind === 'apply' ? Object.keys(step.data).length : 'text'))).toEqual([
      2,
      1,
      'text',
      1,
    ]);
  });

  it('touches nothing where an object is missing', () => {
    expect(kinds(snapshot({ ...team(), target: { configMap: liveObject() } }))).toEqual([]);
    expect(kinds(snapshot({ ...team(), target: { secret: liveObject() } }))).toEqual([]);
  });

  it('leaves a shared key that it does not understand, and says so; the rest is written', () => {
    const target = { configMap: liveObject({ subscriptions: 'not: a list' }), secret: liveObject() };
    const { writes } = decide(snapshot({ ...team(), target }));
    expect(writes.blocked?.reason).toBe('TargetBroken');
    expect(writes.steps.map((step) => step.kind)).toEqual(['apply', 'apply']);
  });

  describe('while another tool applies the shared key', () => {
    const helm = { name: 'helm', operation: 'Apply', time: '', keys: new Set(['subscriptions']) } as const;
    const owned = (before: Parameters<typeof decide>[0], manager: FieldManager = helm) => {
      const { configMap, secret } = before.target;
      return { ...before, target: { configMap: configMap && { ...configMap, managers: [manager] }, secret } };
    };

    it('leaves it alone, names the tool, and writes the rest once', () => {
      const before = owned(snapshot(team()));
      const { blocked, steps } = decide(before).writes;
      expect(blocked).toMatchObject({ reason: 'SharedKeyOwned', message: expect.stringContaining('helm') });
      expect(steps.map((step) => step.kind)).toEqual(['apply', 'apply']);
      // Nothing is sent yet, so "from now on" moves with the clock. That alone is not a reason to write.
      expect(decide(owned(settled(before, 60_000))).writes).toMatchObject({ steps: [], blocked: {} });
    });

    it('does not move the moment of an event that reads the sends of another', () => {
      const events = [{ trigger: 'on-health-degraded' }, { trigger: 'on-health-recovered' }];
      const before = owned(snapshot({ ...team(), subscriptions: [subscription({}, { events })] }));
      expect(decide(before).writes.steps).toHaveLength(2);
      expect(decide(owned(settled(before, 60_000))).writes).toMatchObject({ steps: [], blocked: {} });
    });

    it('has nothing to complain about where all is in it and right', () => {
      expect(decide(owned(settled(snapshot(team())))).writes).toEqual({ steps: [] });
      expect(decide(owned(snapshot())).writes).toEqual({ steps: [] });
    });

    it('leaves the entries of deleted resources, whose triggers and services go', () => {
      const gone = owned({ ...settled(snapshot(team())), robots: [], subscriptions: [] });
      expect(kinds(gone)).toEqual(['ConfigMap', 'Secret']);
      expect(decide(gone).writes.blocked?.reason).toBe('SharedKeyOwned');
    });

    it.each<FieldManager>([
      { ...helm, operation: 'Update' },
      { ...helm, keys: new Set(['context']) },
      { ...helm, name: 'argocd-dingtalk' },
      { ...helm, name: 'argocd-dingtalk-subscriptions' },
    ])('is not held up by $name with $operation of $keys', (manager) => {
      expect(kinds(owned(snapshot(team()), manager))).toEqual(['Secret', 'ConfigMap', 'subscriptions']);
    });
  });

  it('keeps foreign content byte for byte through create, edit and delete', () => {
    const foreign = {
      'service.slack': 'token: $slack',
      context: 'a: b',
      subscriptions: '- recipients: [slack:x] # ours\n  triggers: [t]',
    };
    const target = { configMap: liveObject(foreign), secret: liveObject({ slack: 'x' }) };
    const created = settled(snapshot({ ...team(), target }));
    expect(created.target.configMap?.data).toMatchObject({
      'service.slack': 'token: $slack',
      context: 'a: b',
    });
    const edited = settled({
      ...created,
      subscriptions: [subscription({ generation: 2 }, { applications: { all: true } })],
    });
    const deleted = settled({ ...edited, robots: [], subscriptions: [] });
    expect(deleted.target.configMap?.data).toEqual(foreign);
    expect(deleted.target.secret?.data).toEqual({ slack: 'x' });
  });

  it('restores a key that somebody has replaced with its provenance, if the key is known as the operator’s', () => {
    const live = settled(snapshot(team()));
    const [key = ''] = Object.keys(live.target.configMap?.data ?? {}).filter((each) =>
      each.startsWith('trigger.'),
    );
    const configMap = liveObject({ ...live.target.configMap?.data, [key]: 'edited' });
    const targeting = (object: LiveObject) => ({ ...live, target: { ...live.target, configMap: object } });
    const reason = (before: Snapshot) => decide(before).resolution.subscriptions[0]?.verdict.refusal?.reason;
    const known = targeting({ ...configMap, leftBehind: new Set([key]) });
    expect(reason(targeting(configMap))).toBe('KeyTaken');
    expect(reason(known)).toBeUndefined();
    expect(settled(known).target.configMap?.data).toEqual(live.target.configMap?.data);
    // If the key has to go meanwhile, it goes.
    const [step] = decide({ ...known, subscriptions: [] }).writes.steps;
    expect(step).toMatchObject({ stale: expect.arrayContaining([key]) });
  });

  it('lists keys that server-side apply does not remove if another manager co-owns them', () => {
    const live = settled(snapshot(team()));
    const { steps } = decide({ ...live, robots: [], subscriptions: [] }).writes;
    expect(steps.flatMap((step) => (step.kind === 'apply' ? step.stale : [])).length).toBe(4);
  });
});

describe("the engine's check of the shared list", () => {
  /** Teams with a robot each, and a subscription with a selector. */
  const teams = (...namespaces: string[]) => {
    const selector = (name: string) => ({ applications: { selector: { matchLabels: { team: name } } } });
    return snapshot({
      robots: namespaces.map((namespace) => robot({ namespace })),
      subscriptions: namespaces.map((namespace) => subscription({ namespace }, selector(namespace))),
      credentials: new Map(
        namespaces.map((name) => [`${name}/payments-dingtalk`, found({ webhook: TOKEN, secret: SECRET })]),
      ),
    });
  };

  /** The lists that the engine is asked about until it has answered everything. */
  function lists(before: Snapshot, answers: Map<string, GateAnswer>): string[] {
    const asked: string[] = [];
    for (;;) {
      const { questions } = decide({ ...before, answers });
      if (questions.size === 0) return asked;
      for (const [key, { request }] of questions) {
        answers.set(key, ACCEPTING.get('') as GateAnswer);
        const data = request.call === 'check' ? request.configMap : {};
        if (Object.keys(data).join() === SUBSCRIPTIONS_KEY) asked.push(data[SUBSCRIPTIONS_KEY] ?? '');
      }
    }
  }

  it('is about one entry that stands for all of them, and the same from write to write', () => {
    const answers = new Map<string, GateAnswer>();
    const [list, ...others] = lists(teams('a', 'b'), answers);
    expect(others).toEqual([]);
    expect(list).toContain('dt_probe');
    expect(list).not.toMatch(/dt_[ab]_/);
    const { target } = settled({ ...teams('a', 'b'), answers });
    const more = { ...teams('a', 'b', 'c'), target };
    expect(lists(more, answers)).toEqual([]);
    const { steps } = decide({ ...more, answers }).writes;
    expect(steps.at(-1)).toMatchObject({ kind: 'subscriptions', text: expect.stringContaining('dt_c_') });
  });

  it('is also about a selector that the engine has not accepted: a bad one would stop all notifications', () => {
    const live = settled(teams('a', 'b'));
    const { configMap, secret } = live.target;
    const data = Object.fromEntries(
      Object.entries(configMap?.data ?? {}).filter(([key]) => key !== SUBSCRIPTIONS_KEY),
    );
    const reset = { ...live, target: { configMap: configMap && { ...configMap, data }, secret } };
    const [list] = lists(reset, new Map());
    expect(list).toContain('team=a');
    expect(list).toContain('team=b');
  });
});
