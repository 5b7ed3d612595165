import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import { isTriggerKey, parseKey, RELAY_SERVICE } from '../../argocd/names.ts';
import { readTrigger } from '../../argocd/trigger-value.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import { CATALOGUE } from '../../message/catalogue/catalogue.ts';
import { decide } from '../decide.ts';
import { foreignKeys } from '../model/live.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { bytesOf as bytes } from '../plan/budget.ts';
import { afterWrites, relayed, robot, settled, subscription, team } from '../testing/fixtures.ts';
import { removalOf } from '../writes/removal.ts';

const events = CATALOGUE.map(({ name }) => ({ trigger: name }));
const whole = (namespaces: readonly string[]): Snapshot =>
  relayed({
    robots: namespaces.map((namespace) => robot({ namespace })),
    subscriptions: namespaces.map((namespace) => subscription({ namespace }, { events })),
    credentials: new Map(
      namespaces.map((namespace) => [
        `${namespace}/payments-dingtalk`,
        { state: 'found', data: { webhook: 'a'.repeat(64), secret: `SEC${'b'.repeat(64)}` } },
      ]),
    ),
  });
const bytesOf = (before: Snapshot) => JSON.stringify(decide(before).plan.configMap).length;

describe('what all relayed robots share', () => {
  it('is nothing without a relayed robot', () => {
    const { plan } = decide(relayed({ ...team(), robots: [robot({}, { delivery: 'Direct' })] }));
    expect(Object.keys(plan.configMap).filter((key) => parseKey(key)?.kind === 'relay')).toEqual([]);
    expect(plan.secret[RELAY_SERVICE]).toBeUndefined();
  });

  it('is as large for a hundred teams as for one, and small', () => {
    const names = Array.from({ length: 100 }, (_, index) => `team-${index}`);
    const one = bytesOf(whole(['team-0']));
    expect(bytesOf(whole(names))).toBe(one);
    expect(one).toBeLessThan(12_000);
    expect(decide(whole(names)).plan.entries).toEqual([
      { recipients: [RELAY_SERVICE], triggers: CATALOGUE.map(({ name }) => `dt__${name}`) },
    ]);
  });

  it('is a trigger for each event that a subscription has', () => {
    const { plan } = decide(relayed(team()));
    expect(Object.keys(plan.configMap).sort()).toEqual([
      'service.webhook.dt__relay',
      'template.dt__on-sync-failed',
      'trigger.dt__on-sync-failed',
    ]);
    const [condition] = readTrigger(plan.configMap['trigger.dt__on-sync-failed'] ?? '') ?? [];
    expect(condition).toMatchObject({
      oncePer: 'app.status?.operationState?.startedAt',
      send: ['dt__on-sync-failed'],
    });
    expect(condition?.when).toMatch(/^\(true\) and .*> '2026-11-23T08:00:00Z' and .*< 86400$/);
  });

  it('waits for no other event', () => {
    const { plan } = decide(whole(['team']));
    const triggers = Object.entries(plan.configMap).filter(([key]) => isTriggerKey(key));
    expect(triggers).toHaveLength(CATALOGUE.length);
    expect(triggers.filter(([, value]) => value.includes('notified'))).toEqual([]);
  });

  it('keeps the moment from which its events count, and its capability', () => {
    const after = settled(relayed(team()), 3_600_000);
    const other = { ...after.relay, routes: after.relay?.routes ?? new Map(), newCapability: 'another' };
    expect(decide({ ...after, relay: other }).writes.steps).toEqual([]);
    expect(after.target.secret?.data).toEqual({ [RELAY_SERVICE]: 'capability' });
  });

  it('is written again after somebody has removed it', () => {
    const after = settled(relayed(team()));
    const { 'trigger.dt__on-sync-failed': _, ...data } = after.target.configMap?.data ?? {};
    const broken = { ...after, target: { ...after.target, configMap: { ...after.target.configMap, data } } };
    expect(Object.keys(afterWrites(broken as Snapshot).configMap?.data ?? {}).sort()).toEqual(
      Object.keys(after.target.configMap?.data ?? {}).sort(),
    );
  });

  it('goes with the last route', () => {
    const after = { ...settled(relayed(team())), subscriptions: [] };
    const { configMap, secret } = afterWrites(after);
    expect(configMap?.data).toEqual({});
    expect(secret?.data).toEqual({});
  });

  it('is the operator’s own: not foreign, and removed with the operator', () => {
    const { target } = settled(relayed(team()));
    expect(target.configMap && foreignKeys(target.configMap)).toEqual({});
    const removal = removalOf(target);
    expect(removal.left).toEqual({ configMap: [], secret: [] });
    expect(removal.configMap).toHaveLength(3);
    expect(removal.secret).toEqual([RELAY_SERVICE]);
    expect(removal.entries).toBe(1);
  });

  it('stays as it is until the engine has accepted a change', () => {
    const before = settled(relayed(team()));
    const limits = { ...before.config.limits, maxEventAge: 60_000 };
    const changed = { ...before, config: { ...before.config, limits } };
    expect(decide(changed).writes.steps).toHaveLength(1);
    const waiting = decide({ ...changed, answers: { get: () => undefined } });
    expect(waiting.writes.steps).toEqual([]);
    const asked = [...waiting.questions.values()].flatMap(({ request }) => JSON.stringify(request));
    expect(asked.some((each) => each.includes('trigger.dt__on-sync-failed'))).toBe(true);
  });

  it('takes nothing of the quota of a namespace, which holds for its routes', () => {
    const withQuota = (keys: number): Snapshot => {
      const before = relayed(team());
      const { limits } = before.config;
      const perNamespace = { ...limits.perNamespace, keys };
      return { ...before, config: { ...before.config, limits: { ...limits, perNamespace } } };
    };
    const refusalOf = (before: Snapshot) => decide(before).resolution.subscriptions[0]?.verdict.refusal;
    expect(refusalOf(withQuota(2))).toBeUndefined();
    expect(refusalOf(withQuota(1))?.reason).toBe('NamespaceQuotaExceeded');
    expect(decide(withQuota(1)).plan.configMap).toEqual({});
  });

  it('takes room in the ConfigMap', () => {
    const before = settled(relayed(team()));
    const more: Snapshot = {
      ...before,
      robots: [robot(), robot({ name: 'second' }, { delivery: 'Direct' })],
      subscriptions: [subscription(), subscription({ name: 'second' }, { robots: [{ name: 'second' }] })],
    };
    const ofSecond = Object.entries(decide(more).plan.configMap).filter(([key]) => key.includes('second'));
    const needed = bytes(Object.fromEntries(ofSecond)) + 500;
    const refusalsAt = (configMapBytes: number) => {
      const limits = { ...more.config.limits, configMapBytes };
      const { subscriptions } = decide({ ...more, config: { ...more.config, limits } }).resolution;
      return subscriptions.map(({ verdict }) => verdict.refusal?.reason);
    };
    expect(refusalsAt(needed)).toEqual([undefined, 'TargetFull']);
    expect(refusalsAt(needed + 2_000)).toEqual([undefined, undefined]);
  });

  it('is planned for files, too, which have no relay', () => {
    const { relay: _, ...files } = relayed(team());
    expect(Object.keys(decide(files).plan.configMap)).toHaveLength(3);
    expect(decide(files).plan.secret).toEqual({});
  });
});

