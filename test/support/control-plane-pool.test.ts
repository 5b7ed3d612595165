import { describe, expect, it } from 'vitest';
import { canBeUndone } from './control-plane-pool.ts';

describe('a control plane is taken over', () => {
  it.each([
    '/registry/namespaces/team',
    '/registry/argocd-dingtalk.io/dingtalkrobots/team/robot',
    '/registry/roles/team/reader',
  ])('though a test has added %s', (key) => {
    expect(canBeUndone({ added: [key], changed: [] })).toBe(true);
  });

  it.each([
    '/registry/configmaps/argocd/argocd-notifications-cm',
    '/registry/clusterroles/argocd-dingtalk-operator',
    '/registry/rolebindings/argocd/argocd-dingtalk-operator',
  ])('though a test has changed %s', (key) => {
    expect(canBeUndone({ added: [], changed: [key] })).toBe(true);
  });

  it.each([
    '/registry/apiextensions.k8s.io/customresourcedefinitions/x.example.com',
    '/registry/validatingadmissionpolicies/x',
    '/registry/validatingwebhookconfigurations/x',
  ])('and not if a test has added %s', (key) => {
    expect(canBeUndone({ added: [key], changed: [] })).toBe(false);
  });

  it.each([
    '/registry/apiextensions.k8s.io/customresourcedefinitions/dingtalkrobots.argocd-dingtalk.io',
    '/registry/serviceaccounts/argocd/argocd-dingtalk-operator',
  ])('and not if a test has changed %s', (key) => {
    expect(canBeUndone({ added: [], changed: [key] })).toBe(false);
  });
});
