import { expect, it } from 'vitest';
import { config, found, NAMESPACE, robot, snapshot, subscription } from '../core/testing/fixtures.ts';
import type { LoadedResource } from './loaded-resource.ts';
import { parseManifests } from './manifests.ts';
import { orAssumed, withFilesApplied } from './overlay.ts';

const [manifest] = parseManifests('kind: Nothing', 'team.yaml') as [LoadedResource['manifest']];
const given = (...resources: LoadedResource['resource'][]): LoadedResource[] =>
  resources.map((resource) => ({ manifest, resource }));

const theirs = robot({ name: 'theirs' });
const live = { ...subscription({ generation: 4, uid: 'live', resourceVersion: '9' }), status: {} };
const before = snapshot({ robots: [theirs], subscriptions: [live] });

it('puts what is in files in the place of what is there, with its identity', () => {
  const changed = subscription({ uid: 'file' }, { events: [{ trigger: 'on-deployed' }] });
  const after = withFilesApplied(before, given(changed, robot()), [], NAMESPACE);
  expect(after.robots).toEqual([theirs, robot()]);
  expect(after.subscriptions).toEqual([
    { ...live, spec: changed.spec, metadata: { ...live.metadata, generation: 5 } },
  ]);
});

it('counts a generation on only for another spec, whatever defaults the API server has filled in', () => {
  const same = subscription({ uid: 'file' });
  const stored = { ...live, spec: { ...live.spec, suspend: false } };
  const after = withFilesApplied({ ...before, subscriptions: [stored] }, given(same), [], NAMESPACE);
  expect(after.subscriptions[0]?.metadata).toMatchObject({ generation: 4, uid: 'live' });
});

it('tells namespaces apart', () => {
  const elsewhere = subscription({ namespace: 'elsewhere' });
  const { subscriptions } = withFilesApplied(before, given(elsewhere), [], NAMESPACE);
  expect(subscriptions).toEqual([live, elsewhere]);
});

it('takes the Secrets of the files', () => {
  const secrets = parseManifests(
    'kind: Secret\nmetadata: { name: new }\nstringData: { webhook: x }',
    'team.yaml',
  );
  const { credentials } = withFilesApplied(before, [], secrets, NAMESPACE);
  expect(credentials.get(`${NAMESPACE}/new`)).toEqual(found({ webhook: 'x' }));
  expect(credentials.size).toBe(before.credentials.size + 1);
});

it('takes credentials to be right only where they could not be read', () => {
  const key = `${NAMESPACE}/payments-dingtalk`;
  const missing = new Map([[key, { state: 'missing' } as const]]);
  expect(orAssumed(missing, [robot()])).toEqual(missing);
  const unreadable = new Map([[key, { state: 'unreadable', message: 'forbidden' } as const]]);
  expect(orAssumed(unreadable, [robot()]).get(key)).toMatchObject({ state: 'found' });
});

it('gives fields out in the order in which the API server does', () => {
  const signing = { secretKeyRef: { name: 'a', key: 'b' } };
  const mixed = robot({}, { webhook: { secretKeyRef: { name: 'x', key: 'y' } }, signing });
  const { robots } = withFilesApplied(before, given(mixed), [], NAMESPACE);
  expect(JSON.stringify(robots[1]?.spec)).toBe(
    '{"signing":{"secretKeyRef":{"key":"b","name":"a"}},"webhook":{"secretKeyRef":{"key":"y","name":"x"}}}',
  );
});

it('takes labels of Namespaces and grants of AppProjects, and leaves alone what the files do not name', () => {
  const tenancy = { namespaceSelector: { matchLabels: { notify: 'on' } } };
  const cluster = {
    ...before,
    config: config({ tenancy }),
    namespaces: new Map([['a', { notify: 'on', tier: 'gold' }]]),
    projects: [
      { name: 'one', grantedTo: 'a' },
      { name: 'two', grantedTo: 'a' },
    ],
  };
  const manifests = parseManifests(
    [
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: a, labels: { notify: "off" } }',
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: b }',
      'apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: { name: one }',
      'apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: { name: two, annotations: { argocd-dingtalk.io/namespaces: b } }',
      'apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: { name: three, namespace: argocd }',
    ].join('\n---\n'),
    'access.yaml',
  );
  const after = withFilesApplied(cluster, [], manifests, 'default');
  expect(Object.fromEntries(after.namespaces)).toEqual({
    a: { notify: 'off', tier: 'gold' },
    b: {},
    // Only of the resources that exist, and the labels of the Namespace are unknown.
    [NAMESPACE]: 'unseen',
  });
  expect(after.projects).toEqual([
    { name: 'one', grantedTo: 'a' },
    { name: 'two', grantedTo: 'b' },
    { name: 'three', grantedTo: undefined },
  ]);
});
