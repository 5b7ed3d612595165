import { describe, expect, it } from 'vitest';
import { decide } from '../../core/decide.ts';
import type { LiveObject, Snapshot } from '../../core/model/snapshot.ts';
import { statusUpdates } from '../../core/status/statuses.ts';
import {
  config,
  found,
  liveObject,
  NAMESPACE,
  NOW,
  robot,
  SECRET,
  settled,
  snapshot,
  subscription,
  TOKEN,
  team,
} from '../../core/testing/fixtures.ts';
import { lent, TO_LENT, twoTeams, USER, uses, WITH_USER } from '../../core/testing/sharing.ts';
import type { Outcome } from '../../engine/types.ts';
import type { ClusterView } from './cluster-view.ts';
import { robotSections, templateSections } from './others.ts';
import { type Section, subscriptionSections } from './subscription.ts';

const TRIGGER = `dt_${NAMESPACE}_payments_on-sync-failed`;
const SERVICE = `dt_${NAMESPACE}_payments`;
const LEASE = 'nobody holds Lease argocd/x';
const loads = { ok: true, parsed: { subscriptions: [{ triggers: [TRIGGER], recipients: [SERVICE] }] } };

/** A cluster some minutes after the operator has done all there is to do. */
function done(fields: Partial<Snapshot> = team()): Snapshot {
  const after = settled(snapshot(fields), 60_000);
  const { resolution, plan, live } = decide(after);
  const updates = statusUpdates(resolution, { snapshot: after, live, plan });
  const withStatus = <T extends { kind: string; metadata: { name: string } }>(crs: readonly T[]): T[] =>
    crs.map((cr) => {
      const update = updates.find(
        ({ kind, cr: each }) => kind.kind === cr.kind && each.metadata.name === cr.metadata.name,
      );
      return { ...cr, status: update?.patch };
    });
  return {
    ...after,
    robots: withStatus(after.robots),
    templates: withStatus(after.templates),
    subscriptions: withStatus(after.subscriptions),
  };
}

const ALL = {
  configMap: true,
  secret: true,
  argocdUrl: true,
  otherNamespaces: true,
  relayRoutes: true,
  settings: true,
  grants: true,
};

function cluster(seen: Snapshot, fields: Partial<ClusterView> = {}): ClusterView {
  return {
    snapshot: seen,
    decision: decide(seen),
    presence: { state: 'none', detail: LEASE },
    sees: ALL,
    controllers: [],
    assumed: new Set(),
    ...fields,
  };
}

/** What is not in order, by section. */
const complaints = (sections: readonly Section[]) =>
  sections.flatMap(({ about, steps }) =>
    steps.flatMap(({ verdict, message }) => (verdict === 'ok' ? [] : [`${about}: ${verdict}: ${message}`])),
  );

function explained(seen: Snapshot, fields: Partial<ClusterView> = {}, loading: object = loads): string[] {
  const [cr] = seen.subscriptions;
  if (!cr) throw new Error('there is no subscription');
  return complaints(
    subscriptionSections(cr, ['on-sync-failed'], cluster(seen, fields), loading as Outcome<'check'>),
  );
}

const NOT_VERIFIED = expect.stringMatching(
  /^robot team-payments\/payments: unknown: Delivering is Unknown, NotVerified: /,
);

const withData = (
  seen: Snapshot,
  object: 'configMap' | 'secret',
  data: Record<string, string | undefined>,
): Snapshot => {
  const before = seen.target[object] as LiveObject;
  const kept = Object.entries({ ...before.data, ...data }).filter(([, value]) => value !== undefined);
  return { ...seen, target: { ...seen.target, [object]: { ...before, data: Object.fromEntries(kept) } } };
};

const liveValue = (seen: Snapshot, key: string): string => seen.target.configMap?.data[key] ?? '';

