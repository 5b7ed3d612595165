import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADOPTED_FROM } from '../../api/names.ts';
import { config } from '../../core/testing/fixtures.ts';
import type { AdoptionInput } from './adoption.ts';
import { divided } from './manifests.ts';
import { applicationFinder, type SubscriberScope } from './scope.ts';
import { type SplitBy, teamsBy, withGrants } from './teams.ts';
import { entry, list, SMALL, startAdopter } from './testing/adopted.ts';

const GRANTED = 'argocd-dingtalk.io/namespaces';
const FAILED_TO_DING = { 'notifications.argoproj.io/subscribe.failed.ding': '' };

const app = (
  name: string,
  project: string,
  namespace: string,
  deploysTo: string,
  server = 'https://kubernetes.default.svc',
) => ({
  metadata: { name, namespace, annotations: FAILED_TO_DING },
  spec: { project, destination: { namespace: deploysTo, server } },
});
const APPS = [
  app('cart', 'shop', 'argocd', 'shop-prod'),
  app('till', 'shop', 'argocd', 'shop-prod'),
  app('pay', 'payments', 'team-pay', 'elsewhere'),
  app('far', 'payments', 'argocd', 'shop-prod', 'https://far.example.com'),
  app('lone', 'default', 'argocd', 'argocd'),
];
const PROJECTS = [
  { name: 'shop', grantedTo: undefined },
  { name: 'payments', grantedTo: 'team-pay' },
  { name: 'wide', grantedTo: 'a,b' },
  { name: 'pattern', grantedTo: 'x-*' },
  { name: 'dotted.name', grantedTo: undefined },
];
const CONFIG = config({ tenancy: { projects: { 'conf*': ['team-conf'] } } });
const teams = (by: SplitBy) =>
  teamsBy(by, { config: CONFIG, projects: PROJECTS, find: applicationFinder(APPS) });
const ofApp = (name: string, namespace = 'argocd'): SubscriberScope => ({
  kind: 'application',
  namespace,
  name,
});
const ofProject = (project: string): SubscriberScope => ({ kind: 'project', project });

describe('the team of an Application', () => {
  it.each<[SubscriberScope, string | undefined, string | undefined]>([
    [ofProject('shop'), 'shop', 'shop'],
    [ofApp('cart'), 'shop', 'shop'],
    [ofProject('payments'), 'team-pay', undefined],
    [ofApp('pay', 'team-pay'), 'team-pay', undefined],
    [ofProject('confidential'), 'team-conf', undefined],
    [ofProject('wide'), undefined, undefined],
    [ofProject('pattern'), 'pattern', 'x-*,pattern'],
    [ofProject('dotted.name'), undefined, undefined],
    [ofProject('default'), undefined, undefined],
    [ofApp('lone'), undefined, undefined],
    [{ kind: 'all' }, undefined, undefined],
    [{ kind: 'selector', selector: 'a=b' }, undefined, undefined],
  ])('is that of its AppProject: %j is of %s', (scope, namespace, grant) => {
    const { namespaceOf, missingGrant } = teams('project');
    expect([namespaceOf(scope), missingGrant(scope)?.value]).toEqual([namespace, grant]);
  });

  it.each<[SubscriberScope, string | undefined]>([
    [ofApp('cart'), 'shop-prod'],
    [ofApp('pay', 'team-pay'), 'team-pay'],
    // The namespace is in another cluster, which may belong to anybody.
    [ofApp('far'), undefined],
    [ofApp('lone'), undefined],
    [ofProject('shop'), undefined],
  ])('is that of its namespace: %j is of %s', (scope, namespace) => {
    expect(teams('namespace').namespaceOf(scope)).toBe(namespace);
  });

  it('has access once the grant is given', () => {
    const grant = teams('project').missingGrant(ofProject('pattern'));
    expect(withGrants(PROJECTS, grant ? [grant] : []).find(({ name }) => name === 'pattern')).toEqual({
      name: 'pattern',
      grantedTo: 'x-*,pattern',
    });
  });
});

describe('resources of teams', () => {
  let adopter: ReturnType<typeof startAdopter>;
  beforeAll(() => {
    adopter = startAdopter();
  });
  afterAll(() => adopter.close());
  const adopted = (fields: Partial<AdoptionInput> = {}) =>
    adopter.adopted(
      { ...SMALL, subscriptions: list(entry(['ding'], ['failed'], 'tier=gold')) },
      {
        objects: {
          applications: APPS,
          projects: [{ metadata: { name: 'payments', namespace: 'argocd', annotations: FAILED_TO_DING } }],
          applicationSets: [],
        },
        teams: teams('project'),
        ...fields,
      },
    );

  it('are in the namespaces of the teams, with templates that the central namespace shares', async () => {
    const { resources, grants } = await adopted();
    expect(
      resources.subscriptions.map(({ metadata, spec }) => [
        metadata.namespace,
        spec.applications.projects ?? spec.applications.names ?? spec.applications.selector,
        spec.events[0]?.template,
      ]),
    ).toEqual([
      ['argocd', { matchLabels: { tier: 'gold' } }, { name: 'failed' }],
      ['argocd', ['lone'], { name: 'failed' }],
      ['shop', ['cart', 'till'], { name: 'failed', namespace: 'argocd' }],
      ['team-pay', ['payments'], { name: 'failed', namespace: 'argocd' }],
    ]);
    expect(resources.templates.map(({ metadata, spec }) => [metadata.namespace, spec.sharedWith])).toEqual([
      ['argocd', { namespaces: ['shop', 'team-pay'] }],
    ]);
    const places = ['argocd/ding', 'shop/ding', 'team-pay/ding'];
    expect(resources.robots.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(places);
    expect(resources.credentials.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(
      places.map((each) => `${each}-webhook`),
    );
    expect(grants).toEqual([{ project: 'shop', home: 'argocd', annotation: GRANTED, value: 'shop' }]);
  });

  it('are recognised namespace by namespace', async () => {
    const { resources } = await adopted();
    const robot = resources.robots.find(({ metadata }) => metadata.namespace === 'shop');
    if (!robot) throw new Error('there is no robot');
    const renamed = { ...robot, metadata: { ...robot.metadata, name: 'renamed' } };
    const again = await adopted({ existing: [renamed] });
    expect(again.resources.robots.map(({ metadata }) => metadata.name)).toEqual(['ding', 'renamed', 'ding']);
    expect(robot.metadata.annotations[ADOPTED_FROM]).toBe('service.webhook.ding');
    const { missing } = divided(resources, [robot]);
    expect(missing.credentials.map(({ metadata }) => metadata.namespace)).toEqual(['argocd', 'team-pay']);
  });

  it('share a template with more namespaces than one template may name by copies of it', async () => {
    const applications = Array.from({ length: 60 }, (_, index) =>
      app(`a${index}`, `p${index}`, 'argocd', 'x'),
    );
    const { resources } = await adopted({
      objects: { applications, projects: [], applicationSets: [] },
      teams: teamsBy('project', { config: CONFIG, projects: [], find: applicationFinder(applications) }),
    });
    expect(
      resources.templates.map(({ metadata, spec }) => [metadata.name, spec.sharedWith?.namespaces.length]),
    ).toEqual([
      ['failed', 50],
      ['failed-2', 10],
    ]);
    const used = new Set(resources.subscriptions.map(({ spec }) => spec.events[0]?.template?.name));
    expect([...used]).toEqual(['failed', 'failed-2']);
  });
});
