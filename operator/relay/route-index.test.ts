import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../engine/locate.ts';
import type { RelayRoute } from '../api/relay-route.ts';
import type { ApplicationCriteria } from '../api/types.generated.ts';
import { triggerKey } from '../argocd/names.ts';
import { formatTrigger } from '../argocd/trigger-value.ts';
import { accessOf } from '../core/resolve/access-condition.ts';
import { criteriaExpression } from '../core/resolve/criteria.ts';
import { clusterGrants, projectGrants } from '../core/resolve/grants.ts';
import { config, subscription } from '../core/testing/fixtures.ts';
import { createEngine } from '../engine/client.ts';
import type { Engine } from '../engine/types.ts';
import { readPostedEvent } from './posted-event.ts';
import { isGiteeRoute } from './read-route.ts';
import { indexRoutes } from './route-index.ts';
import { application, syncFailed } from './testing/posts.ts';
import { compiledRoute, routeWith } from './testing/routes.ts';

let engine: Engine;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
});
afterAll(() => engine.close());

/** Few names, so that they meet. Some have characters that are special in a regular expression. */
const NAMESPACES = ['team-a', 'team-b', 'a'] as const;
const PROJECTS = ['p', 'pay.ments', 'payXments'] as const;
const CLUSTERS = ['near', 'https://10.0.0.1:6443', 'in-cluster', 'https://kubernetes.default.svc'] as const;
const LABELS = { tier: ['gold', 'tin', ''], 'a/b': ['x'] } as const;

