import { describe, expect, it } from 'vitest';
import type { RelayRoute } from '../../api/relay-route.ts';
import { giteeConfig } from '../gitee/testing/installation.ts';
import type { HookState } from '../model/gitee.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { giteeSubscription, NAMESPACE, relayed, robot, settled, template } from '../testing/fixtures.ts';
import { statusPatch } from './changes.ts';
import { brief, statusOf } from './testing/status-of.ts';

const KIND = 'NotificationSubscription';
const KEY = `${NAMESPACE}/gitee`;
const cr = giteeSubscription();
const before = relayed({ config: giteeConfig(), robots: [robot()], subscriptions: [cr] });

const hooked = (state: Partial<HookState> = {}): Partial<Snapshot> => ({
  gitee: { hooks: new Map([[KEY, { uid: cr.metadata.uid, generation: 1, ...state }]]) },
});

const native = (spec = {}) => giteeSubscription({}, { gitee: { delivery: 'Native' }, ...spec });
const withHooks = (made: typeof cr, status = {}) => ({
  ...made,
  status: {
    ...status,
    gitee: { hooks: [{ id: 1, robot: '', baseUrl: 'https://gitee.com', repository: 'a/b' }] },
  },
});

describe('the status of a subscription to a Gitee repository', () => {
  it('is ready when the relay has loaded its route and Gitee has its hook', () => {
    const status = statusOf(KIND, { ...settled(before), ...hooked() });
    expect(brief(status)).toEqual({
      Ready: 'True/Ready',
      Accepted: 'True/Accepted',
      Merged: 'True/Merged',
      Hooked: 'True/Hooked',
    });
    expect(status).toMatchObject({
      ...{ installation: 'argocd', observedGeneration: 1, liveGeneration: 1 },
      ...{ robotNames: 'payments', eventNames: 'gitee-push' },
    });
    expect(status).not.toHaveProperty('mergedKeys');
  });

  it('waits for the route, then for the relay, then for the hook', () => {
    expect(brief(statusOf(KIND, before))).toMatchObject({ Ready: 'False/Pending', Merged: 'False/Pending' });
    const written = settled(before);
    const routes = [...(written.relay?.routes ?? [])].map(([name, route]): [string, RelayRoute] => [
      name,
      { ...route, status: {} },
    ]);
    const unloaded = { ...written, relay: { newCapability: '', routes: new Map(routes) } };
    expect(brief(statusOf(KIND, { ...unloaded, ...hooked() }))).toMatchObject({
      Ready: 'False/AwaitsRelay',
      Merged: 'False/AwaitsRelay',
    });
    expect(brief(statusOf(KIND, written))).toMatchObject({ Merged: 'True/Merged', Hooked: 'False/Pending' });
  });

  it('has no Merged where Gitee itself sends', () => {
    const status = statusOf(KIND, { ...before, subscriptions: [native()], ...hooked() });
    expect(brief(status)).toEqual({ Ready: 'True/Ready', Accepted: 'True/Accepted', Hooked: 'True/Hooked' });
    expect(status).toMatchObject({ liveGeneration: 1 });
  });

  it('tells why Gitee has no hook, and warns of what the keeper of the hooks has seen', () => {
    const finding = { reason: 'WriteFailed', message: 'Gitee refuses.' } as const;
    const failed = statusOf(KIND, { ...settled(before), ...hooked({ finding }) });
    expect(brief(failed)).toMatchObject({ Ready: 'False/WriteFailed', Hooked: 'False/WriteFailed' });
    const warned = statusOf(KIND, {
      ...settled(before),
      ...hooked({ warnings: [{ reason: 'Throttled', message: 'Slow.' }] }),
    });
    expect(brief(warned)).toMatchObject({ Ready: 'True/Ready', Hooked: 'True/Throttled' });
    expect(warned).toMatchObject({ Ready: { message: 'All conditions hold. Slow.' } });
  });

  it('does not take the state of another subscription or generation for its own', () => {
    for (const other of [{ uid: 'other' }, { generation: 2 }])
      expect(brief(statusOf(KIND, { ...settled(before), ...hooked(other) }))).toMatchObject({
        Hooked: 'False/Pending',
      });
  });

  it('keeps the report of an earlier process until the hooks are looked at again', () => {
    const told = (observedGeneration: number) => ({
      conditions: [
        {
          ...{ type: 'Hooked', status: 'True', reason: 'Hooked', message: 'as told', observedGeneration },
          lastTransitionTime: '2026-11-23T07:00:00Z',
        },
      ],
    });
    const updated = (generation: number) => {
      const seen = { ...settled(before), subscriptions: [{ ...cr, status: told(generation) } as never] };
      return statusOf(KIND, seen, {}, { status: told(generation) });
    };
    expect(updated(1)).toMatchObject({ Hooked: { status: 'True', message: 'as told' } });
    expect(updated(0)).toMatchObject({ Hooked: { status: 'False', reason: 'Pending' } });
  });

  it('says that an older version stays, on the relay and on Gitee', () => {
    const edited = {
      ...settled(before),
      subscriptions: [withHooks(giteeSubscription({ generation: 2 }, { events: [{ trigger: 'gitee-x' }] }))],
    };
    const status = statusOf(KIND, edited, {}, edited.subscriptions[0]);
    expect(brief(status)).toEqual({
      Ready: 'False/UnknownTrigger',
      Accepted: 'False/UnknownTrigger',
      Merged: 'False/PreviousVersionLive',
      Hooked: 'False/PreviousVersionLive',
    });
    expect(status).toMatchObject({ liveGeneration: 1, observedGeneration: 2 });
  });

  it('says that nothing is live where no version was', () => {
    const status = statusOf(KIND, {
      ...before,
      subscriptions: [giteeSubscription({}, { events: [{ trigger: 'gitee-x' }] })],
    });
    expect(brief(status)).toMatchObject({ Merged: 'False/NotAccepted', Hooked: 'False/NotAccepted' });
    expect(status).not.toHaveProperty('liveGeneration');
  });

  it('tells of a suspension, and of a hook that is still there', () => {
    const suspended = giteeSubscription({}, { suspend: true });
    expect(brief(statusOf(KIND, { ...before, subscriptions: [suspended] }))).toEqual({
      Ready: 'False/Suspended',
      Accepted: 'True/Accepted',
      Merged: 'False/Suspended',
      Hooked: 'False/Suspended',
    });
    const hooks = withHooks(suspended);
    const status = statusOf(KIND, { ...settled(before), subscriptions: [hooks] }, {}, hooks);
    expect(brief(status)).toMatchObject({ Merged: 'False/Pending', Hooked: 'False/Pending' });
  });

  it('tells of a robot that is missing, and of a route that cannot be written', () => {
    const two = giteeSubscription({}, { robots: [{ name: 'payments' }, { name: 'gone' }] });
    expect(
      brief(statusOf(KIND, { ...settled({ ...before, subscriptions: [two] }), ...hooked() })),
    ).toMatchObject({
      Ready: 'False/RobotNotFound',
      Merged: 'False/PartlyLive',
    });
    const unwrittenRoutes = new Map([
      [`${NAMESPACE}.gitee`, { reason: 'WriteFailed', message: 'no' } as const],
    ]);
    expect(brief(statusOf(KIND, before, { unwrittenRoutes }))).toMatchObject({ Merged: 'False/WriteFailed' });
  });

  it('counts as a user of its template', () => {
    const words = {
      ...template({ name: 'words' }, ''),
      spec: { message: { text: { content: '{{push.ref}}' } } },
    };
    const events = [{ trigger: 'gitee-push', template: { name: 'words' } }];
    const used = { ...before, templates: [words], subscriptions: [giteeSubscription({}, { events })] };
    expect(statusOf('NotificationTemplate', used)).toMatchObject({ usedBy: 1 });
  });

  it('brings the answers of DingTalk to its robot', () => {
    const live = settled(before);
    const routes = [...(live.relay?.routes ?? [])].map(([name, route]): [string, RelayRoute] => {
      const robots = [{ namespace: NAMESPACE, name: 'payments', at: '2026-11-23T08:00:00Z', reason: 'ok' }];
      return [name, { ...route, status: { ...route.status, robots } }];
    });
    const answered = { ...live, relay: { newCapability: '', routes: new Map(routes) } };
    expect(brief(statusOf('DingTalkRobot', answered))).toMatchObject({ Delivering: 'True/Delivering' });
    expect(brief(statusOf('DingTalkRobot', live))).toMatchObject({ Delivering: 'Unknown/NotVerified' });
  });

  it('leaves the part of the keeper of the hooks alone', () => {
    const gitee = { hooks: [] };
    expect(statusPatch({ gitee, observedGeneration: 1 }, { observedGeneration: 1 })).toBeUndefined();
    expect(statusPatch({ gitee, mergedKeys: 1 }, {})).toEqual({ mergedKeys: null });
  });
});
