import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { locateEngine } from '../../../engine/locate.ts';
import type { NotificationSubscription } from '../../api/kinds.ts';
import { decideFully } from '../../cluster/decide-fully.ts';
import { engineAsker, Gate } from '../../cluster/gate.ts';
import { liveKeysOf, readLiveState } from '../../core/model/live.ts';
import type { Snapshot } from '../../core/model/snapshot.ts';
import {
  config,
  NAMESPACE,
  relayed,
  robot,
  settled,
  snapshot,
  subscription,
} from '../../core/testing/fixtures.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import { createLogger } from '../../lib/logger.ts';
import type { ClusterView } from './cluster-view.ts';
import type { EventOutcome } from './outcome.ts';
import { applicationOutcomes } from './outcomes.ts';
import { eventViews } from './views.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const SERVICE = `dt_${NAMESPACE}_payments`;
const NOTES = 'notified.notifications.argoproj.io';

let engine: Engine;
let gate: Gate;
beforeAll(() => {
  engine = createEngine({ program: locateEngine(), deadlineMs: 20_000 });
  gate = new Gate(engineAsker(engine), new Map(), createLogger('warn', process.stderr));
});
afterAll(() => engine.close());

const ALL = {
  configMap: true,
  secret: true,
  argocdUrl: true,
  otherNamespaces: true,
  settings: true,
  relayRoutes: true,
  grants: true,
};

/** The outcomes for an Application, of a subscription that went live at 08:00. */
async function explain(
  app: Record<string, unknown>,
  spec: Partial<NotificationSubscription['spec']> = {},
  { change = (seen: Snapshot) => seen, sees = ALL, now = NOW, isBlocked = false, base = snapshot } = {},
): Promise<EventOutcome[]> {
  const before = base({ robots: [robot()], subscriptions: [subscription({}, spec)] });
  const seen = change(settled({ ...before, answers: (await decided(before)).answers }));
  const { decision } = await decided(seen);
  const cluster: ClusterView = {
    snapshot: seen,
    decision,
    presence: { state: 'none', detail: '' },
    sees,
    controllers: [],
    assumed: new Set(),
  };
  const [resolved] = decision.resolution.subscriptions;
  if (!resolved) throw new Error('there is no subscription');
  const criteria = resolved.cr.spec.applications;
  const context = {
    namespace: NAMESPACE,
    criteria,
    maxEventAgeMs: 86_400_000,
    argocdNamespace: 'argocd',
    isBlocked,
    knowsGrants: sees.grants,
  };
  const [outcome] = await applicationOutcomes([app], eventViews(resolved, cluster), context, engine, now);
  return [...(outcome?.events ?? [])];
}

async function decided(seen: Snapshot) {
  return { decision: await decideFully(seen, gate), answers: gate.answers };
}

const APP = {
  metadata: { name: 'checkout', namespace: 'argocd', labels: { tier: 'silver' } },
  spec: { project: 'payments', destination: { server: 'https://10.0.0.1', namespace: 'pay' } },
};
const failed = (finishedAt: string, more: object = {}) => ({
  ...APP,
  ...more,
  status: {
    operationState: { phase: 'Failed', startedAt: finishedAt, finishedAt },
    health: { status: 'Healthy', lastTransitionTime: '2026-11-23T11:00:00Z' },
    reconciledAt: '2026-11-23T11:59:00Z',
  },
});
const FAILED = failed('2026-11-23T11:00:00Z');

