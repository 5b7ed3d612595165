import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { locateEngine } from '../../engine/locate.ts';
import type { RelayRoute } from '../api/relay-route.ts';
import { type DirectMarks, directMark } from '../argocd/direct-marks.ts';
import { formatNoteKey, NOTIFIED } from '../argocd/notes.ts';
import { robot, subscription } from '../core/testing/fixtures.ts';
import { createEngine } from '../engine/client.ts';
import { type Engine, EngineUnavailableError } from '../engine/types.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { acceptPost, type FailedStep } from './accept.ts';
import { indexRoutes } from './route-index.ts';
import { MemoryStore } from './testing/memory-store.ts';
import { application, health, post, syncFailed } from './testing/posts.ts';
import { compiledRoute } from './testing/routes.ts';

let engine: Engine;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
});
afterAll(() => engine.close());

let store: MemoryStore;
let failures: FailedStep[];
let log: ReturnType<typeof recordingLog>;
beforeEach(() => {
  [store, failures, log] = [new MemoryStore(), [], recordingLog()];
});

/** Ten minutes after the subscriptions of the fixtures began to count. */
const START = Date.parse('2026-11-23T08:10:00Z');

interface Given {
  readonly routes: readonly RelayRoute[];
  readonly engine?: Engine;
  readonly now?: number;
  readonly direct?: DirectMarks;
}

const accepted = (body: Buffer, { routes, now = START, ...given }: Given) =>
  acceptPost(
    body,
    {
      engine: given.engine ?? engine,
      store,
      routes: () => indexRoutes(routes),
      argocdUrl: undefined,
      now: () => now,
      log,
      onStored: () => undefined,
      onFailed: (step) => failures.push(step),
    },
    given.direct,
  );

const FAILED = post('on-sync-failed', application(syncFailed()));

