import { expect, it } from 'vitest';
import type { ApplicationCriteria } from '../../api/types.generated.ts';
import { accessCondition } from '../../core/resolve/access-condition.ts';
import type { EventView } from './views.ts';
import { clauseText } from './words.ts';

const app = {
  metadata: { name: 'checkout', namespace: 'argocd', labels: { tier: 'silver' } },
  spec: { project: 'shop', destination: { name: 'in-cluster', namespace: 'team' } },
};
const view: EventView = { name: 'a', trigger: 'b', value: '', recipients: [], clauses: [], isLive: true };
const details = {
  namespace: 'team',
  criteria: {},
  maxEventAgeMs: 1,
  argocdNamespace: 'argocd',
  isBlocked: false,
  knowsGrants: true,
  time: undefined,
  error: undefined,
};
const text = (clusters: readonly string[] | undefined) =>
  clauseText(app, view, { kind: 'fence', expression: accessCondition('team', ['p'], clusters) }, details);

it('an Application out of scope is explained with all ways into the scope, according to the live condition', () => {
  const head =
    'namespace team may not be notified about the Application: project shop is not granted to team (by tenancy.projects or on ' +
    'the AppProject); the Application lives in argocd, not in team; the destination, team in in-cluster, ';
  expect(text([])).toBe(`${head}is not namespace team in a cluster that counts`);
  expect(text(undefined)).toBe(`${head}does not count (tenancy.destinations: Ignored)`);
});

it('a label with the name of a property of every object is missing', () => {
  const text = (criteria: ApplicationCriteria, field: string) =>
    clauseText(app, view, { kind: 'criterion', field, expression: '' }, { ...details, criteria });
  for (const key of ['constructor', 'toString', '__proto__']) {
    const matchLabels = Object.fromEntries([[key, 'gold']]);
    expect(text({ selector: { matchLabels } }, `selector.matchLabels[${key}]`)).toBe(
      `spec.applications.selector.matchLabels[${key}]: the label ${key} is missing; required: gold`,
    );
    const matchExpressions = [{ key, operator: 'Exists' as const }];
    expect(text({ selector: { matchExpressions } }, 'selector.matchExpressions[0]')).toBe(
      `spec.applications.selector.matchExpressions[0]: the label ${key} is missing; required: Exists`,
    );
  }
});