describe('in the engine of Argo CD', () => {
  let engine: Engine;
  beforeAll(() => {
    engine = createEngine({ program: locateEngine(), deadlineMs: 20_000 });
  });
  afterAll(() => engine.close());

  it('is accepted as a whole', async () => {
    const own = { name: 'own', when: "app.kind == 'x'", eventTime: 'app.metadata?.creationTimestamp' };
    const before = whole(['team']);
    const subscriptions = [subscription({ namespace: 'team' }, { events: [...events, own] })];
    const { configMap, secret } = decide({ ...before, subscriptions }).plan;
    expect(await engine.check({ configMap, secret })).toMatchObject({
      ok: true,
      parsed: {
        services: [RELAY_SERVICE],
        triggers: expect.arrayContaining(['dt_team_payments_own_relay', 'dt__on-deployed']),
      },
    });
  });

  const posted = async (metadata: object, around: { context?: string; appProject?: Fields } = {}) => {
    const { plan } = decide(relayed(team()));
    const { context, ...scene } = around;
    const configMap = { ...plan.configMap, ...(context !== undefined && { context }) };
    const outcome = await engine.render({
      ...{ configMap, secret: plan.secret, app: { ...APPLICATION, metadata } },
      ...{ templates: ['dt__on-sync-failed'], service: RELAY_SERVICE, ...scene },
    });
    if (!outcome.ok) throw new Error(JSON.stringify(outcome));
    return outcome.request;
  };

  it('posts the Application without copies of it', async () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', own: 'a"b\n' };
    const metadata = { name: 'pay', labels: { a: 'b' } };
    const { method, body } = await posted({ ...metadata, annotations, managedFields: [{ manager: 'x' }] });
    expect(method).toBe('POST');
    expect(JSON.parse(body)).toEqual({
      event: 'on-sync-failed',
      app: { ...APPLICATION, metadata: { ...metadata, annotations: { own: 'a"b\n' } } },
      context: { notificationType: RELAY_SERVICE },
    });
  });

  it('posts the context and the AppProject, without copies of it', async () => {
    const metadata = { name: 'payments', labels: { tier: 'gold' } };
    const spec = { roles: [{ name: 'r', jwtTokens: [{ iat: 1_535_390_316 }] }], description: '<b>"' };
    const { body } = await posted(
      { name: 'pay' },
      {
        context: 'environment: <a>&"b',
        appProject: { metadata: { ...metadata, managedFields: [{ manager: 'x' }] }, spec },
      },
    );
    expect(JSON.parse(body)).toMatchObject({
      context: { environment: '<a>&"b', notificationType: RELAY_SERVICE },
      appProject: { metadata, spec },
    });
    expect(body).not.toContain('managedFields');
  });

  it('posts an Application without annotations as it is', async () => {
    const { body } = await posted({ name: 'pay' });
    expect(JSON.parse(body)).toEqual({
      event: 'on-sync-failed',
      app: { ...APPLICATION, metadata: { name: 'pay' } },
      context: { notificationType: RELAY_SERVICE },
    });
  });
});

type Fields = Readonly<Record<string, unknown>>;

const APPLICATION = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  spec: { project: 'payments', revisionHistoryLimit: 3 },
  status: { operationState: { phase: 'Failed', message: '<b>&"\n' }, resources: [{ kind: 'Pod' }] },
};
