import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatches } from '../../lib/glob.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { config } from '../testing/fixtures.ts';
import { DestinationQuotas } from './destination-quotas.ts';
import { granting, outcome, sub, TEAMS, teams } from './testing/teams.ts';

const [OK, REFUSED] = ['ok live', 'TooManyDestinations'];
const everything = granting({ '*': ['team-*'] });

/** Subscriptions that each name fifty projects that nobody else names. */
const naming = (count: number, namespace: string, minute: number) =>
  Array.from({ length: count }, (_, index) =>
    sub(
      namespace,
      `many-${index}`,
      1,
      { projects: Array.from({ length: 50 }, (_, each) => `${namespace}-made-up-${index * 50 + each}`) },
      minute,
    ),
  );

describe('projects that somebody names', () => {
  // One after the other; each of them would have room in a separate account, but no three in one.
  const about = (name?: string) =>
    ['team-a', 'team-b', 'team-c'].map((team, index) =>
      sub(team, 'x', 20, { projects: [`of-${team}`], ...(name && { names: [name] }) }, 10 + index),
    );
  const lastOf = (fields: Partial<Snapshot>) => outcome(teams({ config: everything, ...fields }))['team-c/x'];

  it('have accounts of their own while they are few', () => {
    expect(lastOf({ subscriptions: about('app') })).toBe(OK);
  });

  it('share the account of their pattern when they are many, if no AppProject has the name', () => {
    const subscriptions = [...naming(4, 'team-d', 0), ...about('app')];
    expect(lastOf({ subscriptions })).toBe(REFUSED);
    const projects = TEAMS.map((team) => ({ name: `of-${team}` }));
    expect(lastOf({ subscriptions, projects })).toBe(OK);
  });

  it('share no account because of newcomers', () => {
    expect(lastOf({ subscriptions: [...about('app'), ...naming(8, 'team-d', 50)] })).toBe(OK);
  });

  it('are told apart in an account that they share', () => {
    expect(lastOf({ subscriptions: [...naming(4, 'team-d', 0), ...about()] })).toBe(OK);
  });

  it('share no account with others where they are granted by name', () => {
    const own = granting({
      '*': ['team-d'],
      'of-team-a': ['team-a'],
      'of-team-b': ['team-b'],
      'of-team-c': ['team-c'],
    });
    expect(lastOf({ config: own, subscriptions: [...naming(8, 'team-d', 0), ...about('app')] })).toBe(OK);
  });
});

it.each([
  ['a grant', everything],
  ['no fences', config({ tenancy: { mode: 'open' } })],
])('costs others little to name projects, with %s', (_, settings) => {
  const others = Array.from({ length: 240 }, (_, index) =>
    sub(TEAMS[index % 3] as string, `s${index}`, 1, { names: [`n${index}`] }),
  );
  const snap = teams({ config: settings, subscriptions: [...others, ...naming(480, 'team-d', 50)] });
  const seconds = () => {
    const before = process.cpuUsage();
    decide(snap);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  // An account for each of 24 000 names takes ten seconds.
  expect(Math.min(seconds(), seconds())).toBeLessThan(2.5);
});

it('any two that hear of a project have an account in common, whichever projects have one', () => {
  const names = ['p1', 'p2', 'q1', 'q22'];
  const globs = fc.uniqueArray(fc.constantFrom('p*', '*1', '*', 'q?', '?2*', 'q*'), { minLength: 1 });
  const some = fc.record({
    own: fc.subarray(names),
    one: globs,
    other: globs,
    exact: fc.tuple(fc.boolean(), fc.boolean()),
  });
  fc.assert(
    fc.property(some, fc.constantFrom(...names), ({ own, one, other, exact }, project) => {
      const shares = new DestinationQuotas([...own, ...one, ...other]);
      const hears = (globs: string[]) => globs.some((glob) => globMatches(glob, project));
      fc.pre(hears(one) && hears(other));
      const [first = [], second = []] = [one, other].map((granted, index) => {
        const reach = { namespace: `${index}`, granted: exact[index] ? [project] : granted };
        // A second look is answered from memory.
        expect([...shares.of(reach)]).toEqual([...shares.of(reach)]);
        return [...shares.of(reach)].map(({ counter }) => counter);
      });
      expect(first.some((counter) => second.includes(counter))).toBe(true);
    }),
  );
});
