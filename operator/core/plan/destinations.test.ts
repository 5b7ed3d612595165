import { describe, expect, it } from 'vitest';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { liveObject, robot } from '../testing/fixtures.ts';
import { Destinations } from './destinations.ts';
import { type Criteria, granting, outcome, sub, TEAMS, teams } from './testing/teams.ts';

const shared = granting({ shared: ['team-*'] });
const messageOf = (snap: Snapshot, name: string) =>
  decide(snap).resolution.subscriptions.find(({ cr }) => cr.metadata.name === name)?.verdict.refusal?.message;

const [OK, REFUSED] = ['ok live', 'TooManyDestinations'];

describe('a namespace', () => {
  it('has a share of every application, however many subscriptions it has', () => {
    const subscriptions = [sub('team-a', 'x', 15), sub('team-a', 'y', 10, { all: true }, 1)];
    expect(outcome(teams({ subscriptions }))).toEqual({ 'team-a/x': OK, 'team-a/y': OK });
    const more = teams({ subscriptions: [...subscriptions, sub('team-a', 'z', 1, { all: true }, 2)] });
    expect(outcome(more)).toEqual({ 'team-a/x': OK, 'team-a/y': OK, 'team-a/z': REFUSED });
    expect(messageOf(more, 'z')).toMatch(
      /^spec\.events: .* 1 × 1 destinations .* can have 25 destinations from the subscriptions of namespace team-a\. .* Use fewer robots or events, /,
    );
  });

  it('takes nothing of the share of others', () => {
    const subscriptions = TEAMS.map((team) => sub(team, 'x', 25));
    expect(new Set(Object.values(outcome(teams({ subscriptions }))))).toEqual(new Set([OK]));
  });

  it('counts robots times events', () => {
    const two = [robot({ namespace: 'team-a' }), robot({ namespace: 'team-a', name: 'second' })];
    const to = (count: number) => ({
      ...sub('team-a', 'x', count),
      spec: {
        ...sub('team-a', 'x', count).spec,
        robots: [{ name: 'payments' }, { name: 'second' }],
      },
    });
    expect(outcome(teams({ robots: two, subscriptions: [to(12)] }))).toEqual({ 'team-a/x': OK });
    expect(outcome(teams({ robots: two, subscriptions: [to(13)] }))).toEqual({ 'team-a/x': REFUSED });
  });

  it.each<[string, Criteria, Criteria, boolean]>([
    ['other names', { names: ['a'] }, { names: ['b', 'c'] }, true],
    ['a name in common', { names: ['a', 'b'] }, { names: ['b', 'c'] }, false],
    ['patterns of names', { names: ['a*'] }, { names: ['b*'] }, false],
    ['other projects', { projects: ['a'] }, { projects: ['b'] }, true],
    ['a project in common', { projects: ['a', 'b'] }, { projects: ['b'] }, false],
    ['other destinations', { destinationNamespaces: ['a'] }, { destinationNamespaces: ['b'] }, true],
    ['other namespaces', { namespaces: ['a'] }, { namespaces: ['b'] }, true],
    ['a project and a name', { projects: ['a'] }, { names: ['b'] }, false],
    [
      'other labels',
      { selector: { matchLabels: { tier: 'gold' } } },
      { selector: { matchLabels: { tier: 'tin' } } },
      false,
    ],
    ['all and some', { all: true }, { names: ['a'] }, false],
  ])('separates subscriptions only by certain criteria: %s', (_, first, second, isApart) => {
    const subscriptions = [sub('team-a', 'x', 20, first), sub('team-a', 'y', 20, second, 1)];
    expect(outcome(teams({ subscriptions }))['team-a/y']).toBe(isApart ? OK : REFUSED);
  });
});

