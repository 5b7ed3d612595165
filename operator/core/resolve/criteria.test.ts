import { describe, expect, it } from 'vitest';
import { crdSchemas } from '../../api/crd-schemas.ts';
import type { ApplicationCriteria } from '../../api/types.generated.ts';
import { criteriaExpression } from './criteria.ts';

describe('the criteria of a subscription', () => {
  it('are all compiled, joined by and', () => {
    const expression = criteriaExpression({
      projects: ['payments'],
      names: ['pay-*', 'checkout'],
      namespaces: ['team-payments'],
      destinationNamespaces: ['pay'],
      clusters: ['in-cluster'],
      selector: {
        matchLabels: { tier: 'gold' },
        matchExpressions: [
          { key: 'env', operator: 'In', values: ['prod'] },
          { key: 'env', operator: 'NotIn', values: ['dev'] },
          { key: 'a/b', operator: 'Exists' },
          { key: 'c', operator: 'DoesNotExist' },
        ],
      },
    });
    expect(expression?.split(' and ')).toEqual([
      `((app.spec?.project ?? '') in ['payments'])`,
      `((app.metadata?.name ?? '') in ['checkout'] or (app.metadata?.name ?? '') matches '^(?s:pay-.*)$')`,
      `((app.metadata?.namespace ?? '') in ['team-payments'])`,
      `((app.spec?.destination?.namespace ?? '') in ['pay'])`,
      `((app.spec?.destination?.name ?? '') in ['in-cluster', 'https://kubernetes.default.svc'] or (app.spec?.destination?.server ?? '') in ['in-cluster', 'https://kubernetes.default.svc'])`,
      `(app.metadata?.labels?.['tier'] == 'gold')`,
      `(app.metadata?.labels?.['env'] in ['prod'])`,
      `(not (app.metadata?.labels?.['env'] in ['dev']))`,
      `(app.metadata?.labels?.['a/b'] != nil)`,
      `(app.metadata?.labels?.['c'] == nil)`,
    ]);
  });

  it('leave none of those out that the API has', async () => {
    const crd = (await crdSchemas()).find(({ kind }) => kind === 'NotificationSubscription');
    const { applications } = crd?.schema.properties?.spec?.properties ?? {};
    const examples: Record<string, unknown> = { selector: { matchLabels: { tier: 'gold' } } };
    const criteria = Object.keys(applications?.properties ?? {}).filter((field) => field !== 'all');
    expect(criteria.length).toBeGreaterThan(5);
    for (const field of criteria) {
      const alone = { [field]: examples[field] ?? ['some'] } as ApplicationCriteria;
      expect(criteriaExpression(alone), field).toMatch(/^\(.*(some|gold).*\)$/);
    }
  });

  it('are none for all applications', () => {
    expect(criteriaExpression({ all: true })).toBeUndefined();
  });
});
