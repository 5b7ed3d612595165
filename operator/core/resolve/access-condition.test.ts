import { describe, expect, it } from 'vitest';
import { config } from '../testing/fixtures.ts';
import { accessCondition, accessOf, countsDestinations } from './access-condition.ts';

const OWN = `(app.metadata?.namespace == 'team-a')`;
const IN_CLUSTER = `app.spec?.destination?.server == 'https://kubernetes.default.svc' or app.spec?.destination?.name == 'in-cluster'`;

describe('the fence', () => {
  it('is the own namespace, deployments to it in the own cluster, and the granted projects', () => {
    expect(accessCondition('team-a', ['p', 'q-*'], [])).toBe(
      `${OWN} or (app.spec?.destination?.namespace == 'team-a' and (${IN_CLUSTER})) or ` +
        `((app.spec?.project ?? '') in ['p']) or ((app.spec?.project ?? '') matches '^(?s:q-.*)$')`,
    );
  });

  it('has other clusters, by name or URL, for the namespaces that they are named for, and no others', () => {
    const clusters = { 'https://10.0.0.1:6443': ['team-a'], staging: ['team-*'], 'eu-*': ['team-b'] };
    const access = accessOf({ config: config({ tenancy: { clusters } }), projects: [] });
    expect(access('team-a').accessCondition).toBe(
      `${OWN} or (app.spec?.destination?.namespace == 'team-a' and (${IN_CLUSTER} or ` +
        `(app.spec?.destination?.name ?? '') in ['https://10.0.0.1:6443', 'staging'] or ` +
        `(app.spec?.destination?.server ?? '') in ['https://10.0.0.1:6443', 'staging']))`,
    );
    expect(access('other').accessCondition).toBe(accessCondition('other', [], []));
  });

  it('has no deployments where the installation does not trust destinations', () => {
    const tenancy = { destinations: 'Ignored', projects: { 'q-*': ['team-*'], p: ['team-a'] } };
    const access = accessOf({ config: config({ tenancy }), projects: [{ name: 'r', grantedTo: 'team-a' }] });
    expect(access('team-a')).toEqual({
      granted: ['p', 'q-*', 'r'],
      accessCondition: `${OWN} or ((app.spec?.project ?? '') in ['p', 'r']) or ((app.spec?.project ?? '') matches '^(?s:q-.*)$')`,
    });
    expect(access('other').accessCondition).toBe(`(app.metadata?.namespace == 'other')`);
    expect(countsDestinations(access('team-a').accessCondition)).toBe(false);
    expect(countsDestinations(accessCondition('team-a', [], []))).toBe(true);
  });

  it('is open where the installation says so: then it is as if all projects were granted to all', () => {
    const access = accessOf({ config: config({ tenancy: { mode: 'open' } }), projects: [] });
    expect(access('team-a')).toEqual({ granted: ['*'], accessCondition: 'true' });
    const all = accessOf({ config: config({ tenancy: { projects: { '*': ['*'] } } }), projects: [] });
    expect(all('team-a').granted).toEqual(access('team-a').granted);
  });
});
