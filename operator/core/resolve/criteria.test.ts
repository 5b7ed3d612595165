import { describe, expect, it } from 'vitest';
import { config } from '../testing/fixtures.ts';
import { criteriaExpression } from './criteria.ts';
import { fenceExpression, grantedProjects } from './fence.ts';

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

  it('are none for all applications', () => {
    expect(criteriaExpression({ all: true })).toBeUndefined();
  });
});

describe('the fence', () => {
  it('grants projects by patterns on both sides', () => {
    const grants = config({
      tenancy: { projects: { 'pay-*': ['team-*'], billing: ['team-billing'], all: ['*'] } },
    });
    expect(grantedProjects('team-payments', grants)).toEqual(['all', 'pay-*']);
    expect(grantedProjects('other', grants)).toEqual(['all']);
  });

  it('is the own namespace, deployments to it in the own cluster, and the granted projects', () => {
    expect(fenceExpression('team-a', ['p', 'q-*'])).toBe(
      `(app.metadata?.namespace == 'team-a') or ` +
        `(app.spec?.destination?.namespace == 'team-a' and (app.spec?.destination?.server == 'https://kubernetes.default.svc' or app.spec?.destination?.name == 'in-cluster')) or ` +
        `((app.spec?.project ?? '') in ['p']) or ((app.spec?.project ?? '') matches '^(?s:q-.*)$')`,
    );
  });
});
