import { describe, expect, it } from 'vitest';
import type { DingTalkRobot, NotificationTemplate } from '../../api/kinds.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { statusUpdates } from '../status/statuses.ts';
import { config, robot, settled } from '../testing/fixtures.ts';
import {
  LENT_EVENT,
  lent,
  OWN_EVENT,
  OWNER,
  rawWords,
  TO_LENT,
  TO_OWN,
  twoTeams,
  USER,
  usersPart,
  uses,
  WITH_USER,
  words,
} from '../testing/sharing.ts';
import { mayUse } from './sharing.ts';

const OWN = `dt_${USER}_own`;
const LENT = `dt_${OWNER}_lent`;

const verdictOf = (before: Snapshot) =>
  decide(before).resolution.subscriptions.find(({ cr }) => cr.metadata.namespace === USER)?.verdict;

function statusOf(before: Snapshot, kind: string, namespace: string) {
  const { resolution, plan, live } = decide(before);
  const updates = statusUpdates(resolution, { plan, live, snapshot: before });
  return updates.find((each) => each.kind.kind === kind && each.cr.metadata.namespace === namespace)?.patch;
}

/** All that the user gets to see of its subscription. */
const shownTo = (before: Snapshot) => {
  const after = settled(before);
  return JSON.stringify([
    verdictOf(before),
    statusOf(after, 'NotificationSubscription', USER),
    usersPart(after),
  ]);
};

describe('another namespace’s robot', () => {
  const toBoth = uses({ robots: [...TO_OWN, ...TO_LENT] });

  it.each([{ namespaces: [USER] }, { namespaces: ['else', 'team-*'] }, { namespaces: ['team-us?r'] }])(
    'that is shared with %j is sent to',
    (sharedWith) => {
      const before = twoTeams({ robots: [lent(sharedWith)], subscriptions: [toBoth] });
      expect(verdictOf(before)).toEqual({ rollout: 'current', warnings: [] });
      expect(usersPart(settled(before))).toMatchObject({
        recipients: [LENT, OWN],
        messages: { 'on-deployed': [LENT, OWN] },
      });
      expect(statusOf(before, 'NotificationSubscription', USER)?.robotNames).toBe(`own,${OWNER}/lent`);
    },
  );

  const unshared: Record<string, DingTalkRobot | undefined> = {
    'is not there': undefined,
    'is not shared': lent(),
    'is shared with others': lent({ namespaces: ['team-other', 'team-use', 'eam-user'] }),
    'is suspended': lent(undefined, { suspend: true }),
    'is refused': lent(undefined, { timeZone: 'Nowhere/Here' }),
    'has no credentials': lent(undefined, { webhook: { secretKeyRef: { name: 'gone', key: 'webhook' } } }),
    'asks for keywords': lent(undefined, { keywords: ['keyword of the owner'] }),
    'is being deleted': {
      ...lent(WITH_USER),
      metadata: { ...lent().metadata, deletionTimestamp: '2026-11-23T07:00:00Z' },
    },
  };

  it.each(Object.entries(unshared))('that %s costs that recipient, and all look the same', (_, robot) => {
    const robots = robot ? [robot] : [];
    for (const subscription of [toBoth, uses({ robots: TO_LENT })]) {
      const shown = shownTo(twoTeams({ robots, subscriptions: [subscription] }));
      expect(shown).toBe(shownTo(twoTeams({ subscriptions: [subscription] })));
      expect(shown).toContain(
        `namespace ${OWNER} shares no DingTalkRobot lent with namespace ${USER}. Either the DingTalkRobot does not exist, or its spec.sharedWith.namespaces does not list ${USER}.`,
      );
      expect(shown).not.toContain(LENT);
    }
  });

  it('that is shared shows its state', () => {
    const messageOf = (spec: Partial<DingTalkRobot['spec']>) =>
      verdictOf(twoTeams({ robots: [lent(WITH_USER, spec)], subscriptions: [toBoth] }))?.refusal;
    expect(messageOf({ suspend: true })).toEqual({
      reason: 'RobotSuspended',
      message: `spec.robots[1].name: DingTalkRobot ${OWNER}/lent is suspended.`,
    });
    expect(messageOf({ timeZone: 'Nowhere/Here' })).toEqual({
      reason: 'RobotNotReady',
      message: `spec.robots[1].name: DingTalkRobot ${OWNER}/lent is not accepted (UnknownTimeZone).`,
    });
  });

  it('is another one than one’s own of that name; one’s own may be named with its namespace, and counts once', () => {
    const robots = [{ name: 'own' }, { name: 'own', namespace: USER }, { name: 'own', namespace: OWNER }];
    const before = twoTeams({ subscriptions: [uses({ robots })] });
    expect(verdictOf(before)?.refusal?.message).toMatch(/^spec\.robots\[2\]\.name: [^:]*$/);
    expect(usersPart(settled(before)).recipients).toEqual([OWN]);
  });
});

