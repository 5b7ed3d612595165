import { describe, expect, it } from 'vitest';
import { triggerKey } from '../../argocd/names.ts';
import { decide } from '../decide.ts';
import type { GateAnswer, GateRequest } from '../model/engine-api.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { statusUpdates } from '../status/statuses.ts';
import {
  ACCEPTING,
  afterWrites,
  config,
  liveObject,
  NAMESPACE,
  robot,
  settled,
  snapshot,
  subscription,
  team,
} from '../testing/fixtures.ts';

const KEY = triggerKey(`dt_${NAMESPACE}_payments_own`);
const WHEN = "app.metadata.annotations.a contains 'x'";
const EVENT = { name: 'own', when: WHEN, eventTime: 'app.metadata?.creationTimestamp' };

type Engine = (request: GateRequest) => GateAnswer | undefined;
const accepting: Engine = () => ACCEPTING.get('');
/** An engine that says this of the condition, and accepts everything else. */
const saying =
  (answer: GateAnswer | undefined, when = WHEN): Engine =>
  (request) =>
    request.call === 'inspect' && request.expression === when ? answer : accepting(request);

const DISCOURAGED: GateAnswer = { ok: true, discouraged: 'it looks 5 times.' };
const REFUSED: GateAnswer = { ok: true, violation: 'matches is for short fields.' };
const KILLED = ['deadline', 'memory', 'trap'] as const;
const killed = (by: (typeof KILLED)[number]): GateAnswer => ({ ok: false, killed: by, message: 'No end.' });

/** The snapshot after a restart, with all questions answered that this engine answers. */
function judgedBy(before: Snapshot, engine: Engine): Snapshot {
  const answers = new Map<string, GateAnswer>();
  for (let round = 0; round < 10; round++) {
    for (const [key, { request }] of decide({ ...before, answers }).questions) {
      const answer = engine(request);
      if (answer) answers.set(key, answer);
    }
  }
  return { ...before, answers };
}

const withEvents = (events: readonly object[], generation = 1) => [
  subscription({ generation }, { events: events as [typeof EVENT] }),
];
const live = settled(snapshot({ ...team(), subscriptions: withEvents([EVENT]) }), 60_000);
const dataOf = (after: Snapshot) => afterWrites(after).configMap?.data;
const verdictOf = (after: Snapshot) => decide(after).resolution.subscriptions[0]?.verdict;

function statusOf(after: Snapshot): string[] {
  const { resolution, live: state, plan } = decide(after);
  const updates = statusUpdates(resolution, { snapshot: after, live: state, plan });
  const patch = updates.find(({ kind }) => kind.kind === 'NotificationSubscription')?.patch;
  const conditions = (patch?.conditions ?? []) as { type: string; status: string; reason: string }[];
  return conditions.map(({ type, status, reason }) => `${type}=${status}/${reason}`);
}

