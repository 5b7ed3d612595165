import { describe, expect, it } from 'vitest';
import type { SubscribedEvent } from '../../api/types.generated.ts';
import { isTemplateKey } from '../../argocd/names.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { config, settled } from '../testing/fixtures.ts';
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
import { outcome, sub, teams } from './testing/teams.ts';

const OWN = `dt_${USER}_own`;
const LENT = `dt_${OWNER}_lent`;
const DAY = 24 * 3_600_000;
const BROKEN: SubscribedEvent = { trigger: 'nonsense' };
const [OWN_ONLY, OWN_AND_LENT] = [[OWN], [LENT, OWN]];

const both = { robots: [...TO_OWN, ...TO_LENT] };
const robotShared = settled(twoTeams({ robots: [lent(WITH_USER)], subscriptions: [uses(both)] }));
const ownRobot = robotShared.robots[0] as Snapshot['robots'][number];
const withRobot = (before: Snapshot, robot: Snapshot['robots'][number]): Snapshot =>
  settled({ ...before, robots: [ownRobot, robot] }, DAY);

describe('consent to a robot', () => {
  it('that is withdrawn takes the recipient and its message away at once, and leaves the owner’s alone', () => {
    expect(usersPart(robotShared).recipients).toEqual(OWN_AND_LENT);
    const after = withRobot(robotShared, lent());
    expect(usersPart(after)).toMatchObject({ recipients: OWN_ONLY, messages: { 'on-deployed': OWN_ONLY } });
    expect(Object.keys(after.target.secret?.data ?? {}).sort()).toEqual([LENT, OWN]);
  });

  it('that is withdrawn is no less so while the subscription’s newest version is refused', () => {
    const subscriptions = [uses({ ...both, events: [OWN_EVENT, BROKEN] }, 2)];
    const broken = settled({ ...robotShared, subscriptions });
    expect(usersPart(broken).messages).toEqual({ 'on-deployed': OWN_AND_LENT });
    const after = withRobot(broken, lent());
    expect(usersPart(after)).toMatchObject({ recipients: OWN_ONLY, messages: { 'on-deployed': OWN_ONLY } });
  });

  it('that is withdrawn leaves a template marked as ours, whose mark a hand edit has moved', () => {
    const subscriptions = [uses({ ...both, events: [OWN_EVENT, BROKEN] }, 2)];
    const { configMap, ...others } = robotShared.target;
    const edited = Object.entries(configMap?.data ?? {}).map(([key, value]) => [
      key,
      isTemplateKey(key) ? value.replace('"managedBy":', '"madeBy":') : value,
    ]);
    const target = { ...others, configMap: configMap && { ...configMap, data: Object.fromEntries(edited) } };
    const after = withRobot({ ...robotShared, subscriptions, target }, lent());
    expect(usersPart(after)).toMatchObject({ recipients: OWN_ONLY, messages: { 'on-deployed': OWN_ONLY } });
  });

  it('that is withdrawn counts also where the robot’s own newest version is refused', () => {
    const broken = { timeZone: 'Nowhere/Here' };
    const kept = withRobot(robotShared, lent(WITH_USER, broken));
    expect(usersPart(settled(kept)).recipients).toEqual(OWN_AND_LENT);
    // With other credentials than those that are live, that version is signed for an hour and no longer.
    const signing = { secretKeyRef: { name: 'payments-dingtalk', key: 'another' } };
    const ended = withRobot(robotShared, lent(WITH_USER, { ...broken, signing }));
    expect(usersPart(settled(ended)).recipients).toEqual(OWN_ONLY);
    const soon = settled({ ...robotShared, robots: [ownRobot, lent(WITH_USER, broken)] });
    expect(usersPart(soon).recipients).toEqual(OWN_AND_LENT);
    const withdrawn = settled({ ...soon, robots: [ownRobot, lent(undefined, broken)] });
    expect(usersPart(withdrawn).recipients).toEqual(OWN_ONLY);
  });

  it('that is given back replays nothing', () => {
    const without = withRobot(robotShared, lent());
    const again = withRobot(without, lent(WITH_USER));
    expect(usersPart(again).recipients).toEqual(OWN_AND_LENT);
    const trigger = usersPart(again).values[`trigger.dt_${USER}_news_on-deployed`];
    expect(trigger).toContain(`'${without.serverTime.toISOString().slice(0, 19)}Z'`);
  });
});

const telling = uses({ events: [OWN_EVENT, LENT_EVENT] });
const templateShared = settled(twoTeams({ templates: [words(WITH_USER)], subscriptions: [telling] }));
const withTemplates = (before: Snapshot, ...templates: Snapshot['templates']): Snapshot =>
  settled({ ...before, templates }, DAY);
