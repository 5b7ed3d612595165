import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import type { GateAnswer, GateRequest } from './model/engine-api.ts';
import { questionKey } from './model/inquiry.ts';
import type { Snapshot } from './model/snapshot.ts';
import {
  ACCEPTING,
  config,
  NAMESPACE,
  robot,
  SILENT,
  settled,
  snapshot,
  subscription,
  team,
  template,
} from './testing/fixtures.ts';

const questionsOf = (before: Snapshot) =>
  [...decide(before).questions.values()].map(({ request }) => request);
const keysOf = (request: GateRequest) =>
  'configMap' in request
    ? Object.keys(request.configMap)
    : ['raw' in request ? request.raw : request.expression];

/** An engine that refuses every configuration with this text. */
const refusing = (text: string) => ({
  get: () => undefined,
  answer: (request: GateRequest): GateAnswer =>
    JSON.stringify(request).includes(text)
      ? { ok: false, errors: [{ key: keysOf(request).at(-1) ?? '', message: 'no', line: 3, column: 4 }] }
      : (ACCEPTING.get('') as GateAnswer),
});

/** The snapshot with all questions answered. */
function answered(before: Snapshot, engine: { answer(request: GateRequest): GateAnswer }): Snapshot {
  const answers = new Map<string, GateAnswer>();
  for (;;) {
    const { questions } = decide({ ...before, answers });
    if (questions.size === 0) return { ...before, answers };
    for (const [key, { request }] of questions) answers.set(key, engine.answer(request));
  }
}

describe('the gate', () => {
  const thousand = settled(
    snapshot({
      robots: Array.from({ length: 1000 }, (_, i) => robot({ name: `r${i}` })),
      subscriptions: Array.from({ length: 1000 }, (_, i) =>
        subscription({ name: `s${i}` }, { robots: [{ name: `r${i}` }], applications: { names: [`a${i}`] } }),
      ),
    }),
  );

  it('is asked one small question about one edit among a thousand sets', () => {
    const edited = subscription(
      { name: 's7', generation: 2 },
      { robots: [{ name: 'r7' }], applications: { all: true } },
    );
    const subscriptions = thousand.subscriptions.map((each) => (each.metadata.name === 's7' ? edited : each));
    const questions = questionsOf({ ...thousand, subscriptions, answers: SILENT });
    expect(questions.map(keysOf)).toEqual([
      [`trigger.dt_${NAMESPACE}_s7_on-sync-failed`, `template.dt_${NAMESPACE}_s7_on-sync-failed`],
    ]);
  });

  it('is asked nothing again a second later, whatever time a new trigger would carry', () => {
    const before = answered(snapshot(team()), { answer: () => ACCEPTING.get('') as GateAnswer });
    expect(decide(before).writes.steps.length).toBe(3);
    const later = { ...before, serverTime: new Date(before.serverTime.getTime() + 1_000) };
    expect(decide(later).questions.size).toBe(0);
  });

  it('is asked nothing about live keys, so a restart costs nothing', () => {
    expect(questionsOf({ ...thousand, answers: SILENT })).toEqual([]);
  });

  it('that is unavailable delays new resources, but no renewal', () => {
    const live = settled(snapshot(team()), 40 * 60_000);
    const { writes, resolution } = decide({
      ...live,
      answers: SILENT,
      robots: [...live.robots, robot({ name: 'new' })],
      subscriptions: [...live.subscriptions, subscription({ name: 'new' })],
    });
    expect(
      writes.steps.map((step) => step.kind === 'apply' && [step.object, Object.keys(step.data)]),
    ).toEqual([['Secret', [`dt_${NAMESPACE}_payments`]]]);
    expect(resolution.subscriptions.map(({ verdict }) => verdict.refusal?.reason)).toEqual([
      'GateUnavailable',
      undefined,
    ]);
  });

  it('refuses one CR with field, line and column; its previous version and all others stay', () => {
    const live = settled(snapshot(team()));
    const broken = subscription({ generation: 2 }, { applications: { names: ['marked'] } });
    const before = { ...live, subscriptions: [broken] };
    const { resolution, writes } = decide(answered(before, refusing('marked')));
    expect(resolution.subscriptions[0]?.verdict).toMatchObject({
      rollout: 'lastGood',
      refusal: {
        reason: 'EngineRefused',
        message: expect.stringContaining('spec.events[0].template, line 3, column 4: no'),
      },
    });
    expect(writes.steps).toEqual([]);
  });

  it('reports mistakes in foreign keys, and still writes the operator’s keys', () => {
    const target = {
      ...snapshot().target,
      configMap: { ...snapshot().target.configMap, data: { 'trigger.hand': 'bad' } },
    };
    const before = snapshot({ ...team(), target: target as Snapshot['target'] });
    const { foreign, writes } = decide(answered(before, refusing('trigger.hand')));
    expect(foreign.map(({ reason }) => reason)).toEqual(['ForeignKeyBroken']);
    expect(writes.steps.length).toBe(3);
  });

  it('does not let a broken edit hold on to the trust in raw templates', () => {
    const trusting = config({
      tenancy: { trustedNamespaces: [NAMESPACE], projects: { payments: [NAMESPACE] } },
    });
    const events = [{ trigger: 'on-sync-failed', template: { name: 'raw' } }];
    const templates = [template({ name: 'raw' }, '{}')];
    const live = settled(
      snapshot({ ...team(), config: trusting, templates, subscriptions: [subscription({}, { events })] }),
    );
    expect(decide({ ...live, templates: [] }).plan.entries.length).toBe(1);
    expect(decide({ ...live, templates: [], config: config() }).plan.entries).toEqual([]);
    expect(decide({ ...live, config: config() }).plan.entries).toEqual([]);
  });

  it('knows a question by its content alone', () => {
    const one = { call: 'check', configMap: { a: '1', b: '2' }, secret: {} } as const;
    const other = { secret: {}, configMap: { b: '2', a: '1' }, call: 'check' } as const;
    expect(questionKey(one)).toBe(questionKey(other));
    expect(questionKey(one)).not.toBe(questionKey({ ...one, configMap: { a: '1' } }));
  });
});