describe('a condition that a new rule refuses', () => {
  it('stays byte for byte where it is live and unchanged, with a warning', () => {
    const after = judgedBy(live, saying(DISCOURAGED));
    expect(decide(after).writes.steps).toEqual([]);
    expect(decide(after).questions.size).toBe(0);
    expect(verdictOf(after)).toMatchObject({
      rollout: 'current',
      warnings: [
        {
          reason: 'ExpressionDiscouraged',
          message: 'spec.events[0].when: it looks 5 times. The condition is live already and stays.',
        },
      ],
    });
    expect(verdictOf(after)?.refusal).toBeUndefined();
    expect(statusOf(after)).toEqual([
      'Ready=True/Ready',
      'Accepted=True/ExpressionDiscouraged',
      'Merged=True/Merged',
    ]);
  });

  it.each([
    ['with eventTime', EVENT],
    ['without', { name: 'own', when: WHEN }],
  ])('stays through an edit elsewhere, a new robot and a grant (%s)', (_, event) => {
    const engine = saying(DISCOURAGED);
    const before = settled(snapshot({ ...team(), subscriptions: withEvents([event]) }), 60_000);
    const robots = [...before.robots, robot({ name: 'second' })];
    const both = [{ name: 'payments' }, { name: 'second' }];
    const edited = subscription({ generation: 2 }, { events: [event], robots: both });
    const more = judgedBy({ ...before, robots, subscriptions: [edited] }, engine);
    expect(decide(more).plan.entries[0]?.recipients).toHaveLength(2);
    const tenancy = { projects: { '*': [NAMESPACE] } };
    const granted = judgedBy({ ...more, target: afterWrites(more), config: config({ tenancy }) }, engine);
    expect(dataOf(granted)?.[KEY]).not.toBe(dataOf(more)?.[KEY]);
    expect(decide(granted).plan.entries[0]?.recipients).toHaveLength(2);
    expect(verdictOf(granted)).toMatchObject({
      rollout: 'current',
      warnings: expect.arrayContaining([expect.objectContaining({ reason: 'ExpressionDiscouraged' })]),
    });
  });

  it('is refused where it is new, and nothing is live', () => {
    const after = judgedBy(snapshot({ ...team(), subscriptions: withEvents([EVENT]) }), saying(DISCOURAGED));
    expect(verdictOf(after)).toMatchObject({
      rollout: 'lastGood',
      refusal: { reason: 'ExpressionDiscouraged' },
    });
    expect(decide(after).plan.entries).toEqual([]);
  });

  it('is refused where it is edited or added, and the live version stays unchanged', () => {
    const edited = `${WHEN} or app.spec.project == 'y'`;
    const oncePer = 'app.metadata.name';
    const edits = [
      { events: [{ ...EVENT, when: edited }], expression: edited },
      { events: [EVENT, { ...EVENT, name: 'more', when: edited }], expression: edited },
      { events: [{ ...EVENT, oncePer }], expression: oncePer },
    ];
    for (const { events, expression } of edits) {
      const before = { ...live, subscriptions: withEvents(events, 2) };
      const after = judgedBy(before, saying(DISCOURAGED, expression));
      expect(verdictOf(after)?.refusal?.reason).toBe('ExpressionDiscouraged');
      expect(dataOf(after)).toEqual(live.target.configMap?.data);
    }
  });

  it('is new in a resource that was deleted and made again', () => {
    const again = [subscription({ uid: 'ffffffff-0000' }, { events: [EVENT] })];
    const after = judgedBy({ ...live, subscriptions: again }, saying(DISCOURAGED));
    expect(verdictOf(after)?.refusal?.reason).toBe('ExpressionDiscouraged');
  });
});

describe('a condition that is dangerous', () => {
  it('goes, although it is live and unchanged', () => {
    const after = judgedBy(live, saying(REFUSED));
    expect(verdictOf(after)?.refusal?.reason).toBe('ExpressionNotAllowed');
    expect(dataOf(after)).not.toHaveProperty([KEY]);
  });

  it('goes, too, where something else is wrong that is named first', () => {
    const events = [{ trigger: 'on-deployed', template: { name: 'gone' } }, EVENT];
    const before = { ...live, subscriptions: withEvents(events) };
    expect(dataOf(judgedBy(before, accepting))).toHaveProperty([KEY]);
    expect(dataOf(judgedBy(before, saying(REFUSED)))).not.toHaveProperty([KEY]);
  });

  const matching = { ...EVENT, when: "app.metadata.annotations.a matches 'x'" };
  const old = settled(snapshot({ ...team(), subscriptions: withEvents([matching]) }), 60_000);
  const strict: Engine = (request) =>
    request.call === 'inspect' && request.expression.includes(matching.when) ? REFUSED : accepting(request);

  it('goes from the version that is live behind a broken one, if it matches long texts', () => {
    const broken = { ...old, subscriptions: withEvents([matching, { trigger: 'nonsense' }], 2) };
    expect(dataOf(judgedBy(broken, accepting))).toHaveProperty([KEY]);
    expect(dataOf(judgedBy(broken, strict))).not.toHaveProperty([KEY]);
    const onlyAnOlder = { ...old, subscriptions: withEvents([{ trigger: 'nonsense' }], 2) };
    expect(dataOf(judgedBy(onlyAnOlder, strict))).not.toHaveProperty([KEY]);
  });

  it('is not searched where no subscription has an own condition', () => {
    const criteria = { names: ['a*'], projects: ['payments'] };
    const events = [{ trigger: 'on-health-degraded' }, { trigger: 'on-health-recovered' }];
    const catalogue = subscription({}, { applications: criteria, events: events as [{ trigger: string }] });
    const before = settled(snapshot({ ...team(), subscriptions: [catalogue] }));
    expect(JSON.stringify(before.target.configMap?.data)).toContain(' matches ');
    const broken = subscription(
      { generation: 2 },
      { applications: criteria, events: [{ trigger: 'nonsense' }] },
    );
    const asked: string[] = [];
    const after = judgedBy({ ...before, subscriptions: [broken] }, (request) => {
      asked.push(request.call);
      return accepting(request);
    });
    expect(asked).toEqual(['check']);
    expect(dataOf(after)).toEqual(before.target.configMap?.data);
  });
});

