import { describe, expect, it } from 'vitest';
import type { Finding } from '../../api/finding.ts';
import type { Condition, DingTalkRobot, NotificationSubscription } from '../../api/kinds.ts';
import { decide } from '../decide.ts';
import { type DeliveryCheck, deliveryChecks } from '../delivery/checks.ts';
import { readLiveState } from '../model/live.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  config,
  NAMESPACE,
  robot,
  SILENT,
  settled,
  snapshot,
  subscription,
  team,
  template,
} from '../testing/fixtures.ts';
import type { ObservedState } from './observed-state.ts';
import type { StatusUpdate, WantedStatus } from './status-update.ts';
import { statusUpdates, wantedStatuses } from './statuses.ts';

/** The updates that a snapshot requires in its present state, after any writes. */
function updatesFor(before: Snapshot, obstacle?: Finding): StatusUpdate[] {
  const { resolution, plan } = decide(before);
  const live = readLiveState(before.target);
  return statusUpdates(resolution, { snapshot: before, live, plan, obstacle });
}

const statusOf = (updates: StatusUpdate[], kind: string) =>
  updates.find((update) => update.cr.kind === kind)?.patch as
    | (Record<string, unknown> & { conditions: Condition[] })
    | undefined;

const brief = (patch: { conditions: Condition[] } | undefined) =>
  Object.fromEntries(
    (patch?.conditions ?? []).map(({ type, status, reason }) => [type, `${status}/${reason}`]),
  );

/** The CRs with the status that was written. */
function withStatus(before: Snapshot): Snapshot {
  const updates = updatesFor(before);
  const apply = <T extends DingTalkRobot | NotificationSubscription>(crs: readonly T[]): T[] =>
    crs.map((cr) => {
      const update = updates.find((each) => each.cr === cr);
      const fields = Object.entries({ ...cr.status, ...update?.patch }).filter(([, value]) => value !== null);
      return { ...cr, status: Object.fromEntries(fields) };
    });
  return { ...before, robots: apply(before.robots), subscriptions: apply(before.subscriptions) };
}