const some = <T>(...values: readonly T[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const key = fc.constantFrom('tier', 'a/b', 'constructor');
const requirement = fc.oneof(
  fc.record({
    key,
    operator: fc.constantFrom('In' as const, 'NotIn' as const),
    values: some('gold', 'x', ''),
  }),
  fc.record({ key, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
);
const selector = fc.record(
  {
    matchLabels: fc.constantFrom<Record<string, string>>({ tier: 'gold' }, { 'a/b': 'x', tier: '' }),
    matchExpressions: fc.array(requirement, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const criteria: fc.Arbitrary<ApplicationCriteria> = fc.oneof(
  fc.constant({ all: true }),
  // Alone, a criterion decides more often.
  fc.record({ clusters: some(...CLUSTERS) }),
  fc.record({ selector }),
  fc.record({ names: some('app', 'a*', 'b?', 'ot?er') }),
  fc.record(
    {
      projects: some(...PROJECTS),
      names: some('app', 'a*', 'b?', '*'),
      namespaces: some(...NAMESPACES, 'argocd'),
      destinationNamespaces: some(...NAMESPACES),
      clusters: some(...CLUSTERS),
      selector,
    },
    { requiredKeys: [] },
  ),
);
const tenancy = fc.oneof(
  fc.record({
    projects: fc.dictionary(fc.constantFrom('p', 'pay.ments', '*'), some('team-a', 'team-*'), { maxKeys: 2 }),
    clusters: fc.dictionary(fc.constantFrom('near', 'n*', 'https://*'), some('team-a', '*'), { maxKeys: 2 }),
  }),
  fc.constant({ destinations: 'Ignored' }),
  fc.constant({ mode: 'open' }),
);

/** Mostly what Argo CD writes, and sometimes what it does not. */
const odd = fc.constantFrom<unknown>(null, 5, true, [], {}, ['p'], { p: 'p' });
const mostly = (value: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 12, arbitrary: value }, { weight: 1, arbitrary: odd });
const labels = fc.dictionary(fc.constantFrom('tier', 'a/b'), mostly(fc.constantFrom(...LABELS.tier, 'x')));
const posted = fc.record({
  metadata: fc.record(
    {
      name: fc.constantFrom('app', 'b1', 'other'),
      namespace: fc.constantFrom(...NAMESPACES, 'argocd'),
      uid: fc.constant('u'),
      labels: mostly(labels),
    },
    { requiredKeys: ['name', 'namespace', 'uid'] },
  ),
  spec: mostly(
    fc.record(
      {
        project: mostly(fc.constantFrom(...PROJECTS)),
        destination: mostly(
          fc.record(
            {
              namespace: mostly(fc.constantFrom(...NAMESPACES)),
              name: mostly(fc.constantFrom(...CLUSTERS)),
              server: mostly(fc.constantFrom(...CLUSTERS)),
            },
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: [] },
    ),
  ),
});

describe('the routes of an event', () => {
  it('are never fewer than those whose conditions hold, by the engine', async () => {
    const counts = { held: 0, skipped: 0, tooMany: 0 };
    const property = fc.asyncProperty(
      tenancy,
      fc.array(criteria, { minLength: 1, maxLength: 4 }),
      fc.array(posted, { minLength: 1, maxLength: 4 }),
      async (given, wanted, apps) => {
        const snapshot = { config: config({ tenancy: given }), projects: [] };
        const routes = wanted.flatMap((each, index) =>
          NAMESPACES.map((namespace) => routeFor(namespace, `s${index}`, each, snapshot)),
        );
        const index = indexRoutes(routes);
        expect(index.problems).toEqual([]);
        for (const app of apps) {
          const event = readPostedEvent(JSON.stringify({ event: 'on-created', app }));
          const found = index.candidates('on-created', event?.described ?? { metadata: {} });
          const names = new Set(found.map(({ route }) => route.name));
          // The index changes the time of the search and not its result.
          const described = event?.described ?? { metadata: {} };
          expect([...names]).toEqual(
            index.routes.flatMap((route) =>
              !isGiteeRoute(route) && route.isAbout(described) ? [route.name] : [],
            ),
          );
          for (const [name, holds] of await byEngine(routes, app)) {
            counts[holds ? 'held' : names.has(name) ? 'tooMany' : 'skipped'] += 1;
            if (holds) expect(names, JSON.stringify({ name, app, given, wanted })).toContain(name);
          }
        }
      },
    );
    const isNull = {
      metadata: { name: 'app', namespace: 'team-a', uid: 'u', labels: { 'a/b': null } },
      spec: {},
    };
    const selector = { matchExpressions: [{ key: 'a/b', operator: 'DoesNotExist' }] };
    await fc.assert(property, {
      numRuns: 150,
      examples: [[{ mode: 'open' }, [{ selector }], [isNull]]] as never,
    });
    // Otherwise the test proves nothing, or the relay asks the engine about everybody.
    expect(Math.min(counts.held, counts.skipped)).toBeGreaterThan(300);
    expect(counts.tooMany).toBeLessThan(counts.skipped / 10);
  });

  it('are found among a thousand in less than a fifth of a millisecond', () => {
    const one = compiledRoute();
    const routes = Array.from({ length: 1_000 }, (_, index) => {
      const { spec } = one;
      const namespace = `team-${index}`;
      const scope = { ...spec.scope, projects: [`project-${index}`, `project-${index}-*`] };
      const applications = { names: [`app-${index}-*`], selector: { matchLabels: { team: namespace } } };
      const named = { ...spec.subscription, namespace };
      return routeWith({ ...spec, subscription: named, scope: { ...scope, applications } });
    });
    const index = indexRoutes(routes);
    const app = application(syncFailed(), { project: 'project-77-x' });
    const metadata = { ...app.metadata, name: 'app-77-x', labels: { team: 'team-77' } };
    const body = JSON.stringify({ event: 'on-sync-failed', app: { ...app, metadata } });
    const event = readPostedEvent(body);
    if (!event) throw new Error('the body cannot be read');
    const find = () => index.candidates(event.event, event.described);
    expect(find().map(({ route }) => route.spec.subscription.namespace)).toEqual(['team-77']);
    // Time of the processor: others use it, too.
    const before = process.threadCpuUsage();
    for (let each = 0; each < 500; each += 1) find();
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 500 / 1_000).toBeLessThan(0.2);
  });
});

/** A route with one trigger, which has the conditions for access and criteria and no others. */
function routeFor(
  namespace: string,
  name: string,
  applications: ApplicationCriteria,
  snapshot: Parameters<typeof accessOf>[0],
): RelayRoute {
  const { mode, destinations } = snapshot.config.tenancy;
  const trigger = `dt_${namespace}_${name}_e`;
  const criterion = criteriaExpression(applications);
  const when = [
    accessOf(snapshot)(namespace).accessCondition,
    ...(criterion === undefined ? [] : [criterion]),
  ]
    .map((part) => `(${part})`)
    .join(' and ');
  return routeWith({
    subscription: { namespace, name, uid: 'u', generation: 1 },
    scope: {
      open: mode === 'open',
      projects: projectGrants(snapshot).of(namespace),
      ...(destinations === 'Trusted' && { clusters: clusterGrants(snapshot).of(namespace) }),
      applications,
    },
    configMap: { [triggerKey(trigger)]: formatTrigger({ when, send: [] }) },
    events: [{ name: 'e', trigger, catalogueName: 'on-created' }],
    robots: [],
  });
}

/** Whether the condition of each route holds, by the name of the route. */
async function byEngine(routes: readonly RelayRoute[], app: unknown): Promise<[string, boolean][]> {
  const outcome = await engine.evaluate({
    configMap: Object.fromEntries(routes.flatMap(({ spec }) => Object.entries(spec.configMap))),
    secret: {},
    app: JSON.parse(JSON.stringify(app)),
  });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome));
  const held = new Map(
    outcome.triggers.map(({ name, conditions: [each] }) => [name, each?.triggered === true]),
  );
  return routes.map(({ metadata, spec }) => [
    metadata.name,
    held.get(spec.events[0]?.trigger ?? '') === true,
  ]);
}

describe('a route that cannot be read', () => {
  const good = compiledRoute();
  const { spec } = compiledRoute(subscription({ name: 'bad' }));
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'spec: the value is missing, or has another form than this relay knows'],
    ['a text', 'x', 'spec: the value is missing, or has another form than this relay knows'],
    [
      'a robot without a Secret',
      { ...spec, robots: [{ ...spec.robots[0], webhook: null }] },
      'spec.robots.0.webhook: the value is missing, or has another form than this relay knows',
    ],
    [
      'no trigger',
      { ...spec, configMap: {} },
      'spec.configMap: the trigger of the event on-sync-failed is missing',
    ],
  ])('since its spec is or has %s is left out, and others are not', (_, bad, problem) => {
    const broken = { ...routeWith(spec), spec: bad } as RelayRoute;
    const index = indexRoutes([broken, good]);
    expect(index.problems).toEqual([{ object: broken, problem }]);
    expect(index.routes.map(({ name }) => name)).toEqual([good.metadata.name]);
  });
});