describe('an engine that does not finish', () => {
  it.each(KILLED)('withdraws nothing that is live and unchanged (%s)', (by) => {
    const after = judgedBy(live, saying(killed(by)));
    expect(decide(after).writes.steps).toEqual([]);
    expect(verdictOf(after)).toMatchObject({ rollout: 'current', warnings: [{ reason: 'TooExpensive' }] });
    expect(verdictOf(after)?.refusal).toBeUndefined();
    const all: Engine = (request) => (request.call === 'check' ? accepting(request) : killed(by));
    expect(decide(judgedBy(live, all)).writes.steps).toEqual([]);
  });

  it.each(KILLED)('nor with the check of a live version behind a broken one (%s)', (by) => {
    const broken = { ...live, subscriptions: withEvents([EVENT, { trigger: 'nonsense' }], 2) };
    const after = judgedBy(broken, (request) => (request.call === 'check' ? killed(by) : accepting(request)));
    expect(decide(after).writes.steps).toEqual([]);
  });

  it.each(KILLED)(
    'nor with the check of new bytes of the same generation, as an upgrade has them (%s)',
    (by) => {
      const data = { ...live.target.configMap?.data };
      const text = data[KEY] ?? '';
      data[KEY] = text.replace('"description"', ' "description"');
      const target = { ...live.target, configMap: liveObject(data, Object.keys(data)) };
      const after = judgedBy({ ...live, target }, (request) =>
        request.call === 'check' ? killed(by) : accepting(request),
      );
      expect(verdictOf(after)?.refusal?.reason).toBe('TooExpensive');
      expect(dataOf(after)).toEqual(data);
    },
  );

  it('leaves live conditions alone where it does not answer', () => {
    for (const engine of [saying(undefined), () => undefined]) {
      expect(decide(judgedBy(live, engine)).writes.steps).toEqual([]);
    }
  });

  it.each(KILLED)('refuses a new condition, and a live one stays (%s)', (by) => {
    const fresh = snapshot({ ...team(), subscriptions: withEvents([EVENT]) });
    const after = judgedBy(fresh, saying(killed(by)));
    expect(verdictOf(after)?.refusal?.reason).toBe('TooExpensive');
    expect(decide(after).plan.entries).toEqual([]);
    const edited = `${WHEN} or true`;
    const before = { ...live, subscriptions: withEvents([{ ...EVENT, when: edited }], 2) };
    const then = judgedBy(before, saying(killed(by), edited));
    expect(verdictOf(then)?.refusal?.reason).toBe('TooExpensive');
    expect(dataOf(then)).toEqual(live.target.configMap?.data);
  });
});
