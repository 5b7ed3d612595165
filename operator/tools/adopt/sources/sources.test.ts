import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Manifest, parseManifests } from '../../../files/manifests.ts';
import { type ChosenSource, chooseSource } from './sources.ts';

const TARGET = {
  namespace: 'argocd',
  configMap: 'argocd-notifications-cm',
  secret: 'argocd-notifications-secret',
};
const read = (...files: (string | object)[]): Manifest[] =>
  files.flatMap((each, index) =>
    parseManifests(typeof each === 'string' ? each : stringify(each), `${index + 1}.yaml`),
  );
function chosen(manifests: readonly Manifest[], isFixed = false): ChosenSource {
  const choice = chooseSource(manifests, TARGET, isFixed);
  if (!choice.ok) throw new Error(choice.message);
  return choice;
}
function refusal(manifests: readonly Manifest[], isFixed = false, target = TARGET): string {
  const choice = chooseSource(manifests, target, isFixed);
  return choice.ok ? `chose ${choice.source.name}` : choice.message;
}
const configMap = (namespace: string | undefined, name = TARGET.configMap, data: object = { a: 'b' }) => ({
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});

describe('the ConfigMap', () => {
  it.each([
    ['of Argo CD’s default namespace', ['argocd'], 'argocd'],
    ['of another namespace, if it is the only one', ['openshift-gitops'], 'openshift-gitops'],
    ['of the default namespace beside others', ['team-a', 'argocd'], 'argocd'],
    ['without a namespace', [undefined], 'argocd'],
  ])('%s is chosen', (_, namespaces, namespace) => {
    const manifests = read(...namespaces.map((each) => configMap(each)));
    expect(chosen(manifests)).toMatchObject({ namespace, source: { kind: 'ConfigMap' } });
  });

  it('without a namespace is where its Secret is', () => {
    const secret = { kind: 'Secret', metadata: { name: TARGET.secret, namespace: 'gitops' } };
    expect(chosen(read(configMap(undefined), secret)).namespace).toBe('gitops');
    expect(chosen(read(configMap(undefined), secret), true).namespace).toBe('argocd');
  });

  it('names its neighbours', () => {
    const { neighbours } = chosen(read(configMap('argocd'), configMap('team-a'), configMap('team-b')));
    expect(neighbours.map(({ namespace }) => namespace)).toEqual(['team-a', 'team-b']);
  });

  it('is not chosen from several, which are all named', () => {
    expect(refusal(read(configMap('a'), configMap('b')))).toBe(
      'there is more than one configuration: ConfigMap a/argocd-notifications-cm (1.yaml:1), ' +
        "ConfigMap b/argocd-notifications-cm (2.yaml:1). Name Argo CD's namespace as --argocd-namespace.",
    );
    expect(refusal(read(configMap('a'), configMap('a', TARGET.configMap, {})))).toMatch(/Name only the file/);
    expect(chosen(read(configMap('a'), configMap('a'))).namespace).toBe('a');
  });

  it.each([
    [
      [configMap('argo-cd')],
      true,
      /There is ConfigMap argo-cd\/argocd-notifications-cm \(1\.yaml:1\): name its/,
    ],
    [[configMap('argocd', 'other')], false, /There is ConfigMap argocd\/other \(1.*target\.configMap/],
    [[{ kind: 'Secret' }], false, /nor any other ConfigMap\. adopt reads .* Helm chart/],
    [[], false, /nor any other ConfigMap/],
    [[{ kind: 'Kustomization', patches: [] }], false, /pass its result: kustomize build OVERLAY \|/],
  ])('that is missing is told with what is there', (files, isFixed, message) => {
    const text = refusal(read(...files), isFixed);
    expect(text).toContain('no ConfigMap argocd/argocd-notifications-cm found');
    expect(text).toMatch(message);
  });

  it.each([
    ['data: null', {}],
    ['metadata: null', undefined],
    ['data: [1]', undefined],
  ])('can have any shape: %s', (rest, data) => {
    const base = parse(`kind: ConfigMap\nmetadata: { name: ${TARGET.configMap} }`) as object;
    const choice = chooseSource(read({ ...base, ...(parse(rest) as object) }), TARGET, false);
    expect(choice.ok && choice.source.problems.length === 0 ? choice.source.data : undefined).toEqual(data);
  });
});

it('values that are not text are named with their places and the remedy', () => {
  const text = `kind: ConfigMap
metadata: { name: argocd-notifications-cm }
data:
  ok: text
  empty:
  list:
    - a
  map: { a: b }
  number: 12
  bool: true
binaryData: { more: aGk= }
`;
  const { source } = chosen(read(text));
  const why = 'the API server takes only text there, but this is';
  expect(source.problems).toEqual([
    `1.yaml:7:5: data.list: ${why} a list. Write | behind the colon, and the lines below it are text.`,
    `1.yaml:8:8: data.map: ${why} a map. Write | behind the colon, and the lines below it are text.`,
    `1.yaml:9:11: data.number: ${why} a number. Put it in quotes.`,
    `1.yaml:10:9: data.bool: ${why} a boolean. Put it in quotes.`,
  ]);
  expect(source.data).toEqual({ ok: 'text', empty: '' });
  expect(source.notes).toEqual([
    '1.yaml:11:21: binaryData.more: Argo CD reads only data, so this key has no effect',
  ]);
});

const PART = {
  argocdUrl: 'https://argocd.example.com',
  context: { team: 'a' },
  notifiers: { 'service.slack': 'token: x' },
  subscriptions: [{ recipients: ['ding'], triggers: ['t'] }],
  secret: { items: { 'ding-token': 'abc' } },
};
const RENDERED = {
  context: 'argocdUrl: https://argocd.example.com\nteam: a\n',
  'service.slack': 'token: x',
  subscriptions: '- recipients:\n    - ding\n  triggers:\n    - t\n',
};
const release = (fields: object) => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'argo-cd', namespace: 'flux-system' },
  spec: fields,
});
const application = (source: object) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'argo-cd', namespace: 'argocd' },
  spec: { destination: { namespace: 'gitops' }, ...source },
});