describe('an event of a relayed robot', () => {
  const base = relayed as typeof snapshot;
  const events = [{ trigger: 'on-sync-failed' }, { name: 'own', when: "app.metadata.name == 'checkout'" }];
  const outcomes = async (...[app, spec = { events }, options = {}]: Parameters<typeof explain>) =>
    (await explain(app, spec, { base, ...options })).map(
      ({ event, outcome, message }) => `${event}: ${outcome}: ${message}`,
    );

  it('that holds is posted to the relay', async () => {
    const due =
      'due: Argo CD would post it to the relay now, for team-payments/payments; Argo CD checks an Application when it ' +
      'changes, and each minute';
    expect(await outcomes(FAILED)).toEqual([`on-sync-failed: ${due}`, `own: ${due}`]);
    const blind = (seen: Snapshot) => ({ ...seen, target: { secret: seen.target.secret } });
    const sees = { ...ALL, configMap: false };
    expect(await outcomes(FAILED, undefined, { change: blind, sees })).toEqual([
      `on-sync-failed: ${due}`,
      `own: ${due}`,
    ]);
  });

  it('is judged by the condition of its route', async () => {
    const [early] = await outcomes(failed('2026-11-23T07:00:00Z'));
    expect(early).toMatch(/quiet: the event happened at 2026-11-23T07:00:00Z, before it began to count/);
    const others = { events, applications: { projects: ['checkout'] } };
    expect((await outcomes(FAILED, others))[0]).toBe(
      'on-sync-failed: excluded: spec.applications.projects: the project is payments, not checkout',
    );
  });

  it('that reports an end depends on what the relay has sent', async () => {
    const app = {
      ...APP,
      status: { health: { status: 'Healthy', lastTransitionTime: '2026-11-23T11:00:00Z' } },
    };
    const both = { events: [{ trigger: 'on-health-degraded' }, { trigger: 'on-health-recovered' }] };
    expect((await outcomes(app, both))[1]).toBe(
      'on-health-recovered: unknown: the event follows on-health-degraded, and only the relay knows whether it has sent that about ' +
        'the Application',
    );
  });

  it('that Argo CD has posted is not posted again', async () => {
    const at = Date.parse('2026-11-23T11:00:05Z') / 1000;
    const note = '2026-11-23T11:00:00Z:dt__on-sync-failed:[0].x:dt__relay:';
    const ownNote = `${SERVICE}_own_relay:[0].x:dt__relay:`;
    const annotations = { [NOTES]: JSON.stringify({ [note]: at, [ownNote]: at }) };
    const told = failed('2026-11-23T11:00:00Z', { metadata: { ...APP.metadata, annotations } });
    const sent =
      'sent: posted to the relay at 2026-11-23T11:00:05Z, for team-payments/payments, and not again for the same ' +
      "occurrence; if the message did not arrive, see DingTalk's answer to the robot (Delivering), and relay-queue";
    expect(await outcomes(told)).toEqual([`on-sync-failed: ${sent}`, `own: ${sent}`]);
    const next = failed('2026-11-23T11:30:00Z', { metadata: { ...APP.metadata, annotations } });
    expect((await outcomes(next))[0]).toMatch(/^on-sync-failed: due: /);
  });
});

describe('an application that the subscription is not about', () => {
  it.each([
    [{ projects: ['checkout'] }, 'spec.applications.projects: the project is payments, not checkout'],
    [{ names: ['pay-*', 'shop'] }, 'spec.applications.names: the name is checkout, not pay-* or shop'],
    [{ namespaces: ['apps'] }, 'spec.applications.namespaces: the namespace is argocd, not apps'],
    [
      { destinationNamespaces: ['x'] },
      'spec.applications.destinationNamespaces: the destination namespace is pay, not x',
    ],
    [
      { clusters: ['in-cluster'] },
      'spec.applications.clusters: the destination cluster is https://10.0.0.1, not in-cluster',
    ],
    [
      { selector: { matchLabels: { tier: 'gold' } } },
      'spec.applications.selector.matchLabels[tier]: the label tier is silver; required: gold',
    ],
    [
      { selector: { matchExpressions: [{ key: 'env', operator: 'Exists' as const }] } },
      'spec.applications.selector.matchExpressions[0]: the label env is missing; required: Exists',
    ],
  ])('by %j', async (applications, message) => {
    expect(await explain(FAILED, { applications })).toMatchObject([{ outcome: 'excluded', message }]);
  });

  it('since its project is not granted', async () => {
    const app = { ...FAILED, spec: { ...APP.spec, project: 'billing' } };
    const [event] = await explain(app, { applications: { all: true } });
    expect(event).toMatchObject({
      outcome: 'excluded',
      clauses: [{ kind: 'fence', holds: false }, {}, {}, {}],
    });
    expect(event?.message).toMatch(
      /^namespace team-payments may not be notified about the Application: project billing is not granted to team-payments \(by tenancy\.projects or on the AppProject\);/,
    );
  });
});