describe('status', () => {
  it('reports the live state', () => {
    const updates = updatesFor(settled(snapshot(team())));
    expect(statusOf(updates, 'DingTalkRobot')).toMatchObject({
      observedGeneration: 1,
      liveGeneration: 1,
      service: 'dt_team-payments_payments',
      signedUntil: '2026-11-23T09:00:00Z',
    });
    expect(brief(statusOf(updates, 'DingTalkRobot'))).toEqual({
      Ready: 'True/Ready',
      Accepted: 'True/Accepted',
      Merged: 'True/Merged',
      Signed: 'True/Signed',
      Delivering: 'Unknown/NotVerified',
    });
    expect(statusOf(updates, 'NotificationSubscription')).toMatchObject({
      robotNames: 'payments',
      eventNames: 'on-sync-failed',
      mergedKeys: 2,
    });
  });

  it('counts no live key of a deleted resource that had the same name', () => {
    const live = settled(snapshot(team()));
    const again = <T extends DingTalkRobot | NotificationSubscription>(cr: T): T => ({
      ...cr,
      metadata: { ...cr.metadata, uid: 'ffffffff-0000-4000-8000-000000000000' },
    });
    const robots = live.robots.map(again);
    const updates = updatesFor({ ...live, robots, subscriptions: live.subscriptions.map(again) });
    for (const kind of ['DingTalkRobot', 'NotificationSubscription']) {
      expect(statusOf(updates, kind)).toMatchObject({ observedGeneration: 1 });
      expect(statusOf(updates, kind)).not.toHaveProperty('liveGeneration');
    }
  });

  it('says that nothing is live before the write, and why not if the write fails', () => {
    expect(brief(statusOf(updatesFor(snapshot(team())), 'DingTalkRobot'))).toMatchObject({
      Ready: 'False/Pending',
      Signed: 'False/NotSigned',
    });
    const obstacle: Finding = { reason: 'TargetNotFound', message: 'no ConfigMap' };
    const updates = updatesFor(snapshot({ ...team(), target: {} }), obstacle);
    expect(brief(statusOf(updates, 'NotificationSubscription'))).toMatchObject({
      Merged: 'False/TargetNotFound',
    });
  });

  it('is not written again when nothing differs, and follows the signature', () => {
    const known = withStatus(settled(snapshot(team())));
    expect(updatesFor(known)).toEqual([]);
    const renewed = settled(settled(known, 30 * 60_000));
    const updates = updatesFor(renewed);
    expect(updates.map(({ cr, patch, events }) => [cr.kind, patch, events])).toEqual([
      ['DingTalkRobot', { signedUntil: '2026-11-23T09:30:00Z' }, []],
    ]);
  });

  it('names the parts of a record that have gone, which a merge patch would leave', () => {
    const live = withStatus(settled(snapshot(team())));
    const [cr] = live.robots as [DingTalkRobot];
    const delivery = { fingerprint: 'old', checkedAt: '2026-11-23T07:00:00Z', errcode: 310000 };
    const [{ fingerprint }] = deliveryChecks(decide(live).resolution.robots, live) as [DeliveryCheck];
    const outcome = { reason: 'Unreachable', class: 'retry' } as const;
    const observation = { fingerprint, outcome, checkedAt: live.now };
    const updates = updatesFor({
      ...live,
      robots: [{ ...cr, status: { ...cr.status, delivery } }],
      deliveries: new Map([['team-payments/payments', { requested: '', observation }]]),
    });
    const checkedAt = '2026-11-23T08:00:00Z';
    expect(statusOf(updates, 'DingTalkRobot')?.delivery).toEqual({ fingerprint, checkedAt, errcode: null });
    expect(updates[0]?.events).toMatchObject([{ type: 'Warning', reason: 'Unreachable' }]);
  });

  it('of a broken edit names the version that stays live', () => {
    const live = withStatus(settled(snapshot(team())));
    const [cr] = live.subscriptions as [NotificationSubscription];
    const broken = {
      ...cr,
      metadata: { ...cr.metadata, generation: 2 },
      spec: { ...cr.spec, events: [{ trigger: 'x' }] },
    };
    const updates = updatesFor({ ...live, subscriptions: [broken] });
    expect(brief(statusOf(updates, 'NotificationSubscription'))).toEqual({
      Ready: 'False/UnknownTrigger',
      Accepted: 'False/UnknownTrigger',
      Merged: 'False/PreviousVersionLive',
    });
    expect(updates[0]?.patch.liveGeneration).toBeUndefined();
    expect(updates[0]?.events).toMatchObject([{ type: 'Warning', reason: 'UnknownTrigger' }]);
  });

  it('of a subscription with a missing robot says that it is live in part', () => {
    const spec = { robots: [{ name: 'payments' }, { name: 'nobody' }] };
    const live = settled(snapshot({ robots: [robot()], subscriptions: [subscription({}, spec)] }));
    expect(brief(statusOf(updatesFor(live), 'NotificationSubscription'))).toEqual({
      Ready: 'False/RobotNotFound',
      Accepted: 'False/RobotNotFound',
      Merged: 'False/PartlyLive',
    });
  });

  it('of a robot whose Secret can not be read shows the live signature', () => {
    const live = withStatus(settled(snapshot(team()), 10 * 60_000));
    const credentials = new Map([
      ['team-payments/payments-dingtalk', { state: 'unreadable', message: '503' } as const],
    ]);
    const patch = statusOf(updatesFor({ ...live, credentials }), 'DingTalkRobot');
    expect(brief(patch)).toEqual({
      Ready: 'False/CredentialsUnreadable',
      Accepted: 'False/CredentialsUnreadable',
      Merged: 'False/PreviousVersionLive',
      Signed: 'True/Signed',
      Delivering: 'Unknown/NotVerified',
    });
    expect(patch?.signedUntil).toBeUndefined();
  });

  it('of a suspended robot shows the suspension, and drops outdated fields', () => {
    const live = withStatus(settled(snapshot(team())));
    const [cr] = live.robots as [DingTalkRobot];
    const suspended = settled({ ...live, robots: [{ ...cr, spec: { ...cr.spec, suspend: true } }] });
    const patch = statusOf(updatesFor(suspended), 'DingTalkRobot');
    expect(brief(patch)).toEqual({
      Ready: 'False/Suspended',
      Accepted: 'True/Accepted',
      Merged: 'False/Suspended',
      Signed: 'False/NotSigned',
      Delivering: 'Unknown/NotVerified',
    });
    expect(patch).toMatchObject({ liveGeneration: null, signedUntil: null });
  });

  it('of a conflict changes for resources that lost a key in it, restored or not, and for no others', () => {
    const live = settled(snapshot(team()));
    const { resolution, live: state, plan } = decide(live);
    const finding: Finding = { reason: 'TargetContested', message: 'helm' };
    const shown = (object: 'ConfigMap' | 'Secret', key: string) => {
      const contested = [{ object, finding, keys: new Set([key]) }];
      return statusUpdates(resolution, { snapshot: live, live: state, plan, contested }).map(
        ({ patch }) => brief(patch as never).Merged,
      );
    };
    const service = `dt_${NAMESPACE}_payments`;
    const trigger = `${service}_on-sync-failed`;
    const [fine, fought] = ['True/Merged', 'False/TargetContested'];
    expect(shown('Secret', service)).toEqual([fought, fine]);
    expect(shown('ConfigMap', `service.webhook.${service}`)).toEqual([fought, fine]);
    expect(shown('ConfigMap', `trigger.${trigger}`)).toEqual([fine, fought]);
    expect(shown('ConfigMap', `subscriptions/${trigger}`)).toEqual([fine, fought]);
    expect(shown('ConfigMap', 'trigger.of-others')).toEqual([fine, fine]);
  });

  it('of a robot whose renewal has to wait shows the live signature', () => {
    const live = withStatus(settled(snapshot(team())));
    const due = { ...live, now: new Date(live.now.getTime() + 25 * 60_000) };
    expect(decide(due).writes.steps.length).toBe(1);
    expect(updatesFor(due)).toEqual([]);
  });

  it('counts the subscriptions that use a template', () => {
    const events = [{ trigger: 'on-deployed', template: { name: 'short' } }];
    const subscriptions = ['a', 'b'].map((name) => subscription({ name }, { events }));
    const trusting = config({ tenancy: { trustedNamespaces: ['team-payments'] } });
    const templates = [template({ name: 'short' }, '{}')];
    const updates = updatesFor(snapshot({ robots: [robot()], templates, subscriptions, config: trusting }));
    expect(statusOf(updates, 'NotificationTemplate')).toMatchObject({ usedBy: 2 });
  });

  it('keeps the transition time of a condition whose status stays', () => {
    const live = withStatus(settled(snapshot(team())));
    const gone = { ...live, robots: [], serverTime: new Date('2026-11-24T00:00:00Z') };
    const patch = statusOf(updatesFor(settled(gone)), 'NotificationSubscription');
    expect(patch?.conditions.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual(
      Array(3).fill('2026-11-24T00:00:00Z'),
    );
    const again = withStatus(settled(gone));
    expect(updatesFor({ ...again, serverTime: new Date('2026-11-25T00:00:00Z') })).toEqual([]);
  });
});

describe('a wanted status', () => {
  const wantedFor = (before: Snapshot, more: Partial<ObservedState> = {}) => {
    const { resolution, plan } = decide(before);
    const live = readLiveState(before.target);
    return wantedStatuses(resolution, { snapshot: before, live, plan, ...more });
  };
  const live = settled(snapshot(team()));
  const [wanted] = wantedFor(live) as [WantedStatus];
  const written = withStatus(live).robots[0] as DingTalkRobot;
  const later = { ...written, metadata: { ...written.metadata, resourceVersion: '2' } };

  it('asks for nothing more once it has been written, however late it was decided', () => {
    expect(wanted.updateFor(wanted.cr)?.cr).toBe(wanted.cr);
    expect(wanted.updateFor(later)).toBeUndefined();
  });

  it('is written over the present one, which keeps its times', () => {
    const old = new Date(0).toISOString();
    const conditions = (written.status?.conditions ?? []).map((each) => ({
      ...each,
      lastTransitionTime: old,
    }));
    const update = wanted.updateFor({
      ...later,
      status: { ...written.status, service: 'other', conditions },
    });
    expect(update).toEqual({
      kind: wanted.kind,
      cr: expect.objectContaining({ metadata: later.metadata }),
      patch: { service: 'dt_team-payments_payments' },
      events: [],
    });
  });

  it.each([
    ['another generation', { generation: 2 }],
    ['another resource of that name', { uid: 'other' }],
  ])('says nothing of %s', (_, metadata) => {
    expect(
      wanted.updateFor({ ...wanted.cr, metadata: { ...wanted.cr.metadata, ...metadata } }),
    ).toBeUndefined();
  });

  it.each([
    ['the next turn to write', snapshot(team()), { engine: false, turn: true }],
    ['the engine', settled(snapshot({ ...team(), answers: SILENT })), { engine: true, turn: false }],
    [
      'the engine, with several conditions',
      snapshot({
        ...team(),
        subscriptions: [
          subscription(
            {},
            { events: ['a', 'b'].map((name) => ({ name, when: `app.metadata.name == '${name}'` })) },
          ),
        ],
        answers: SILENT,
      }),
      { engine: true, turn: false },
    ],
  ])('waits for %s', (_, before, awaits) => {
    const kinds = (more: Partial<ObservedState>) =>
      wantedFor(before, more).flatMap(({ cr, updateFor }) => (updateFor(cr) ? [cr.kind] : []));
    expect(kinds({})).toContain('NotificationSubscription');
    expect(kinds({ awaits })).not.toContain('NotificationSubscription');
  });
});

describe('without the engine', () => {
  const silent = { ...settled(snapshot(team())), answers: SILENT };
  const kinds = (before: Snapshot) => updatesFor(before).map(({ cr }) => cr.kind);

  it('a resource whose state nobody knows says so', () => {
    const update = updatesFor(snapshot({ ...team(), answers: SILENT })).find(
      ({ cr }) => cr.kind === 'DingTalkRobot',
    );
    expect(update && JSON.stringify(update.patch)).toContain('GateUnavailable');
  });

  it('a resource that was judged keeps its status, also where nothing of it is live', () => {
    const judged = updatesFor(snapshot(team()));
    const known = (generation: number) => {
      const robots = [robot()].map((cr) => {
        const patch = judged.find((update) => update.cr.kind === cr.kind)?.patch;
        return { ...cr, metadata: { ...cr.metadata, generation }, status: patch as never };
      });
      return snapshot({ ...team(), robots, answers: SILENT });
    };
    const { generation } = robot().metadata;
    expect(kinds(known(generation))).not.toContain('DingTalkRobot');
    expect(kinds(known(generation + 1))).toContain('DingTalkRobot');
    expect(kinds(silent)).toContain('NotificationSubscription');
  });
});

describe('the status of a template', () => {
  it('is made once, and again when another subscription uses the template', () => {
    const before = snapshot({ templates: [template({ name: 'short' }, '{}')] });
    const updates = updatesFor(before);
    let reads = 0;
    const { conditions, ...others } = updates[0]?.patch ?? {};
    const status = Object.defineProperty({ ...others }, 'conditions', {
      enumerable: true,
      get: () => {
        reads++;
        return conditions;
      },
    });
    const cr = { ...template({ name: 'short' }, '{}'), status };
    const wantedIn = (fields: Partial<Snapshot>) => updatesFor({ ...before, templates: [cr], ...fields });
    expect(wantedIn({})).toEqual([]);
    const first = reads;
    expect(wantedIn({})).toEqual([]);
    // The decision alone does not read the conditions.
    expect([first > 0, reads]).toEqual([true, first]);
    const users = [
      subscription({}, { events: [{ trigger: 'on-sync-failed', template: { name: 'short' } }] }),
    ];
    const used = wantedIn({ subscriptions: users });
    expect(statusOf(used, 'NotificationTemplate')).toMatchObject({ usedBy: 1 });
  });
});