const messages = (before: Snapshot) => usersPart(before).messages;
const BOTH = { 'on-deployed': OWN_ONLY, 'on-sync-failed': OWN_ONLY };
const REST = { 'on-deployed': OWN_ONLY };

describe('consent to a template', () => {
  it('that is withdrawn takes away the events that were made from it, and no others', () => {
    expect(messages(templateShared)).toEqual(BOTH);
    const after = withTemplates(templateShared, words());
    expect(usersPart(after)).toMatchObject({ messages: REST, triggers: ['on-deployed'] });
    expect(JSON.stringify(after.target)).not.toContain('words of the owner');
    const { refusal, rollout } = decide(after).resolution.subscriptions[0]?.verdict ?? {};
    expect([refusal?.reason, rollout]).toEqual(['TemplateNotFound', 'lastGood']);
  });

  it('that is withdrawn is no less so while the newest version is refused for something else, or names it no more', () => {
    for (const events of [[OWN_EVENT, LENT_EVENT, BROKEN], [BROKEN]]) {
      const broken = settled({ ...templateShared, subscriptions: [uses({ events }, 2)] });
      expect(messages(broken)).toEqual(BOTH);
      expect(messages(withTemplates(broken, words()))).toEqual(REST);
    }
  });

  it('is not withdrawn by a template that is deleted or refused: the live version stays', () => {
    const refused = { message: { text: { content: '{{x}}' } } };
    for (const templates of [[], [words(WITH_USER, refused)]]) {
      expect(messages(withTemplates(templateShared, ...templates))).toEqual(BOTH);
    }
    expect(messages(withTemplates(templateShared, words(undefined, refused)))).toEqual(REST);
    expect(messages(withTemplates(withTemplates(templateShared), words()))).toEqual(REST);
  });

  it('that is given back replays nothing, and leaves the moment of other events alone', () => {
    const without = withTemplates(templateShared, words());
    const again = withTemplates(without, words(WITH_USER));
    expect(messages(again)).toEqual(BOTH);
    const { values } = usersPart(again);
    const moment = ({ serverTime }: Snapshot) => `'${serverTime.toISOString().slice(0, 19)}Z'`;
    expect(values[`trigger.dt_${USER}_news_on-sync-failed`]).toContain(moment(without));
    expect(values[`trigger.dt_${USER}_news_on-deployed`]).toContain(moment(templateShared));
  });

  it('does not outlive the trust in the namespace of a raw template', () => {
    const trusting = config({ tenancy: { trustedNamespaces: [OWNER] } });
    const raw = twoTeams({ config: trusting, templates: [rawWords(WITH_USER)], subscriptions: [telling] });
    const live = settled(raw);
    const broken = settled({ ...live, subscriptions: [uses({ events: [BROKEN] }, 2)] });
    expect(messages(broken)).toEqual(BOTH);
    for (const before of [live, broken]) {
      const trusts = (...trustedNamespaces: string[]) =>
        settled({ ...before, config: config({ tenancy: { trustedNamespaces } }) });
      expect(messages(trusts())).toEqual(REST);
      expect(messages(trusts(USER))).toEqual(REST);
      expect(messages(settled({ ...trusts(OWNER), templates: [] }))).toEqual(BOTH);
      expect(messages(withTemplates(before, rawWords()))).toEqual(REST);
    }
  });
});

it('a shared robot counts against the quota of the sending namespace, not of its owner', () => {
  const shared = teams({}).robots.map((each) => ({
    ...each,
    spec: { ...each.spec, sharedWith: { namespaces: ['team-*'] } },
  }));
  const ofA = sub('team-a', 'full', 25, { all: true }, 1);
  const toB = (name: string, minute: number) => {
    const { spec, ...rest } = sub('team-a', name, 1, { all: true }, minute);
    return { ...rest, spec: { ...spec, robots: [{ name: 'payments', namespace: 'team-b' }] } };
  };
  const ofB = sub('team-b', 'full', 25, { all: true }, 3);
  const before = teams({ robots: shared, subscriptions: [ofA, toB('more', 2), ofB] });
  expect(outcome(before)).toEqual({
    'team-a/full': 'ok live',
    'team-a/more': 'TooManyDestinations',
    'team-b/full': 'ok live',
  });
  expect(outcome({ ...before, subscriptions: [toB('more', 2), ofB] })).toEqual({
    'team-a/more': 'ok live',
    'team-b/full': 'ok live',
  });
});