describe('an event', () => {
  const outcomes = async (...given: Parameters<typeof explain>) =>
    (await explain(...given)).map(({ event, outcome, message }) => `${event}: ${outcome}: ${message}`);

  it('that holds is sent, and where something is in the way that is said', async () => {
    expect(await outcomes(FAILED)).toEqual([
      'on-sync-failed: due: Argo CD would send it now to team-payments/payments; Argo CD checks an Application when it ' +
        'changes, and each minute',
    ]);
    expect((await outcomes(FAILED, {}, { isBlocked: true }))[0]).toMatch(
      /but the problems above are in the way/,
    );
    const elsewhere = { ...FAILED, metadata: { ...APP.metadata, namespace: 'apps' } };
    expect((await outcomes(elsewhere))[0]).toMatch(/Applications in apps only if application\.namespaces/);
  });

  it('waits until Argo CD has compared the application again', async () => {
    const app = { ...FAILED, status: { ...FAILED.status, reconciledAt: '2026-11-23T10:59:00Z' } };
    expect((await outcomes(app))[0]).toMatch(
      /^on-sync-failed: quiet: Argo CD sends it only after it has compared/,
    );
  });

  it('that was sent is not sent again, but the next one is', async () => {
    const [first] = await explain(FAILED, {}, { change: (seen) => seen });
    expect(first?.outcome).toBe('due');
    const condition = await conditionKey();
    const name = `${SERVICE}_on-sync-failed`;
    const at = Date.parse('2026-11-23T11:00:05Z') / 1000;
    const note = (oncePer: string) => `${oncePer}:${name}:${condition}:${SERVICE}:`;
    const withNotes = (notes: object) => ({
      metadata: { ...APP.metadata, annotations: { [NOTES]: JSON.stringify(notes) } },
    });
    const sent = failed('2026-11-23T11:00:00Z', withNotes({ [note('2026-11-23T11:00:00Z')]: at, other: 1 }));
    expect(await explain(sent)).toMatchObject([
      { outcome: 'sent', robots: [{ robot: 'team-payments/payments', sentAt: '2026-11-23T11:00:05Z' }] },
    ]);
    const next = failed('2026-11-23T11:30:00Z', withNotes({ [note('2026-11-23T11:00:00Z')]: at }));
    expect(await explain(next)).toMatchObject([{ outcome: 'due', lastSentAt: '2026-11-23T11:00:05Z' }]);
    const unseen = { ...ALL, configMap: false };
    const blind = (seen: Snapshot) => ({ ...seen, target: { secret: seen.target.secret } });
    expect(await explain(sent, {}, { change: blind, sees: unseen })).toMatchObject([{ outcome: 'sent' }]);
    expect(await explain(next, {}, { change: blind, sees: unseen })).toMatchObject([
      { outcome: 'unknown', message: expect.stringMatching(/which only the ConfigMap has$/) },
    ]);
  });

  it('is not known if only a grant that the caller may not read could let the Application through', async () => {
    const ungranted = (seen: Snapshot) => ({
      ...seen,
      config: { ...seen.config, tenancy: { ...seen.config.tenancy, projects: {} } },
    });
    const blind = (seen: Snapshot) => ungranted({ ...seen, target: { secret: seen.target.secret } });
    const sees = { ...ALL, configMap: false, grants: false };
    const unknown = {
      outcome: 'unknown',
      message: expect.stringMatching(/^only a grant could let namespace/),
    };
    expect(await explain(FAILED, {}, { change: blind, sees })).toMatchObject([unknown]);
    // Whatever the grants are, a criterion excludes the Application, or there is nothing to send.
    const others = { applications: { names: ['other'] } };
    expect(await explain(FAILED, others, { change: blind, sees })).toMatchObject([{ outcome: 'excluded' }]);
    expect(await explain(APP, {}, { change: blind, sees })).toMatchObject([{ outcome: 'quiet' }]);
    // The live condition has the access in it, and the caller knows all grants.
    expect(await explain(FAILED, {}, { change: ungranted, sees: { ...ALL, grants: false } })).toMatchObject([
      { outcome: 'due' },
    ]);
    expect(await explain(FAILED, {}, { change: blind, sees: { ...sees, grants: true } })).toMatchObject([
      { outcome: 'excluded' },
    ]);
  });

  /** The engine's name for the condition of the live trigger. */
  async function conditionKey(): Promise<string> {
    const before = snapshot({ robots: [robot()], subscriptions: [subscription()] });
    const { configMap } = settled(before).target;
    const answer = await engine.evaluate({ configMap: configMap?.data ?? {}, app: FAILED });
    return (answer.ok && answer.triggers[0]?.conditions[0]?.key) || '';
  }

  it('is not sent if its condition is not true, or if it happened too early or too long ago', async () => {
    const app = {
      ...APP,
      status: { ...FAILED.status, operationState: { phase: 'Succeeded' }, sync: { status: 'Synced' } },
    };
    expect(await outcomes(app)).toEqual([
      'on-sync-failed: quiet: on-sync-failed is sent when the last sync ended as Error or Failed; the last operation is ' +
        'Succeeded, the health is Healthy, the sync status is Synced',
    ]);
    expect((await outcomes(failed('2026-11-23T07:00:00Z')))[0]).toMatch(
      /quiet: the event happened at 2026-11-23T07:00:00Z, before it began to count \(2026-11-23T08:00:00Z, /,
    );
    expect((await outcomes(FAILED, {}, { now: new Date('2026-11-25T00:00:00Z') }))[0]).toMatch(
      /quiet: the event happened at 2026-11-23T11:00:00Z, longer ago than limits\.maxEventAge \(24h\)/,
    );
    const silent = { ...APP, status: { health: { status: 'Degraded' } } };
    expect(await outcomes(silent, { events: [{ trigger: 'on-health-degraded' }] })).toEqual([
      'on-health-degraded: quiet: the Application does not say when the event happened (app.status?.health?.lastTransitionTime)',
    ]);
  });

  it('says the newest of several times', async () => {
    const conditions = ['06', '07', '05'].map((hour) => ({
      lastTransitionTime: `2026-11-23T${hour}:00:00Z`,
    }));
    const app = { ...APP, status: { sync: { status: 'Unknown' }, conditions: [...conditions, {}] } };
    expect((await outcomes(app, { events: [{ trigger: 'on-sync-status-unknown' }] }))[0]).toMatch(
      /the event happened at 2026-11-23T07:00:00Z, before/,
    );
  });

  it('that reports an end waits for the event that it follows', async () => {
    const app = {
      ...APP,
      status: { health: { status: 'Healthy', lastTransitionTime: '2026-11-23T11:00:00Z' } },
    };
    const events = [{ trigger: 'on-health-degraded' }, { trigger: 'on-health-recovered' }];
    expect((await outcomes(app, { events }))[1]).toBe(
      'on-health-recovered: quiet: this subscription has not sent on-health-degraded about the Application, so there is no ' +
        'end to report',
    );
  });

  it('of somebody’s own fails in its own words', async () => {
    const events = [{ name: 'late', when: 'time.Parse(app.metadata.name).Year() > 2000' }];
    const [own] = await outcomes(FAILED, { events });
    expect(own).toMatch(/^late: quiet: the condition fails: .*checkout/);
    const quiet = [{ name: 'big', when: "app.metadata?.name == 'other'" }];
    expect((await outcomes(FAILED, { events: quiet }))[0]).toMatch(
      /quiet: the condition of big is not true for the Application; /,
    );
  });

  it('is judged by the live condition, even if the resource has changed', async () => {
    const edited = (seen: Snapshot) => ({
      ...seen,
      subscriptions: [
        subscription(
          { generation: 2 },
          { events: [{ trigger: 'on-sync-failed' }, { trigger: 'on-fialed' }] },
        ),
      ],
    });
    expect(await outcomes(FAILED, {}, { change: edited })).toEqual([
      expect.stringMatching(/^on-sync-failed: due: /),
    ]);
    const [older] = await explain(failed('2026-11-23T07:00:00Z'), {}, { change: edited });
    expect(older).toMatchObject({
      outcome: 'quiet',
      message: expect.stringMatching(/^a part of the live condition is not true: .*'2026-11-23T08:00:00Z'$/),
    });
    const ungranted = (seen: Snapshot) => ({ ...seen, config: config({ tenancy: { projects: {} } }) });
    expect(await explain(FAILED, {}, { change: ungranted })).toMatchObject([
      { outcome: 'due', clauses: [{ kind: 'fence' }, { kind: 'criterion' }, {}, {}, {}] },
    ]);
  });

  it('that is sent to nobody says so', async () => {
    const reset = (seen: Snapshot) => {
      const { configMap } = seen.target;
      if (!configMap) throw new Error('there is no ConfigMap');
      const { subscriptions: _, ...data } = configMap.data;
      return { ...seen, target: { ...seen.target, configMap: { ...configMap, data } } };
    };
    expect((await outcomes(FAILED, {}, { change: reset }))[0]).toMatch(
      /the condition is true, but \S+ is sent to nobody$/,
    );
  });

  it('is explained part by part if somebody has rewritten its trigger as YAML', async () => {
    const rewrite = (seen: Snapshot) => {
      const { configMap } = seen.target;
      if (!configMap) throw new Error('there is no ConfigMap');
      const data = Object.entries(configMap.data).map(([key, value]) => [
        key,
        key.startsWith('trigger.') ? stringify(JSON.parse(value)) : value,
      ]);
      return {
        ...seen,
        target: { ...seen.target, configMap: { ...configMap, data: Object.fromEntries(data) } },
      };
    };
    expect((await outcomes(failed('2026-11-23T07:00:00Z'), {}, { change: rewrite }))[0]).toMatch(
      /quiet: the event happened at 2026-11-23T07:00:00Z, before it began to count \(2026-11-23T08:00:00Z, /,
    );
  });

  it('is explained beside a note without a valid time', async () => {
    const key = `${SERVICE}_on-sync-failed:[0].x:${SERVICE}:`;
    const annotations = { [NOTES]: JSON.stringify({ [key]: 9_000_000_000_000 }) };
    const [event] = await explain({ ...FAILED, metadata: { ...APP.metadata, annotations } });
    expect(event).toMatchObject({ outcome: 'due' });
    expect(event).not.toHaveProperty('lastSentAt');
  });

  it('whose trigger was spoilt by hand is not known', async () => {
    const spoil = (seen: Snapshot) => {
      const { configMap } = seen.target;
      if (!configMap) throw new Error('there is no ConfigMap');
      const [key] = liveKeysOf(readLiveState(seen.target), subscription()).filter((each) =>
        each.key.startsWith('trigger.'),
      );
      const data = { ...configMap.data, [key?.key ?? '']: `x: ${key?.value}` };
      return { ...seen, target: { ...seen.target, configMap: { ...configMap, data } } };
    };
    expect(await explain(FAILED, {}, { change: spoil })).toMatchObject([
      { outcome: 'unknown', message: expect.stringMatching(/cannot unmarshal object/) },
    ]);
  });
});
