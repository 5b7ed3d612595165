import { describe, expect, it } from 'vitest';
import { config } from '../../core/testing/fixtures.ts';
import type { FormerDelivery } from './deliveries.ts';
import { type TimedApplication, youngestOf } from './event-times.ts';
import { anomaliesBetween, pendingOf } from './notes.ts';
import { outOfScope } from './out-of-scope.ts';
import type { SubscriberScope } from './scope.ts';
import type { TranslatedEvent } from './translate.ts';
import { underWay } from './under-way.ts';

const NOTES = 'notified.notifications.argoproj.io';
const SINCE = '2026-11-23T08:00:00Z';
const LATER = '2026-11-23T08:00:03Z';

const event = (catalogue: 'on-deployed' | 'on-sync-failed'): TranslatedEvent => ({
  trigger: catalogue,
  index: 0,
  of: 1,
  condition: { catalogue },
});
/** What an entry sends to one recipient, or an annotation in its place. */
const former = (fields: Partial<FormerDelivery> = {}): FormerDelivery[] =>
  (['on-sync-failed', 'on-deployed'] as const).map((trigger) => ({
    source: {
      kind: 'entry',
      entry: { index: 0, recipients: ['ding'], triggers: ['on-sync-failed', 'on-deployed'] },
      recipient: 'ding',
    },
    scope: { kind: 'all' },
    service: 'ding',
    recipient: '',
    trigger,
    events: [event(trigger)],
    notes: [],
    ...fields,
  }));
const app = (
  status: TimedApplication['status'] = {},
  notes: Record<string, number> = {},
  name = 'shop',
): TimedApplication => ({
  metadata: { name, namespace: 'argocd', annotations: { [NOTES]: JSON.stringify(notes) } },
  status,
});
const failed = (finishedAt: string, notes?: Record<string, number>) =>
  app({ operationState: { phase: 'Failed', finishedAt, startedAt: '2026-11-23T07:00:00Z' } }, notes);
const DAY_MS = 86_400_000;
const seconds = (time: string) => Date.parse(time) / 1_000;

describe('the latest event', () => {
  it('is the latest time of any kind, of any Application', () => {
    const conditions = [{ lastTransitionTime: LATER }, { lastTransitionTime: SINCE }];
    expect(youngestOf([failed(SINCE), app({ conditions }, {}, 'b')])).toBe(LATER);
    expect(youngestOf([app({ health: null, operationState: null, conditions: null })])).toBeUndefined();
  });
});

describe('what the former configuration has not sent yet', () => {
  const trueConditions = [{ trigger: 'on-sync-failed', key: '[0].hash', oncePer: '' }];
  it('is what holds without a note', () => {
    expect(pendingOf(failed(LATER), trueConditions, former())).toEqual(['on-sync-failed to ding']);
    expect(
      pendingOf(failed(LATER, { 'on-sync-failed:[0].hash:ding:': 1 }), trueConditions, former()),
    ).toEqual([]);
    expect(
      pendingOf(failed(LATER, { 'on-sync-failed:[0].hash:slack:': 1 }), trueConditions, former()),
    ).toHaveLength(1);
  });
  it('counts oncePer, and what follows the service', () => {
    const once = [{ trigger: 'on-deployed', key: '[0].hash', oncePer: 'abc' }];
    const extra = former({ recipient: 'x' });
    const note = { 'abc:on-deployed:[0].hash:ding:x': 1 };
    expect(pendingOf(failed(LATER, note), once, extra)).toEqual([]);
    expect(pendingOf(failed(LATER, note), once, former())).toHaveLength(1);
  });
  it('is not what stays, is selected away, or sends something else', () => {
    const staying = former().map(({ events: _, ...each }) => each);
    const gold = former({ scope: { kind: 'selector', selector: 'tier=gold' } });
    const other = former({ trigger: 'on-created' });
    expect(pendingOf(failed(LATER), trueConditions, [...staying, ...gold, ...other])).toEqual([]);
  });
  it.each<[SubscriberScope, number]>([
    [{ kind: 'application', namespace: 'argocd', name: 'shop' }, 1],
    [{ kind: 'application', namespace: 'argocd', name: 'other' }, 0],
    [{ kind: 'application', namespace: 'team', name: 'shop' }, 0],
    [{ kind: 'project', project: 'default' }, 1],
    [{ kind: 'project', project: 'payments' }, 0],
  ])('counts annotations for the Applications that they are about: %j', (scope, count) => {
    expect(pendingOf(failed(LATER), trueConditions, former({ scope }))).toHaveLength(count);
  });
  it('is sent once, whatever subscribes to it', () => {
    const scope = { kind: 'application', namespace: 'argocd', name: 'shop' } as const;
    expect(pendingOf(failed(LATER), trueConditions, [...former(), ...former({ scope })])).toHaveLength(1);
  });
});