describe('another namespace’s template', () => {
  const telling = uses({ events: [OWN_EVENT, LENT_EVENT] });

  it('that is shared is the event’s message, only to the robots of the subscription', () => {
    const ofOwner = { ...telling, metadata: { ...telling.metadata, namespace: OWNER, uid: 'aaaaaaaa' } };
    const before = twoTeams({
      robots: [lent()],
      templates: [words(WITH_USER)],
      subscriptions: [telling, { ...ofOwner, spec: { ...ofOwner.spec, robots: [{ name: 'lent' }] } }],
    });
    expect(verdictOf(before)).toEqual({ rollout: 'current', warnings: [] });
    const { messages, values } = usersPart(settled(before));
    expect(messages).toEqual({ 'on-deployed': [OWN], 'on-sync-failed': [OWN] });
    expect(values[`template.dt_${USER}_news_on-sync-failed`]).toContain('words of the owner');
    expect(statusOf(before, 'NotificationTemplate', OWNER)).toMatchObject({ usedBy: 2 });
  });

  const asking = {
    ...LENT_EVENT,
    template: { ...LENT_EVENT.template, params: { owner: 'us' } },
    at: { all: true },
  };
  const unshared: Record<string, NotificationTemplate | undefined> = {
    'is not there': undefined,
    'is not shared': words(),
    'is shared with others': words({ namespaces: ['team-other'] }),
    'is refused': words(undefined, { message: { text: { content: '{{x}}' } } }),
    'has the param that is asked for': words(undefined, { params: { owner: 'nobody' } }),
    'could mention nobody': words(undefined, {
      message: { link: { title: 'a', text: 'b', url: 'https://a.example' } },
    }),
    'is a raw one of who is not trusted': rawWords(),
  };

  it.each(Object.entries(unshared))('that %s is refused, and all look the same', (_, template) => {
    const templates = template ? [template] : [];
    for (const events of [[OWN_EVENT, LENT_EVENT], [asking]]) {
      const subscriptions = [uses({ events })];
      const shown = shownTo(twoTeams({ templates, subscriptions }));
      expect(shown).toBe(shownTo(twoTeams({ subscriptions })));
      expect(shown).toContain(
        `namespace ${OWNER} shares no NotificationTemplate words with namespace ${USER}`,
      );
    }
    const before = twoTeams({ templates, subscriptions: [telling] });
    expect(statusOf(before, 'NotificationTemplate', OWNER)?.usedBy).toBe(template && 0);
  });

  it('that is shared shows why it is not accepted', () => {
    const broken = words(WITH_USER, { message: { text: { content: '{{x}}' } } });
    expect(verdictOf(twoTeams({ templates: [broken], subscriptions: [telling] }))?.refusal).toEqual({
      reason: 'TemplateRefused',
      message: `spec.events[1].template.name: NotificationTemplate ${OWNER}/words is not accepted (InvalidTemplate).`,
    });
  });

  it('may be raw if its owner is trusted, for every user; an untrusted user’s own template may not', () => {
    const trusting = config({ tenancy: { trustedNamespaces: [OWNER] } });
    const before = twoTeams({ config: trusting, templates: [rawWords(WITH_USER)], subscriptions: [telling] });
    expect(verdictOf(before)).toEqual({ rollout: 'current', warnings: [] });
    const own = { ...rawWords(), metadata: { ...rawWords().metadata, namespace: USER } };
    const named = uses({ events: [{ trigger: 'on-deployed', template: { name: 'words' } }] });
    const refused = twoTeams({ config: trusting, templates: [own], subscriptions: [named] });
    expect(verdictOf(refused)?.refusal?.reason).toBe('TemplateRefused');
  });
});

it.each([{ sharedWith: {} }, { sharedWith: { namespaces: 'team' } }, undefined])(
  'a resource that is stored as %j shares nothing, and whoever names it is told so',
  (spec) => {
    const odd = { ...robot({ namespace: 'owner' }), spec } as never;
    expect(mayUse('team', odd)).toBe(false);
  },
);
