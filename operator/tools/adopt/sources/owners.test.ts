import { describe, expect, it } from 'vitest';
import { FIELD_MANAGER } from '../../../api/field-managers.ts';
import { factsOf } from './owner-facts.ts';
import { ownersOf } from './owners.ts';

const KEYS = ['service.webhook.ding', 'subscriptions'];
const DATA = { 'f:data': { '.': {}, 'f:service.webhook.ding': {}, 'f:template.x': {} } };
const managed = (manager: string, operation = 'Update', fieldsV1: object = DATA) => ({
  managedFields: [{ manager, operation, fieldsV1 }],
});
const lastApplied = (data: object) => ({
  'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ kind: 'ConfigMap', data }),
});
const found = (
  metadata: object,
  keys: readonly string[] = KEYS,
  configurations: { name: string; keys: string[] }[] = [],
) => ownersOf(factsOf({ metadata }, configurations), keys);

describe('the tools that bring the configuration back', () => {
  it.each([
    [
      'a release of Helm',
      {
        labels: { 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/instance': 'argo-cd' },
        annotations: { 'meta.helm.sh/release-name': 'argo-cd', 'meta.helm.sh/release-namespace': 'argocd' },
        ...managed('helm'),
      },
      ['Helm release argo-cd in namespace argocd'],
    ],
    ['Helm 4', managed('helm', 'Apply'), ['Helm']],
    ['a rendered chart', { labels: { 'app.kubernetes.io/managed-by': 'Helm' } }, ['Helm']],
    [
      'a chart in an Application',
      {
        labels: { 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/instance': 'argo-cd' },
        annotations: {
          'argocd.argoproj.io/tracking-id': 'cd:/ConfigMap:argocd/argocd-notifications-cm',
          ...lastApplied({ subscriptions: '' }),
        },
      },
      ['Application cd of Argo CD'],
    ],
    [
      'Argo CD, by its label',
      { labels: { 'app.kubernetes.io/instance': 'cd' } },
      ['Application cd of Argo CD'],
    ],
    ['Argo CD, by its writes', managed('argocd-controller'), ['Argo CD']],
    [
      'Flux',
      {
        labels: {
          'kustomize.toolkit.fluxcd.io/name': 'infra',
          'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
        },
        ...managed('kustomize-controller', 'Apply'),
      },
      ["Flux' Kustomization infra"],
    ],
    [
      'Flux with Helm',
      {
        labels: { 'helm.toolkit.fluxcd.io/name': 'argo-cd', 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { 'meta.helm.sh/release-name': 'argo-cd' },
      },
      ["Flux' HelmRelease argo-cd"],
    ],
    [
      'kubectl apply',
      { annotations: lastApplied({ subscriptions: '' }), ...managed('kubectl-client-side-apply') },
      ['kubectl'],
    ],
    ['kubectl apply --server-side', managed('kubectl', 'Apply'), ['kubectl']],
    ['another tool by server-side apply', managed('crossplane', 'Apply'), ['field manager crossplane']],
    ['Terraform', managed('Terraform'), ['Terraform']],
    [
      'its owner',
      { ownerReferences: [{ kind: 'NotificationsConfiguration', name: 'default' }] },
      ['argocd-operator'],
    ],
  ])('%s', (_, metadata, names) => {
    expect(found(metadata).map(({ name }) => name)).toEqual(names);
  });

  it.each([
    ['no metadata', {}],
    [
      'metadata of any shape',
      { labels: [1], annotations: 'x', managedFields: [null, 1, {}], ownerReferences: {} },
    ],
    ['an edit', managed('kubectl-edit')],
    ['a person’s tool', managed('node-fetch')],
    ['the operator', managed(FIELD_MANAGER, 'Apply')],
    [
      'kubectl apply of other keys',
      { annotations: lastApplied({ other: '' }), ...managed('kubectl-client-side-apply') },
    ],
    [
      'an annotation that somebody has edited',
      { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{' } },
    ],
    ['Helm with other keys', managed('helm', 'Update', { 'f:data': { 'f:other': {} } })],
  ])('are not suspected because of %s', (_, metadata) => {
    expect(found(metadata)).toEqual([]);
  });

  it('are none where the switch removes nothing', () => {
    expect(found(managed('helm'), [])).toEqual([]);
  });

  it('include argocd-operator, whose resource is named', () => {
    const [owner] = found({}, KEYS, [{ name: 'argocd/default', keys: KEYS }]);
    expect(owner).toMatchObject({ name: 'NotificationsConfiguration argocd/default' });
    expect(owner?.advice).toMatch(/spec\.notifications\.enabled: false[\s\S]*before the switch/);
  });

  it('come with the evidence, and with the keys and the order of the steps', () => {
    const [owner] = found({
      ...managed('argocd-controller'),
      labels: { 'app.kubernetes.io/instance': 'cd' },
    });
    expect(owner?.evidence).toBe(
      'the label app.kubernetes.io/instance: cd; field manager argocd-controller (Update) holds service.webhook.ding',
    );
    expect(owner?.advice).toMatch(
      /without these keys: service\.webhook\.ding, subscriptions\. Turn off automated sync of Application cd of Argo CD, switch, and start the operator\. Then merge/,
    );
    expect(owner?.advice).toMatch(/All subscribers share the key subscriptions/);
  });
});