describe('the moment of the switch', () => {
  const before = [failed('2026-11-23T07:30:00Z')];
  it('has no anomalies if nothing happens, or only the new configuration sends', () => {
    expect(anomaliesBetween(before, before, SINCE, former())).toEqual({ twice: [], missed: [] });
    const note = { 'dt_argocd_ding_on-sync-failed:[0].h:dt_argocd_ding:': seconds(LATER) };
    expect(anomaliesBetween(before, [failed(LATER, note)], SINCE, former())).toEqual({
      twice: [],
      missed: [],
    });
  });
  it('names events that both configurations have sent', () => {
    const note = { '2026-11-23T08:00:00Z:on-sync-failed:[0].h:ding:': seconds(LATER) };
    expect(anomaliesBetween(before, [failed(LATER, note)], SINCE, former()).twice).toEqual(['argocd/shop']);
  });
  it('takes no trigger for one of which only the end is the same', () => {
    const note = { 'team:on-sync-failed:[0].h:ding:x': seconds(LATER) };
    expect(anomaliesBetween(before, [failed(LATER, note)], SINCE, former()).twice).toEqual(['argocd/shop']);
    const other = { 'team-on-sync-failed:[0].h:ding:': seconds(LATER) };
    expect(anomaliesBetween(before, [failed(LATER, other)], SINCE, former()).twice).toEqual([]);
  });
  it('takes notes with a time that is none for none, as Argo CD does', () => {
    const broken = app({ operationState: { phase: 'Failed', finishedAt: LATER } });
    const text = JSON.stringify({ 'on-sync-failed:[0].h:ding:': `${seconds(LATER)}` });
    const notified = { ...broken, metadata: { ...broken.metadata, annotations: { [NOTES]: text } } };
    expect(anomaliesBetween(before, [notified], SINCE, former()).twice).toEqual([]);
  });
  it('names what is dated before it and seen after it', () => {
    expect(anomaliesBetween(before, [failed(SINCE)], SINCE, former()).missed).toEqual([
      'argocd/shop (end of a sync)',
    ]);
  });
  it('takes a condition that is gone for no event', () => {
    const two = [{ lastTransitionTime: SINCE }, { lastTransitionTime: '2026-11-23T07:00:00Z' }];
    const after = [app({ conditions: two.slice(1) })];
    expect(anomaliesBetween([app({ conditions: two })], after, SINCE, former())).toEqual({
      twice: [],
      missed: [],
    });
  });
});