describe('a post', () => {
  it('becomes the message that Argo CD would send, stored once', async () => {
    const routes = [
      compiledRoute(subscription({}, { events: [{ trigger: 'on-sync-failed', at: { userIds: ['u1'] } }] })),
    ];
    expect(await accepted(FAILED, { routes })).toBe('stored');
    expect(await accepted(FAILED, { routes })).toBe('stored');
    expect(store.messages).toHaveLength(1);
    const [message] = store.messages;
    expect(message).toMatchObject({
      robot: 'team-payments/payments',
      subscription: 'team-payments/payments',
      application: {
        uid: 'app-uid',
        namespace: 'argocd',
        name: 'checkout',
        url: 'https://argocd.example.com/applications/argocd/checkout',
      },
      event: { name: 'on-sync-failed', catalogueName: 'on-sync-failed' },
      at: { userIds: ['u1'] },
    });
    expect(JSON.parse(message?.body ?? '')).toMatchObject({
      msgtype: 'markdown',
      markdown: { text: expect.stringContaining('one or more objects failed to apply') },
    });
  });

  it('about another failure of the same Application is another message', async () => {
    const routes = [compiledRoute()];
    await accepted(FAILED, { routes });
    const later = { ...syncFailed().operationState, startedAt: '2026-11-23T08:05:00Z' };
    await accepted(post('on-sync-failed', application({ operationState: later })), { routes });
    expect(store.messages.map(({ dedupeKey }) => dedupeKey)).toHaveLength(2);
  });

  it('reaches each robot of each subscription that covers the Application, and no other', async () => {
    const second = robot({ name: 'second' });
    const both = subscription({}, { robots: [{ name: 'payments' }, { name: 'second' }] });
    const other = subscription({ name: 'other' }, { applications: { names: ['other'] } });
    const stranger = subscription({ name: 'x', namespace: 'team-x' }, { applications: { all: true } });
    const routes = [
      compiledRoute(both, [robot(), second]),
      compiledRoute(other),
      compiledRoute(stranger, [robot({ namespace: 'team-x' })]),
    ];
    expect(await accepted(FAILED, { routes })).toBe('stored');
    expect(store.messages.map((message) => message.robot)).toEqual([
      'team-payments/payments',
      'team-payments/second',
    ]);
  });

  it.each([
    [
      'an Application of another project',
      post('on-sync-failed', application(syncFailed(), { project: 'x' })),
    ],
    [
      'an event that has not happened',
      post('on-sync-failed', application(health('Healthy', '2026-11-23T08:01:00Z'))),
    ],
    [
      'an event from before it counted',
      post('on-sync-failed', application(syncFailed('2026-11-23T07:59:00Z'))),
    ],
    ['an event that nobody has', post('on-deployed', application(syncFailed()))],
    [
      'the trigger of a catalogue event',
      post('dt_team-payments_payments_on-sync-failed', application(syncFailed())),
    ],
    ['a name that every object has', post('constructor', application(syncFailed()))],
  ])('about %s reaches nobody', async (_, body) => {
    expect(await accepted(body, { routes: [compiledRoute()] })).toBe('nobody');
    expect([store.messages, failures]).toEqual([[], []]);
  });

  it('of an own condition goes to its subscription, and is known again by its bytes', async () => {
    const event = { name: 'odd', when: "app.spec.source.targetRevision == 'main'" };
    const routes = [compiledRoute(subscription({}, { events: [event] }))];
    const app = application(syncFailed());
    const name = 'dt_team-payments_payments_odd';
    await accepted(post(name, app), { routes });
    await accepted(post(name, app), { routes });
    expect(store.messages.map((message) => message.event)).toEqual([{ name: 'odd' }]);
    await accepted(post(name, { ...app, status: {} }), { routes });
    expect(store.messages).toHaveLength(2);
  });

  it('is rendered with the context and the AppProject that were posted', async () => {
    const route = compiledRoute();
    const key = 'template.dt_team-payments_payments_on-sync-failed';
    const content = '{{.context.environment}} {{.context.notificationType}} {{.appProject.metadata.name}}';
    const body = JSON.stringify({ msgtype: 'text', text: { content } });
    const value = JSON.stringify({ webhook: { 'dt_team-payments_payments': { method: 'POST', body } } });
    const routes = [
      { ...route, spec: { ...route.spec, configMap: { ...route.spec.configMap, [key]: value } } },
    ];
    const posted = {
      ...{ event: 'on-sync-failed', app: application(syncFailed()) },
      context: { environment: 'live', notificationType: 'dt__relay', ['__proto__']: 'x', number: 1 },
      appProject: { metadata: { name: 'shop' } },
    };
    await accepted(Buffer.from(JSON.stringify(posted)), { routes });
    expect(store.messages.map((message) => JSON.parse(message.body).text.content)).toEqual([
      'live dt_team-payments_payments shop',
    ]);
  });

  it('that Argo CD itself has told, before the robot was switched to the relay, is not told again', async () => {
    const routes = [compiledRoute()];
    await accepted(FAILED, { routes });
    const [{ noteKey = '' } = {}] = store.messages;
    store = new MemoryStore();
    const app = application(syncFailed());
    const notified = { [NOTIFIED]: JSON.stringify({ [noteKey]: START / 1_000 - 300 }) };
    const told = { ...app, metadata: { ...app.metadata, annotations: notified } };
    expect(await accepted(post('on-sync-failed', told), { routes })).toBe('stored');
    expect(store.messages).toEqual([]);
  });
});

