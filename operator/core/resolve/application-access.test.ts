import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import { createEngine } from '../../engine/client.ts';
import type { Engine } from '../../engine/types.ts';
import { config } from '../testing/fixtures.ts';
import { accessOf } from './access-condition.ts';
import { applicationAccess } from './application-access.ts';

let engine: Engine;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
});
afterAll(() => engine.close());

/**
 * Few names, so that they meet. Some are patterns of others, and some have characters that are special in a regular
 * expression.
 */
const NAMESPACES = ['team-a', 'team-b', 'a'] as const;
const namespacePattern = fc.constantFrom(...NAMESPACES, 'team-*', '*', '?', 'team-?');
const PROJECTS = ['p', 'pay.ments', 'payXments', 'pp', 'P', ''] as const;
const CLUSTERS = ['near', 'https://10.0.0.1:6443', "o'hare\\d+", 'in-cluster.x'] as const;
const ANYTHING = fc.string({ unit: 'grapheme', maxLength: 4 });

const grants = (thing: fc.Arbitrary<string>) =>
  fc.dictionary(thing, fc.array(namespacePattern, { minLength: 1, maxLength: 2 }), {
    minKeys: 1,
    maxKeys: 3,
  });
const projects = grants(fc.constantFrom('p', 'pay.ments', 'p*', '?', '*.*'));
const clusters = grants(fc.constantFrom(...CLUSTERS, '*', 'n?ar', 'https://*', '?'));
const tenancy = fc.oneof(
  { weight: 6, arbitrary: fc.record({ projects, clusters }, { requiredKeys: ['clusters'] }) },
  { weight: 1, arbitrary: fc.record({ projects, destinations: fc.constant('Ignored') }) },
  { weight: 1, arbitrary: fc.record({ mode: fc.constant('open') }) },
);
const annotated = fc.array(
  fc.record({
    name: fc.constantFrom('p', 'pp'),
    grantedTo: fc.constantFrom('team-a', 'team-*, a', 'Not one'),
  }),
  { maxLength: 2 },
);

const place = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...CLUSTERS, 'in-cluster', 'https://kubernetes.default.svc', '') },
  { weight: 1, arbitrary: ANYTHING },
);
const destination = fc.record(
  { namespace: fc.constantFrom(...NAMESPACES, ''), name: place, server: place },
  { requiredKeys: [] },
);
const spec = fc.record(
  {
    project: fc.oneof(fc.constantFrom(...PROJECTS), ANYTHING),
    destination: fc.option(destination, { freq: 9 }),
  },
  { requiredKeys: [] },
);
const application = fc.record({
  metadata: fc.record({
    name: fc.constant('app'),
    namespace: fc.constantFrom(...NAMESPACES, 'argocd', 'argocd'),
  }),
  spec: fc.option(spec, { freq: 9 }),
});

/** The engine's result of the condition, by namespace. */
async function byEngine(conditions: ReadonlyMap<string, string>, app: unknown): Promise<object> {
  const triggers = [...conditions].map(([name, when]) => [
    `trigger.${name}`,
    JSON.stringify([{ when, send: [] }]),
  ]);
  const outcome = await engine.evaluate({
    configMap: Object.fromEntries(triggers),
    secret: {},
    app: JSON.parse(JSON.stringify(app)),
    triggers: [...conditions.keys()],
    now: '2026-01-01T08:00:00Z',
  });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome));
  return Object.fromEntries(
    outcome.triggers.map(({ name, conditions: [condition] }) => [
      name,
      condition?.error ?? condition?.triggered,
    ]),
  );
}

it('is the same by the engine, which evaluates the condition, and without it', async () => {
  const counts = { heard: 0, unheard: 0 };
  await fc.assert(
    fc.asyncProperty(
      tenancy,
      annotated,
      fc.array(application, { minLength: 1, maxLength: 5 }),
      async (given, annotations, apps) => {
        const snapshot = { config: config({ tenancy: given }), projects: annotations };
        const access = accessOf(snapshot);
        const conditions = new Map(NAMESPACES.map((each) => [each, access(each).accessCondition]));
        for (const app of apps) {
          const here = NAMESPACES.map((each) => [each, applicationAccess(snapshot, each)(app)] as const);
          for (const [, isHeard] of here) counts[isHeard ? 'heard' : 'unheard'] += 1;
          expect(await byEngine(conditions, app), JSON.stringify({ app, given })).toEqual(
            Object.fromEntries(here),
          );
        }
      },
    ),
    { numRuns: 300 },
  );
  // Otherwise the test proves nothing.
  expect(Math.min(counts.heard, counts.unheard)).toBeGreaterThan(500);
});