describe('a deployment under way', () => {
  const now = new Date('2026-11-23T08:01:00Z');
  const status = (health: string, finishedAt = SINCE) => ({
    operationState: { phase: 'Succeeded', finishedAt, syncResult: { revision: 'abc' } },
    health: { status: health },
  });
  it.each([
    ['is soon over', app(status('Progressing')), [{ application: 'argocd/shop', isSoonOver: true }]],
    ['waits for somebody', app(status('Suspended')), [{ application: 'argocd/shop', isSoonOver: false }]],
    [
      'takes long',
      app(status('Progressing', '2026-11-23T07:00:00Z')),
      [{ application: 'argocd/shop', isSoonOver: false }],
    ],
    ['is over', app(status('Healthy')), []],
    ['is of the day before yesterday', app(status('Progressing', '2026-11-21T07:00:00Z')), []],
    ['was sent', app(status('Progressing'), { 'on-deployed:[0].h:ding:': seconds(SINCE) }), []],
    ['was sent for its revision', app(status('Progressing'), { 'abc:on-deployed:[0].h:ding:': 1 }), []],
    [
      'was sent by triggers and to services with similar names',
      app(status('Progressing'), {
        'team-on-deployed:[0].h:ding:': seconds(SINCE),
        'on-deployed:[0].h:slack:': seconds(SINCE),
        'ding:on-deployed:[0].h:slack:': seconds(SINCE),
        'on-deployed:[0].x:ding:on-created:[0].h:ding:': seconds(SINCE),
      }),
      [{ application: 'argocd/shop', isSoonOver: true }],
    ],
    ['failed', failed(SINCE), []],
  ])('%s', (_, application, found) => {
    expect(underWay([application], former(), now, DAY_MS)).toEqual(found);
  });
  it('is as old as limits.maxEventAge lets it be', () => {
    const old = app(status('Progressing', '2026-11-21T08:01:00Z'));
    expect(underWay([old], former(), now, 2 * DAY_MS)).toHaveLength(1);
    expect(underWay([old], former(), now, 2 * DAY_MS - 1)).toEqual([]);
  });
  it('concerns Applications that subscribe themselves', () => {
    const isAwaited = (name: string) =>
      underWay(
        [app(status('Progressing'))],
        former({ scope: { kind: 'application', namespace: 'argocd', name } }),
        now,
        DAY_MS,
      ).length === 1;
    expect([isAwaited('shop'), isAwaited('other')]).toEqual([true, false]);
  });
  it('does not concern recipients without deployments', () => {
    const deaf = former({ events: [event('on-sync-failed')] });
    expect(underWay([app(status('Progressing'))], deaf, now, DAY_MS)).toEqual([]);
  });
});

describe('Applications out of reach', () => {
  const placed = (namespace: string, spec: object, labels = {}) => ({
    metadata: { name: 'shop', namespace, labels },
    spec: {
      project: 'default',
      destination: { namespace: 'shop', server: 'https://kubernetes.default.svc' },
      ...spec,
    },
  });
  const outOfScopeWith = (tenancy: object, ...applications: ReturnType<typeof placed>[]) =>
    outOfScope(applications, former(), () => 'argocd', {
      config: config({ tenancy: { projects: { 'gra*': ['argocd'] }, ...tenancy } }),
      projects: [{ name: 'annotated', grantedTo: 'argocd' }],
    });
  const outOfScopeOf = (...applications: ReturnType<typeof placed>[]) =>
    outOfScopeWith({ clusters: { near: ['argocd'] } }, ...applications);
  it('are those that only deploy to the namespace, where destinations are ignored', () => {
    const here = placed('team', { destination: { namespace: 'argocd', name: 'in-cluster' } });
    expect(outOfScopeWith({}, here)).toEqual([]);
    const ignored = { destinations: 'Ignored' };
    expect(outOfScopeWith(ignored, here)).toEqual(['team/shop']);
    expect(outOfScopeWith(ignored, placed('argocd', {}), placed('team', { project: 'granted' }))).toEqual([]);
  });
  it('are those outside of the namespace and its projects', () => {
    expect(outOfScopeOf(placed('argocd', {}))).toEqual([]);
    expect(outOfScopeOf(placed('team', {}))).toEqual(['team/shop']);
    const annotated = former({ scope: { kind: 'application', namespace: 'team', name: 'shop' } });
    const access = { config: config({}), projects: [] };
    expect(outOfScope([placed('team', {}), placed('other', {})], annotated, () => 'argocd', access)).toEqual([
      'team/shop',
    ]);
    expect(outOfScopeOf(placed('team', { project: 'granted' }))).toEqual([]);
    expect(outOfScopeOf(placed('team', { project: 'annotated' }))).toEqual([]);
    expect(outOfScopeOf(placed('team', { destination: { namespace: 'argocd', name: 'near' } }))).toEqual([]);
    expect(
      outOfScopeOf(placed('team', { destination: { namespace: 'argocd', name: 'in-cluster' } })),
    ).toEqual([]);
    expect(outOfScopeOf(placed('team', { destination: { namespace: 'argocd', name: 'far' } }))).toEqual([
      'team/shop',
    ]);
  });
});
