import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApplicationSubscription } from '../../api/kinds.ts';
import { globMatches } from '../../lib/glob.ts';
import { decide } from '../decide.ts';
import { settled } from '../testing/fixtures.ts';
import { type Criteria, granting, outcome, sub, TEAMS, teams } from './testing/teams.ts';

describe('for any subscriptions', () => {
  const some = (...values: string[]) =>
    fc.option(fc.subarray(values, { minLength: 1 }), { nil: undefined, freq: 1 });
  const criteria = fc
    .record({
      names: some('n1', 'n2', 'n*'),
      projects: some('p1', 'p2', 'q1'),
      destinationNamespaces: some('team-a', 'team-b'),
      namespaces: some('argocd', 'team-a'),
    })
    .map((fields): Criteria => {
      const given = Object.entries(fields).filter(([, values]) => values !== undefined);
      return given.length === 0 ? { all: true } : (Object.fromEntries(given) as Criteria);
    });
  const patterns = fc.constantFrom('p1', 'p2', 'p*', '*1', '*');
  const grants = fc.dictionary(patterns, fc.subarray(TEAMS, { minLength: 1 }), { maxKeys: 3 });
  const subscriptions = fc
    .array(fc.tuple(fc.constantFrom(...TEAMS), fc.integer({ min: 5, max: 20 }), criteria), {
      minLength: 8,
      maxLength: 20,
    })
    .map((all) => all.map(([team, count, each], index) => sub(team, `s${index}`, count, each, index)));

  interface App {
    readonly name: string;
    readonly project: string;
    readonly namespace: string;
    readonly destination: string;
  }
  const places = ['argocd', ...TEAMS];
  const applications: App[] = ['n1', 'n2', 'n3'].flatMap((name) =>
    ['p1', 'p2', 'p3', 'q1', 'r'].flatMap((project) =>
      places.flatMap((namespace) => places.map((destination) => ({ name, project, namespace, destination }))),
    ),
  );

  function isGranted(namespace: string, app: App, projects: Record<string, string[]>): boolean {
    return Object.entries(projects).some(
      ([pattern, granted]) => granted.includes(namespace) && globMatches(pattern, app.project),
    );
  }

  /** Access condition and criteria once more, as the documentation describes them. */
  function hears(
    { metadata, spec }: ApplicationSubscription,
    app: App,
    projects: Record<string, string[]>,
  ): boolean {
    const own = metadata.namespace;
    const allows = (wanted: readonly string[] | undefined, value: string) =>
      wanted === undefined || wanted.some((pattern) => globMatches(pattern, value));
    const { names, projects: named, namespaces, destinationNamespaces } = spec.applications;
    return (
      (app.namespace === own || app.destination === own || isGranted(own, app, projects)) &&
      allows(names, app.name) &&
      allows(named, app.project) &&
      allows(namespaces, app.namespace) &&
      allows(destinationNamespaces, app.destination)
    );
  }

  it('no application has more destinations than the quotas that meet on it', () => {
    fc.assert(
      fc.property(subscriptions, grants, (all, projects) => {
        const snap = teams({ config: granting(projects), subscriptions: all });
        const { plan } = decide(snap);
        const live = all.flatMap((cr) => {
          const placed = plan.subscriptions.get(`${cr.metadata.namespace}/${cr.metadata.name}`);
          return placed ? [{ cr, count: placed.entry.triggers.length * placed.entry.recipients.length }] : [];
        });
        for (const app of applications) {
          const heard = live.filter(({ cr }) => hears(cr, app, projects));
          const total = (some: typeof heard) => some.reduce((sum, { count }) => sum + count, 0);
          expect(total(heard)).toBeLessThanOrEqual(90);
          for (const team of TEAMS) {
            expect(total(heard.filter(({ cr }) => cr.metadata.namespace === team))).toBeLessThanOrEqual(25);
          }
          const granted = heard.filter(({ cr }) => isGranted(cr.metadata.namespace, app, projects));
          expect(total(granted)).toBeLessThanOrEqual(40);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('the outcome depends on no order, and stays as it is once it is written', () => {
    fc.assert(
      fc.property(
        subscriptions.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        grants,
        ([all, shuffled], projects) => {
          const fields = { config: granting(projects), subscriptions: all };
          const first = teams(fields);
          expect(outcome(teams({ ...fields, subscriptions: shuffled }))).toEqual(outcome(first));
          const later = settled(first);
          expect(outcome(later)).toEqual(outcome(first));
          expect(decide(later).writes.steps).toEqual([]);
        },
      ),
      { numRuns: 20 },
    );
  });
});