describe('values of the chart', () => {
  it.each([
    ['argo-cd', { notifications: PART }, 'argocd'],
    ['argocd-notifications', PART, 'argocd'],
    ['argo-cd as a dependency', { 'argo-cd': { notifications: PART } }, 'argocd'],
    ['argocd-notifications as a dependency', { 'argocd-notifications': PART }, 'argocd'],
    ['argo-cd in Flux', release({ targetNamespace: 'gitops', values: { notifications: PART } }), 'gitops'],
    ['argo-cd in Flux, beside the release', release({ values: { notifications: PART } }), 'flux-system'],
    [
      'argo-cd in k3s',
      { ...release({ valuesContent: stringify({ notifications: PART }) }), kind: 'HelmChart' },
      'flux-system',
    ],
    [
      'argo-cd in an Application',
      application({ source: { helm: { valuesObject: { notifications: PART } } } }),
      'gitops',
    ],
    [
      'argo-cd in one of its sources',
      application({ sources: [{}, { helm: { values: stringify({ notifications: PART }) } }] }),
      'gitops',
    ],
  ])('%s are read like the ConfigMap', (_, values, namespace) => {
    const found = chosen(read(values));
    expect(found).toMatchObject({ namespace, source: { kind: 'values', secret: { 'ding-token': 'abc' } } });
    expect(found.source.data).toEqual(RENDERED);
    for (const key of Object.keys(RENDERED)) expect(found.source.places.get(key)).toHaveLength(1);
  });

  it('have the domain of all charts as the URL', () => {
    const { argocdUrl: _, context: __, ...part } = PART;
    const values = { global: { domain: 'cd.example.com' }, 'argo-cd': { notifications: part } };
    expect(chosen(read(values)).source.data.context).toBe('argocdUrl: https://cd.example.com\n');
  });

  it.each([
    { notifications: { ...PART, enabled: false } },
    { notifications: { ...PART, cm: { create: false } } },
    { notifications: { enabled: true } },
    { other: { templates: { a: 'b' } } },
    { ...PART, kind: 'Something', apiVersion: 'v1' },
    { notifications: 'yes' },
  ])('are none: %j', (values) => {
    expect(refusal(read(values))).toContain('no ConfigMap');
  });

  it('have to have a list of subscriptions, and texts for the rest', () => {
    const { source } = chosen(read({ notifications: { ...PART, subscriptions: '- recipients: [a]' } }));
    expect(source.problems).toEqual([
      expect.stringMatching(/^1\.yaml:\d+:\d+: notifications\.subscriptions: the chart takes a list there/),
    ]);
    const slack = { notifications: { notifiers: { 'service.slack': { token: 'x' } } } };
    expect(chosen(read(slack)).source.problems).toEqual([
      expect.stringContaining('notifications.notifiers.service.slack: the API server takes only text there'),
    ]);
  });

  it('of several files are merged as Helm merges them', () => {
    const more = { notifications: { notifiers: { 'service.slack': 'token: y', 'service.teams': 'z: 1' } } };
    const { source } = chosen(read({ notifications: PART }, more));
    expect(source.data).toEqual({ ...RENDERED, 'service.slack': 'token: y', 'service.teams': 'z: 1' });
    expect(source.places.get('service.slack')?.map(({ manifest }) => manifest.file)).toEqual([
      '1.yaml',
      '2.yaml',
    ]);
    expect(source.notes).toEqual([expect.stringMatching(/merged in this order.*1\.yaml, 2\.yaml$/)]);
  });

  it('are behind the ConfigMap, if both are there, unless it has no data', () => {
    const both = chosen(read({ notifications: PART }, configMap('argocd')));
    expect(both).toMatchObject({ source: { kind: 'ConfigMap' }, behind: [{ kind: 'values' }] });
    expect(chosen(read({ notifications: PART }, configMap('argocd', TARGET.configMap, {})))).toMatchObject({
      source: { kind: 'values' },
      behind: [],
    });
  });
});

it('places in values inside a text are those of the file', () => {
  const text = `kind: Application
spec:
  source:
    helm:
      values: |
        notifications:
          notifiers:
            service.slack: |
              token: x
`;
  const [place] = chosen(read(text)).source.places.get('service.slack') ?? [];
  expect(place?.manifest.lines(place.field)).toEqual({ first: 8, last: 9 });
  expect(place?.manifest.place(place.field, { line: 1, column: 3 })).toEqual({ line: 9, column: 17 });
});

it('a NotificationsConfiguration is read like the ConfigMap that argocd-operator makes of it', () => {
  const url = new URL('testdata/notifications-configuration.yaml', import.meta.url);
  const found = chosen(read(readFileSync(url, 'utf8')));
  expect(found.namespace).toBe('openshift-gitops');
  expect(found.source.data).toEqual({
    'service.webhook.ding': 'url: https://example.com\n',
    'template.t': 'message: hello\n',
    'trigger.t': '- when: "true"\n  send: [t]\n',
    subscriptions: '- recipients: [ding]\n  triggers: [t]\n',
    context: 'argocdUrl: https://argocd.example.com\nteam: a\n',
  });
  expect(found.source.places.get('subscriptions')).toMatchObject([
    { field: 'spec.subscriptions.subscriptions' },
  ]);
});