describe('an event that follows another one', () => {
  const pair = [{ trigger: 'on-health-degraded' }, { trigger: 'on-health-recovered' }] as const;
  const routes = [compiledRoute(subscription({}, { events: [...pair] }))];
  const degraded = (time: string) => post('on-health-degraded', application(health('Degraded', time)));
  const recovered = (time: string) => post('on-health-recovered', application(health('Healthy', time)));
  const told = () => store.messages.map(({ event }) => event.name);

  it('is told after that one only, and once for each', async () => {
    expect(await accepted(recovered('2026-11-23T08:01:00Z'), { routes })).toBe('nobody');
    await accepted(degraded('2026-11-23T08:02:00Z'), { routes });
    expect(await accepted(recovered('2026-11-23T08:03:00Z'), { routes })).toBe('stored');
    expect(await accepted(recovered('2026-11-23T08:04:00Z'), { routes })).toBe('nobody');
    expect(told()).toEqual(['on-health-degraded', 'on-health-recovered']);
    await accepted(degraded('2026-11-23T08:05:00Z'), { routes });
    await accepted(recovered('2026-11-23T08:06:00Z'), { routes });
    expect(told()).toHaveLength(4);
  });

  it('keeps that one from being told again until then', async () => {
    await accepted(degraded('2026-11-23T08:02:00Z'), { routes });
    expect(await accepted(degraded('2026-11-23T08:04:00Z'), { routes })).toBe('stored');
    expect(told()).toEqual(['on-health-degraded']);
  });

  it('is not told, and lets that one be told again, where the Application does not count any more', async () => {
    await accepted(degraded('2026-11-23T08:02:00Z'), { routes });
    const later = START + 25 * 3_600_000;
    expect(await accepted(recovered('2026-11-23T08:03:00Z'), { routes, now: later })).toBe('nobody');
    expect(await store.notesOf('app-uid')).toEqual({});
    await accepted(degraded('2026-11-24T09:00:00Z'), { routes, now: later });
    expect(told()).toEqual(['on-health-degraded', 'on-health-degraded']);
  });

  const withNote = (body: Buffer, trigger: string, at: string): Buffer => {
    const condition = '[0].x';
    const service = 'dt_team-payments_payments';
    const note = formatNoteKey({ oncePer: '', trigger, condition, service, recipient: '' });
    const { event, app } = JSON.parse(body.toString());
    const annotations = { [NOTIFIED]: JSON.stringify({ [note]: Date.parse(at) / 1_000 }) };
    return post(event, { ...app, metadata: { ...app.metadata, annotations } });
  };
  const DEGRADED = 'dt_team-payments_payments_on-health-degraded';

  it('is told after one that Argo CD has told before the robot moved to the relay, and once', async () => {
    const at = '2026-11-23T08:02:00Z';
    expect(await accepted(withNote(recovered('2026-11-23T08:03:00Z'), DEGRADED, at), { routes })).toBe(
      'stored',
    );
    expect(await accepted(withNote(recovered('2026-11-23T08:04:00Z'), DEGRADED, at), { routes })).toBe(
      'nobody',
    );
    expect(told()).toEqual(['on-health-recovered']);
  });

  it.each([
    ['another subscription', 'dt_team-x_payments_on-health-degraded', '2026-11-23T08:02:00Z'],
    ['a time before the subscription counted', DEGRADED, '2026-11-23T07:59:00Z'],
  ])('is not told after a note of %s', async (_, trigger, at) => {
    const body = withNote(recovered('2026-11-23T08:03:00Z'), trigger, at);
    expect(await accepted(body, { routes })).toBe('nobody');
  });
});

describe('a robot on its way to the relay or back', () => {
  const mark = directMark('team-payments/payments', 'dt_team-payments_payments');
  const at = (moment: string) => Date.parse(moment) / 1_000;

  it('is left to Argo CD as long as Argo CD says so', async () => {
    const routes = [compiledRoute()];
    expect(await accepted(FAILED, { routes, direct: new Map([[mark, 0]]) })).toBe('nobody');
    expect(store.messages).toEqual([]);
    const other = directMark('team-payments/other', 'dt_team-payments_payments');
    expect(await accepted(FAILED, { routes, direct: new Map([[other, 0]]) })).toBe('stored');
    expect(store.messages).toHaveLength(1);
  });

  it('is told of events until a moment', async () => {
    const routes = [compiledRoute()];
    const direct = (moment: string) => new Map([[mark, at(moment)]]);
    expect(await accepted(FAILED, { routes, direct: direct('2026-11-23T08:00:59Z') })).toBe('nobody');
    expect(store.messages).toEqual([]);
    expect(await accepted(FAILED, { routes, direct: direct('2026-11-23T08:01:00Z') })).toBe('stored');
    expect(store.messages).toHaveLength(1);
  });

  it('is told of the end of what the relay has told, whenever it ends', async () => {
    const pair = [{ trigger: 'on-health-degraded' }, { trigger: 'on-health-recovered' }] as const;
    const routes = [compiledRoute(subscription({}, { events: [...pair] }))];
    const direct = new Map([[mark, at('2026-11-23T08:02:00Z')]]);
    await accepted(post('on-health-degraded', application(health('Degraded', '2026-11-23T08:02:00Z'))), {
      ...{ routes, direct },
      now: Date.parse('2026-11-23T08:02:00Z'),
    });
    await accepted(post('on-health-recovered', application(health('Healthy', '2026-11-23T08:02:30Z'))), {
      ...{ routes, direct },
      now: Date.parse('2026-11-23T08:02:30Z'),
    });
    expect(store.messages.map(({ event }) => event.name)).toEqual([
      'on-health-degraded',
      'on-health-recovered',
    ]);
  });

  const noted = (body: Buffer, trigger: string, oncePer: string, time: string): Buffer => {
    const service = 'dt_team-payments_payments';
    const key = formatNoteKey({ oncePer, trigger, condition: '[0].former', service, recipient: '' });
    const { event, app } = JSON.parse(body.toString());
    const annotations = { [NOTIFIED]: JSON.stringify({ [key]: at(time) }) };
    return post(event, { ...app, metadata: { ...app.metadata, annotations } });
  };
  const OWN = {
    name: 'stuck',
    when: "app.status.operationState.phase == 'Failed'",
    eventTime: 'app.status.operationState.finishedAt',
  };

  it.each([
    ['of the catalogue', { trigger: 'on-sync-failed' } as const, '2026-11-23T08:00:30Z'],
    ['with its own condition and time', OWN, ''],
  ])('is not told what Argo CD has told by another text: an event %s', async (_, event, oncePer) => {
    const name = 'trigger' in event ? event.trigger : event.name;
    const trigger = `dt_team-payments_payments_${name}`;
    const routes = [compiledRoute(subscription({}, { events: [event] }))];
    const posted = 'trigger' in event ? FAILED : post(trigger, application(syncFailed()));
    await accepted(noted(posted, trigger, oncePer, '2026-11-23T08:01:00Z'), { routes });
    expect(store.messages).toEqual([]);
    await accepted(noted(posted, trigger, oncePer, '2026-11-23T08:00:59Z'), { routes });
    expect(store.messages).toHaveLength(1);
  });
});