describe('a project', () => {
  const criteria = { projects: ['shared'] };

  it('is shared by all that it is granted to', () => {
    const subscriptions = [
      sub('team-a', 'x', 25, criteria),
      sub('team-b', 'x', 15, criteria, 1),
      sub('team-c', 'x', 1, criteria, 2),
    ];
    const snap = teams({ config: shared, subscriptions });
    expect(outcome(snap)).toEqual({ 'team-a/x': OK, 'team-b/x': OK, 'team-c/x': REFUSED });
    expect(decide(snap).resolution.subscriptions[2]?.verdict.refusal?.message).toMatch(
      /can have 40 destinations from all subscriptions of the namespaces that project shared is granted to\. /,
    );
  });

  it.each<[string, Record<string, string[]>, Criteria, boolean]>([
    ['of their own', { a: ['team-a'], b: ['team-b'], c: ['team-c'] }, { all: true }, true],
    [
      'of patterns of their own',
      { 'a-*': ['team-a'], 'b-*': ['team-b'], 'c-*': ['team-c'] },
      { all: true },
      true,
    ],
    ['of a pattern in common', { 'a-*': ['team-*'] }, { all: true }, false],
    [
      'of patterns that overlap',
      { 'a*': ['team-a'], '*a': ['team-b'], 'a-*': ['team-c'] },
      { all: true },
      false,
    ],
    ['that a pattern takes in', { '*': ['team-a', 'team-b'], c: ['team-c'] }, { all: true }, false],
    ['that the subscription does not ask for', { shared: ['team-*'] }, { projects: ['other'] }, true],
  ])('%s: grants meet or not', (_, projects, applications, isApart) => {
    const subscriptions = ['team-a', 'team-b', 'team-c'].map((team, minute) =>
      sub(team, 'x', 20, applications, minute),
    );
    const snap = teams({ config: granting(projects), subscriptions });
    expect(outcome(snap)['team-c/x']).toBe(isApart ? OK : REFUSED);
  });
});

describe('others’ entries', () => {
  const withText = (subscriptions: string, count: number) =>
    teams({
      target: { configMap: liveObject({ subscriptions }), secret: liveObject() },
      subscriptions: [sub('team-a', 'x', count)],
    });
  const entry = (triggers: number, recipients: number, selector = '') =>
    `- {recipients: [${Array(recipients).fill('slack:a')}], triggers: [${Array(triggers).fill('t')}]${selector}}\n`;

  it('leave less for everybody', () => {
    // 3 × 6 of 90 are a fifth, which leaves 20 of 25.
    const text = entry(6, 3);
    expect(outcome(withText(text, 20))).toEqual({ 'team-a/x': OK });
    expect(outcome(withText(text, 21))).toEqual({ 'team-a/x': REFUSED });
    expect(messageOf(withText(text, 21), 'x')).toContain(
      'Entries of others in the key subscriptions lower this number.',
    );
  });

  it('with a selector count by the heaviest one', () => {
    const text =
      entry(3, 3, ', selector: team=a') +
      entry(6, 2, ', selector: team=b') +
      entry(6, 1, ', selector: team=b');
    expect(outcome(withText(text, 20))).toEqual({ 'team-a/x': OK });
    expect(outcome(withText(text, 21))).toEqual({ 'team-a/x': REFUSED });
  });

  it('that are no entries count as none', () => {
    for (const text of ['not: a list', '- 1\n- null\n- {recipients: x, triggers: 3}\n', '- [']) {
      expect(outcome(withText(text, 25))).toEqual({ 'team-a/x': OK });
    }
  });
});

it('takes time in proportion to the subscriptions', () => {
  const names = Array.from({ length: 20_000 }, (_, index) => `team-${index}`);
  const before = process.cpuUsage();
  const destinations = new Destinations(['*', ...names], 0);
  const claim = (namespace: string, granted: readonly string[]) => ({
    reach: { namespace, granted, dimension: { name: 'name' as const, values: [namespace] } },
    events: 5,
    robots: 2,
  });
  expect(destinations.take('platform', claim('argocd', ['*']))).toBeUndefined();
  for (const name of names) expect(destinations.take(name, claim(name, [name]))).toBeUndefined();
  for (const name of names) expect(destinations.take(name, claim(name, [name]))).toBeUndefined();
  // To compare each with each would be 400 million steps.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5);
});