describe('a subscription', () => {
  it('for which the operator has done everything has nothing in its way', () => {
    expect(explained(done())).toEqual([NOT_VERIFIED]);
  });

  it('that the operator has not seen is judged here', () => {
    const seen = settled(snapshot(team()));
    const messages = explained(seen);
    expect(messages[0]).toBe(
      'NotificationSubscription team-payments/payments: problem: the resource has generation 1, but the operator has ' +
        'not seen it yet',
    );
    const [cr] = done().subscriptions;
    const edited = subscription({ generation: 2 }, { events: [{ trigger: 'on-fialed' }] });
    const stale = { ...done(), subscriptions: [{ ...edited, status: cr?.status ?? {} }] };
    expect(explained(stale).slice(0, 2)).toEqual([
      expect.stringMatching(/generation 2, but the operator has only seen generation 1$/),
      expect.stringMatching(
        /the operator would refuse the resource now: UnknownTrigger: spec\.events\[0\]\.trigger: /,
      ),
    ]);
  });

  describe('of an installation whose configuration is not known', () => {
    const noGrants = { ...ALL, grants: false };
    const nothing = { ...ALL, grants: false, settings: false };
    const real = done({ ...team(), config: config({ robots: { locale: 'zh-CN' }, limits: {} }) });
    const byDefaults = { ...real, config: config({ tenancy: {} }) };

    it('raises no alarm about keys that depend on grants or settings', () => {
      const doubts = (sees: ClusterView['sees'], seen: Snapshot) =>
        explained(seen, { sees }).filter((each) => !/Delivering is Unknown/.test(each));
      const unchecked = expect.stringMatching(
        /^event on-sync-failed: unknown: (trigger|template)\..* was made from/,
      );
      expect(
        doubts(noGrants, { ...real, config: { ...real.config, tenancy: config({ tenancy: {} }).tenancy } }),
      ).toEqual([unchecked, unchecked]);
      expect(doubts(nothing, byDefaults)).toEqual([unchecked, unchecked]);
      // The same with another judgement: these are alarms.
      expect(doubts(ALL, byDefaults).join('\n')).toMatch(/other grants/);
    });

    it('believes the status that the operator has written, and not a refusal by defaults', () => {
      const strict = { ...real, config: config({ limits: { perNamespace: { keys: 0, subscriptions: 0 } } }) };
      const refused = { ...strict, target: { ...real.target, configMap: liveObject() } };
      expect(explained(refused).join('\n')).toMatch(/would refuse the resource now: NamespaceQuotaExceeded/);
      expect(explained(refused, { sees: nothing }).join('\n')).not.toMatch(
        /would refuse|no key of the event/,
      );
    });

    it('says of a resource without status that its namespace may not be served', () => {
      expect(explained(settled(snapshot(team())), { sees: noGrants })).toContainEqual(
        expect.stringMatching(/unknown: cannot tell whether the installation serves the namespace/),
      );
    });

    it('says of projects that it is not known whether they are granted', () => {
      const stale = settled(snapshot({ ...team(), config: config({ tenancy: {} }) }));
      const messages = (sees: ClusterView['sees']) => explained(stale, { sees }).join('\n');
      expect(messages(ALL)).toMatch(/warning: ProjectNotGranted/);
      expect(messages(noGrants)).toMatch(/unknown: cannot tell whether the projects/);
      expect(messages(noGrants)).not.toMatch(/ProjectNotGranted/);
    });
  });

  it('that is suspended, or names what is missing, says so once', () => {
    const suspended = done({ ...team(), subscriptions: [subscription({}, { suspend: true })] });
    expect(explained(suspended)).toEqual([
      expect.stringMatching(/problem: the resource is suspended/),
      NOT_VERIFIED,
      'event on-sync-failed: problem: no key of the event may be live: see the subscription',
    ]);
    const lonely = done({ subscriptions: [subscription()] });
    expect(explained(lonely)).toEqual([
      expect.stringMatching(/problem: Accepted is False, RobotNotFound: /),
      'robot team-payments/payments: problem: there is no DingTalkRobot team-payments/payments, or none that you may see',
      'event on-sync-failed: problem: no key of the event may be live: see the subscription',
    ]);
  });

  it('is not blamed for shared resources that the caller may not see', () => {
    const spec = { robots: TO_LENT, events: [{ trigger: 'on-sync-failed' }] };
    const all = done(twoTeams({ robots: [lent(WITH_USER)], subscriptions: [uses(spec)] }));
    const ownOnly = { ...all, robots: all.robots.filter(({ metadata }) => metadata.namespace === USER) };
    const sees = { ...ALL, otherNamespaces: false };
    expect(explained(ownOnly, { sees })).toEqual([
      expect.stringMatching(/^robot team-owner\/lent: unknown: the robot is in namespace team-owner/),
      expect.stringMatching(/^event on-sync-failed: unknown: the keys cannot be checked/),
    ]);
    expect(explained(ownOnly)).toContainEqual(expect.stringMatching(/problem: .*RobotNotFound/));
    const silent = { ...ownOnly, target: { ...ownOnly.target, configMap: liveObject() } };
    expect(explained(silent, { sees })).toContainEqual(
      expect.stringMatching(
        /^event on-sync-failed: problem: dt_team-user_news_on-sync-failed is sent to nobody/,
      ),
    );
  });

  it('that is being deleted counts as gone', () => {
    const deletionTimestamp = '2026-11-23T08:00:00Z';
    const seen = done({ ...team(), subscriptions: [subscription({ deletionTimestamp })] });
    expect(explained(seen)[0]).toMatch(/the resource is marked for deletion since 2026-11-23T08:00:00Z/);
  });

  it.each([
    [
      'that is missing',
      (seen: Snapshot) => withData(seen, 'configMap', { [`trigger.${TRIGGER}`]: undefined }),
      /argocd\/argocd-notifications-cm has no key trigger\./,
    ],
    [
      'that was edited by hand',
      (seen: Snapshot) =>
        withData(seen, 'configMap', { [`trigger.${TRIGGER}`]: `${liveValue(seen, `trigger.${TRIGGER}`)} ` }),
      /somebody has edited it/,
    ],
    [
      'of somebody else',
      (seen: Snapshot) =>
        withData(seen, 'configMap', {
          [`template.${TRIGGER}`]: liveValue(seen, `template.${TRIGGER}`).replace(
            /dingtalk [0-9a-f]{8}/,
            'dingtalk 00000000',
          ),
        }),
      /exists, but was not made from this resource/,
    ],
    [
      'of another generation',
      (seen: Snapshot) =>
        withData(seen, 'configMap', {
          [`template.${TRIGGER}`]: liveValue(seen, `template.${TRIGGER}`).replace(
            /(dingtalk \w+)\.1\./,
            '$1.7.',
          ),
        }),
      /was made from generation 7, not 1/,
    ],
    [
      'of other grants',
      (seen: Snapshot) => ({ ...seen, config: config({ tenancy: { projects: {} } }) }),
      /was made with other grants than this configuration has/,
    ],
  ] as [string, (seen: Snapshot) => Snapshot, RegExp][])('reports a key %s', (_, change, message) => {
    const lines = explained(change(done()));
    expect(lines.filter((each) => each.startsWith('event on-sync-failed:')).join('\n')).toMatch(message);
  });

  it('does not blame a template for a URL that the caller may not read', () => {
    const without = { ...config({ argocd: {} }) };
    const seen = done({ ...team(), config: without, argocdUrl: 'https://cd.example.com' });
    const blind = { ...seen, argocdUrl: undefined };
    const sees = { ...ALL, argocdUrl: false };
    expect(explained(blind, { sees }).filter((each) => each.startsWith('event'))).toEqual([
      expect.stringMatching(/unknown: template\.\S+ cannot be checked: it may contain the URL/),
    ]);
    expect(explained(blind).filter((each) => each.startsWith('event'))).toEqual([
      expect.stringMatching(/problem: template\.\S+ differs from the planned value/),
    ]);
  });

  it('reports an entry that is missing, or that the engine ignores', () => {
    const reset = withData(done(), 'configMap', { subscriptions: undefined });
    expect(explained(reset)).toContainEqual(
      expect.stringMatching(/no entry that sends \S+ to dt_team-payments_payments$/),
    );
    const overridden = { ok: true, parsed: { subscriptions: [] } };
    expect(explained(done(), {}, overridden)).toContainEqual(
      expect.stringMatching(/engine ignores that entry/),
    );
    const broken = withData(done(), 'configMap', { subscriptions: 'a: b' });
    expect(explained(broken)).toContainEqual(
      expect.stringMatching(/the operator leaves subscriptions alone/),
    );
  });

  it('of which nothing can be seen claims nothing', () => {
    const seen = done();
    const blind = { ...seen, target: {} };
    const sees = { ...ALL, configMap: false, secret: false, argocdUrl: false };
    const lines = explained(blind, { sees }).filter((each) => !/ unknown: /.test(each));
    expect(lines).toEqual([]);
  });
});

