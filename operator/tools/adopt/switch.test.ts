import { describe, expect, it } from 'vitest';
import { config } from '../../core/testing/fixtures.ts';
import { type Timed, youngestOf } from './event-times.ts';
import { anomaliesBetween, pendingOf } from './notes.ts';
import { outOfScope } from './out-of-scope.ts';
import type { TranslatedEvent } from './translate.ts';
import { underWay } from './under-way.ts';
import type { Unit } from './units.ts';

const NOTES = 'notified.notifications.argoproj.io';
const SINCE = '2026-11-23T08:00:00Z';
const LATER = '2026-11-23T08:00:03Z';

const event = (catalogue: 'on-deployed' | 'on-sync-failed'): TranslatedEvent => ({
  trigger: catalogue,
  index: 0,
  of: 1,
  condition: { catalogue },
});
const unit = (fields: Partial<Unit> = {}): Unit => ({
  entry: { index: 0, recipients: ['ding'], triggers: [] },
  recipient: 'ding',
  service: 'ding',
  triggers: ['on-sync-failed', 'on-deployed'],
  events: [event('on-sync-failed'), event('on-deployed')],
  notes: [],
  ...fields,
});
const app = (status: Timed['status'] = {}, notes: Record<string, number> = {}, name = 'shop'): Timed => ({
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

describe('what the former configuration has yet to tell', () => {
  const holding = [{ trigger: 'on-sync-failed', key: '[0].hash', oncePer: '' }];
  it('is what holds without a note', () => {
    expect(pendingOf(failed(LATER), holding, [unit()])).toEqual(['on-sync-failed to ding']);
    expect(pendingOf(failed(LATER, { 'on-sync-failed:[0].hash:ding:': 1 }), holding, [unit()])).toEqual([]);
    expect(pendingOf(failed(LATER, { 'on-sync-failed:[0].hash:slack:': 1 }), holding, [unit()])).toHaveLength(
      1,
    );
  });
  it('counts oncePer, and what follows the service', () => {
    const once = [{ trigger: 'on-deployed', key: '[0].hash', oncePer: 'abc' }];
    const extra = unit({ recipient: 'ding:x' });
    const note = { 'abc:on-deployed:[0].hash:ding:x': 1 };
    expect(pendingOf(failed(LATER, note), once, [extra])).toEqual([]);
    expect(pendingOf(failed(LATER, note), once, [unit()])).toHaveLength(1);
  });
  it('is not what stays, is selected away, or sends something else', () => {
    const { events: _, ...staying } = unit();
    const gold = unit({ entry: { index: 0, recipients: ['ding'], triggers: [], selector: 'tier=gold' } });
    const other = unit({ triggers: ['on-created'] });
    expect(pendingOf(failed(LATER), holding, [staying, gold, other])).toEqual([]);
  });
});

describe('the moment of the switch', () => {
  const before = [failed('2026-11-23T07:30:00Z')];
  it('has no mishaps where nothing happens, or only the new configuration tells', () => {
    expect(anomaliesBetween(before, before, SINCE, [unit()])).toEqual({ twice: [], missed: [] });
    const note = { 'dt_argocd_ding_on-sync-failed:[0].h:dt_argocd_ding:': seconds(LATER) };
    expect(anomaliesBetween(before, [failed(LATER, note)], SINCE, [unit()])).toEqual({
      twice: [],
      missed: [],
    });
  });
  it('names what both have told', () => {
    const note = { '2026-11-23T08:00:00Z:on-sync-failed:[0].h:ding:': seconds(LATER) };
    expect(anomaliesBetween(before, [failed(LATER, note)], SINCE, [unit()]).twice).toEqual(['argocd/shop']);
  });
  it('takes no trigger for one of which only the end is the same', () => {
    const note = { 'team:on-sync-failed:[0].h:ding:x': seconds(LATER) };
    const before = [failed('2026-11-23T07:30:00Z')];
    expect(anomaliesBetween(before, [failed(LATER, note)], SINCE, [unit()]).twice).toEqual(['argocd/shop']);
    const other = { 'team-on-sync-failed:[0].h:ding:': seconds(LATER) };
    expect(anomaliesBetween(before, [failed(LATER, other)], SINCE, [unit()]).twice).toEqual([]);
  });
  it('takes notes with a time that is none for none, as Argo CD does', () => {
    const broken = app({ operationState: { phase: 'Failed', finishedAt: LATER } });
    const text = JSON.stringify({ 'on-sync-failed:[0].h:ding:': `${seconds(LATER)}` });
    const told = { ...broken, metadata: { ...broken.metadata, annotations: { [NOTES]: text } } };
    expect(anomaliesBetween(before, [told], SINCE, [unit()]).twice).toEqual([]);
  });
  it('names what is dated before it and seen after it', () => {
    expect(anomaliesBetween(before, [failed(SINCE)], SINCE, [unit()]).missed).toEqual([
      'argocd/shop (end of a sync)',
    ]);
  });
  it('takes a condition that is gone for no event', () => {
    const two = [{ lastTransitionTime: SINCE }, { lastTransitionTime: '2026-11-23T07:00:00Z' }];
    const after = [app({ conditions: two.slice(1) })];
    expect(anomaliesBetween([app({ conditions: two })], after, SINCE, [unit()])).toEqual({
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
    ['was told of', app(status('Progressing'), { 'on-deployed:[0].h:ding:': seconds(SINCE) }), []],
    ['was told of for its revision', app(status('Progressing'), { 'abc:on-deployed:[0].h:ding:': 1 }), []],
    [
      'was told of by triggers and to services that are called alike',
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
    expect(underWay([application], [unit()], now, DAY_MS)).toEqual(found);
  });
  it('is as old as limits.maxEventAge lets it be', () => {
    const old = app(status('Progressing', '2026-11-21T08:01:00Z'));
    expect(underWay([old], [unit()], now, 2 * DAY_MS)).toHaveLength(1);
    expect(underWay([old], [unit()], now, 2 * DAY_MS - 1)).toEqual([]);
  });
  it('is nothing to whoever is not told of deployments', () => {
    const deaf = unit({ events: [event('on-sync-failed')] });
    expect(underWay([app(status('Progressing'))], [deaf], now, DAY_MS)).toEqual([]);
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
  const unheardWith = (tenancy: object, ...applications: ReturnType<typeof placed>[]) =>
    outOfScope(applications, [unit()], 'argocd', {
      config: config({ tenancy: { projects: { 'gra*': ['argocd'] }, ...tenancy } }),
      projects: [{ name: 'annotated', grantedTo: 'argocd' }],
    });
  const unheard = (...applications: ReturnType<typeof placed>[]) =>
    unheardWith({ clusters: { near: ['argocd'] } }, ...applications);
  it('are those that only deploy to the namespace, where destinations are ignored', () => {
    const here = placed('team', { destination: { namespace: 'argocd', name: 'in-cluster' } });
    expect(unheardWith({}, here)).toEqual([]);
    const ignored = { destinations: 'Ignored' };
    expect(unheardWith(ignored, here)).toEqual(['team/shop']);
    expect(unheardWith(ignored, placed('argocd', {}), placed('team', { project: 'granted' }))).toEqual([]);
  });
  it('are those outside of the namespace and its projects', () => {
    expect(unheard(placed('argocd', {}))).toEqual([]);
    expect(unheard(placed('team', {}))).toEqual(['team/shop']);
    expect(unheard(placed('team', { project: 'granted' }))).toEqual([]);
    expect(unheard(placed('team', { project: 'annotated' }))).toEqual([]);
    expect(unheard(placed('team', { destination: { namespace: 'argocd', name: 'near' } }))).toEqual([]);
    expect(unheard(placed('team', { destination: { namespace: 'argocd', name: 'in-cluster' } }))).toEqual([]);
    expect(unheard(placed('team', { destination: { namespace: 'argocd', name: 'far' } }))).toEqual([
      'team/shop',
    ]);
  });
});
