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
  time: undefined,
  error: undefined,
};
const told = (clusters: readonly string[] | undefined) =>
  clauseText(app, view, { kind: 'fence', expression: accessCondition('team', ['p'], clusters) }, details);

it('an application that may not be heard of is told of with what would have let it, by what is live', () => {
  const head =
    'namespace team may not be notified about the Application: project shop is not granted to team (by tenancy.projects or on ' +
    'the AppProject); the Application lives in argocd, not in team; the destination, team in in-cluster, ';
  expect(told([])).toBe(`${head}is not namespace team in a cluster that counts`);
  expect(told(undefined)).toBe(`${head}does not count (tenancy.destinations: Ignored)`);
});

it('a label that is called like what every object has is one that the application lacks', () => {
  const told = (criteria: ApplicationCriteria, field: string) =>
    clauseText(app, view, { kind: 'criterion', field, expression: '' }, { ...details, criteria });
  for (const key of ['constructor', 'toString', '__proto__']) {
    const matchLabels = Object.fromEntries([[key, 'gold']]);
    expect(told({ selector: { matchLabels } }, `selector.matchLabels[${key}]`)).toBe(
      `spec.applications.selector.matchLabels[${key}]: the label ${key} is missing; required: gold`,
    );
    const matchExpressions = [{ key, operator: 'Exists' as const }];
    expect(told({ selector: { matchExpressions } }, 'selector.matchExpressions[0]')).toBe(
      `spec.applications.selector.matchExpressions[0]: the label ${key} is missing; required: Exists`,
    );
  }
});