describe("Argo CD's configuration", () => {
  const refused = (key?: string) => ({ ok: false, errors: [{ message: 'yaml: bad', ...(key && { key }) }] });
  const of = (lines: readonly string[]) => lines.filter((each) => each.startsWith('Argo CD'));

  it('may hold a key that stops everybody, be too much for the engine, or not be there', () => {
    expect(of(explained(done(), {}, refused(`trigger.${TRIGGER}`)))).toEqual([
      expect.stringContaining(
        `key trigger.${TRIGGER}: Argo CD's engine refuses it, so nobody is notified: yaml: bad`,
      ),
    ]);
    expect(of(explained(done(), {}, { ok: false, killed: 'deadline', message: 'too slow' }))[0]).toMatch(
      /too slow$/,
    );
    const [cr] = done().subscriptions;
    const gone = cluster({ ...done(), target: { secret: liveObject() } });
    const sections = cr ? subscriptionSections(cr, ['on-sync-failed'], gone, undefined) : [];
    expect(of(complaints(sections))).toEqual([
      expect.stringMatching(/argocd-notifications-cm does not exist$/),
    ]);
  });
});

describe('a robot', () => {
  const urlOf = (seen: Snapshot, fields: Partial<ClusterView> = {}) =>
    robotSections(robot(), cluster(seen, fields))[0]?.steps.at(-1);
  const later = (seen: Snapshot, ms: number) => ({ ...seen, now: new Date(NOW.getTime() + ms) });

  it('has a URL until its signature ends', () => {
    expect(urlOf(done())).toEqual({
      verdict: 'ok',
      message: `Secret argocd/argocd-notifications-secret, key ${SERVICE}: the URL is signed until 2026-11-23T09:00:00Z`,
    });
    expect(urlOf(later(done(), 3_600_001))).toMatchObject({
      verdict: 'problem',
      message: expect.stringMatching(/the signature ended at 2026-11-23T09:00:00Z/),
      hint: `Is the operator running? ${LEASE}.`,
    });
    expect(urlOf(withData(done(), 'secret', { [SERVICE]: undefined }))).toMatchObject({ verdict: 'problem' });
  });

  it('with changed credentials is reported, unless the credentials cannot be read', () => {
    const name = `${NAMESPACE}/payments-dingtalk`;
    const credentials = new Map([[name, found({ webhook: TOKEN.replaceAll('a', 'b'), secret: SECRET })]]);
    const changed = { ...done(), credentials };
    expect(urlOf(changed)).toMatchObject({ message: expect.stringMatching(/made with other credentials/) });
    expect(urlOf(changed, { assumed: new Set([name]) })).toMatchObject({ verdict: 'ok' });
  });

  it('is believed by its status where the Secret can not be read', () => {
    const sees = { ...ALL, secret: false };
    expect(urlOf(done(), { sees })?.message).toBe(
      "the robot's status says that the URL is signed until 2026-11-23T09:00:00Z",
    );
    expect(urlOf(later(done(), 3_600_001), { sees })).toMatchObject({ verdict: 'problem' });
  });

  it('without anybody who sends to it says so', () => {
    const [, users] = robotSections(robot(), cluster(done({ robots: [robot()] })));
    expect(users).toMatchObject({ about: 'subscriptions that send to it', steps: [{ verdict: 'warning' }] });
    const [, known] = robotSections(robot(), cluster(done()));
    expect(known?.steps).toEqual([{ verdict: 'ok', message: 'team-payments/payments' }]);
  });
});

describe('a template', () => {
  it('names the events that use it', () => {
    const short = {
      apiVersion: 'argocd-dingtalk.io/v1alpha1',
      kind: 'NotificationTemplate',
      metadata: { ...subscription().metadata, name: 'short' },
      spec: { message: { text: { content: '{{app.metadata.name}}' } } },
    };
    const events = [{ trigger: 'on-deployed', template: { name: 'short' } }];
    const used = done({ ...team(), templates: [short], subscriptions: [subscription({}, { events })] });
    const [template] = used.templates;
    if (!template) throw new Error('there is no template');
    expect(templateSections(template, cluster(used)).map(({ steps }) => steps.at(-1))).toEqual([
      { verdict: 'ok', message: 'Ready is True' },
      { verdict: 'ok', message: 'team-payments/payments (on-deployed)' },
    ]);
    const unused = { ...used, subscriptions: [] };
    expect(complaints(templateSections(template, cluster(unused)))).toEqual([
      'subscriptions that use it: warning: no subscription uses the template, so no message has its text',
    ]);
  });
});