describe('a fault', () => {
  it('of one subscription is that one’s', async () => {
    const broken = compiledRoute(subscription({ name: 'broken' }));
    const trigger = 'trigger.dt_team-payments_broken_on-sync-failed';
    const routes = [
      {
        ...broken,
        spec: { ...broken.spec, configMap: { ...broken.spec.configMap, [trigger]: '- when: "("' } },
      },
      compiledRoute(),
    ];
    expect(await accepted(FAILED, { routes })).toBe('stored');
    expect(store.messages.map((message) => message.subscription)).toEqual(['team-payments/payments']);
    expect(failures).toEqual(['evaluate']);
    expect(log.lines).toEqual([
      {
        level: 'error',
        fields: { step: 'evaluate', subscription: 'team-payments/broken', err: undefined },
        message: 'the engine refuses the triggers of a subscription, so an event of it is lost',
      },
    ]);
  });

  it('of one message is that message’s', async () => {
    const broken = compiledRoute(subscription({ name: 'broken' }));
    const template = 'template.dt_team-payments_broken_on-sync-failed';
    const body = '{{ fail "SECRET" }}';
    const value = JSON.stringify({ webhook: { 'dt_team-payments_payments': { method: 'POST', body } } });
    const routes = [
      { ...broken, spec: { ...broken.spec, configMap: { ...broken.spec.configMap, [template]: value } } },
      compiledRoute(),
    ];
    expect(await accepted(FAILED, { routes })).toBe('stored');
    expect(store.messages.map((message) => message.subscription)).toEqual(['team-payments/payments']);
    expect(failures).toEqual(['render']);
    expect(JSON.stringify(log.lines)).not.toContain('SECRET');
  });

  it('of the store, or an engine that cannot be asked, has Argo CD post again', async () => {
    const routes = [compiledRoute()];
    const away: Engine = {
      ...engine,
      tell: () => Promise.reject(new EngineUnavailableError('no such file')),
    };
    expect(await accepted(FAILED, { routes, engine: away })).toBe('unavailable');
    store.fault = new Error('disk full');
    expect(await accepted(FAILED, { routes })).toBe('unavailable');
    store.fault = undefined;
    expect(await accepted(FAILED, { routes })).toBe('stored');
  });

  it('of routes that are not known yet does the same', async () => {
    const options = { engine, store, routes: () => undefined, argocdUrl: undefined, now: Date.now, log };
    const onStored = () => undefined;
    expect(await acceptPost(FAILED, { ...options, onStored, onFailed: onStored })).toBe('unavailable');
  });
});
