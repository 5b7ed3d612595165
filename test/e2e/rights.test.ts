import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, startStage } from '../support/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: false });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

async function may(...question: string[]): Promise<string> {
  const as = '--as=system:serviceaccount:argocd:argocd-dingtalk-operator';
  return (await stage.cp.tryKubectl(['auth', 'can-i', ...question, as])).stdout.trim();
}

/** That what it needs is there, every other test shows, since they all run the operator under these rights. */
describe('the operator’s rights', () => {
  it.each([
    ['list', 'secrets', '-A'],
    ['watch', 'secrets', '-A'],
    ['patch', 'secrets', '-n', 'team'],
    ['list', 'secrets', '-n', 'argocd'],
    ['patch', 'secret/argocd-secret', '-n', 'argocd'],
    ['create', 'secrets', '-n', 'argocd'],
    ['delete', 'secret/argocd-notifications-secret', '-n', 'argocd'],
    ['create', 'configmaps', '-n', 'argocd'],
    ['delete', 'configmap/argocd-notifications-cm', '-n', 'argocd'],
    ['update', 'configmap/argocd-notifications-cm', '-n', 'argocd'],
    ['patch', 'configmap/argocd-cm', '-n', 'argocd'],
    ['get', 'configmaps', '-n', 'team'],
    ['patch', 'dingtalkrobots', '-n', 'team'],
    ['update', 'dingtalkrobots', '--subresource=status', '-n', 'team'],
    ['delete', 'notificationsubscriptions', '-n', 'team'],
    ['get', 'applications.argoproj.io', '-A'],
    ['patch', 'appprojects.argoproj.io', '-A'],
    ['list', 'appprojects.argoproj.io', '-n', 'team'],
    ['patch', 'namespaces'],
    ['create', 'pods', '-A'],
    ['get', 'dingtalkrobots', '-n', 'team'],
    ['get', 'namespaces'],
    ['get', 'appprojects.argoproj.io', '-n', 'argocd'],
    ['impersonate', 'users'],
    ['update', 'configmap/argocd-dingtalk-installation', '-n', 'argocd'],
    ['watch', 'configmap/argocd-dingtalk-installation', '-n', 'argocd'],
    ['list', 'relayroutes', '-n', 'team'],
    ['update', 'relayroutes', '-n', 'argocd'],
    ['deletecollection', 'relayroutes', '-n', 'argocd'],
    ['patch', 'relayroutes', '--subresource=status', '-n', 'argocd'],
    ['patch', 'notificationsubscriptions', '-n', 'team'],
    ['patch', 'secret/argocd-dingtalk-gitee', '-n', 'argocd'],
  ])('do not let it %s %s %s %s', async (...question) => {
    expect(await may(...question.filter((word) => word !== undefined))).toBe('no');
  });

  it.each([
    ['get', 'secrets', '-n', 'team'],
    ['watch', 'namespaces'],
    ['list', 'dingtalkrobots', '-A'],
    ['create', 'events.events.k8s.io', '-A'],
    ['create', 'leases.coordination.k8s.io', '-n', 'argocd'],
    ['patch', 'leases.coordination.k8s.io/argocd-dingtalk-operator', '-n', 'argocd'],
    ['watch', 'secret/argocd-notifications-secret', '-n', 'argocd'],
    ['watch', 'appprojects.argoproj.io', '-n', 'argocd'],
    ['watch', 'configmap/argocd-notifications-cm', '-n', 'argocd'],
    ['patch', 'configmap/argocd-notifications-cm', '-n', 'argocd'],
    ['patch', 'secret/argocd-notifications-secret', '-n', 'argocd'],
    ['patch', 'notificationsubscriptions', '--subresource=status', '-n', 'team'],
    ['patch', 'configmap/argocd-dingtalk-installation', '-n', 'argocd'],
    ['get', 'configmap/argocd-dingtalk-installation-grants', '-n', 'argocd'],
    ['watch', 'relayroutes', '-n', 'argocd'],
    ['create', 'relayroutes', '-n', 'argocd'],
    ['patch', 'relayroutes', '-n', 'argocd'],
    ['delete', 'relayroutes', '-n', 'argocd'],
  ])('let it %s %s %s %s', async (...question) => {
    expect(await may(...question)).toBe('yes');
  });
});

describe('with config/gitee, the operator’s rights', () => {
  beforeAll(async () => {
    const folder = new URL('../support/gitee-rights', import.meta.url).pathname;
    await stage.cp.kubectl(['apply', '--server-side', '-k', folder]);
  });

  it.each([
    ['patch', 'notificationsubscriptions', '-n', 'team', 'yes'],
    ['get', 'secret/argocd-dingtalk-gitee', '-n', 'argocd', 'yes'],
    ['patch', 'secret/argocd-dingtalk-gitee', '-n', 'argocd', 'yes'],
    ['update', 'notificationsubscriptions', '-n', 'team', 'no'],
    ['delete', 'notificationsubscriptions', '-n', 'team', 'no'],
    ['patch', 'dingtalkrobots', '-n', 'team', 'no'],
    ['delete', 'secret/argocd-dingtalk-gitee', '-n', 'argocd', 'no'],
    ['patch', 'secret/argocd-secret', '-n', 'argocd', 'no'],
  ])('let it %s %s %s %s: %s', async (...question) => {
    expect(await may(...question.slice(0, -1))).toBe(question.at(-1));
  });
});

describe('every authenticated user', () => {
  const everybody = ['--as=somebody', '--as-group=system:authenticated', '-n', 'argocd'];
  const can = async (...question: string[]) =>
    (await stage.cp.tryKubectl(['auth', 'can-i', ...question, ...everybody])).stdout.trim();

  it.each([
    ['get', 'configmap/argocd-dingtalk-installation', 'yes'],
    ['get', 'leases.coordination.k8s.io/argocd-dingtalk-operator', 'yes'],
    ['get', 'configmap/argocd-dingtalk-installation-grants', 'no'],
    ['list', 'configmaps', 'no'],
    ['patch', 'configmap/argocd-dingtalk-installation', 'no'],
    ['get', 'configmap/argocd-notifications-cm', 'no'],
  ])('may %s %s: %s', async (verb, what, answer) => {
    expect(await can(verb, what)).toBe(answer);
  });
});

describe('a team, with all that it may have in a namespace', () => {
  beforeAll(async () => {
    const apiGroup = 'rbac.authorization.k8s.io';
    const bindings = ['argocd-dingtalk-edit', 'argocd-dingtalk-view'].map((name) => ({
      ...{ apiVersion: `${apiGroup}/v1`, kind: 'RoleBinding', metadata: { name, namespace: 'argocd' } },
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects: [{ apiGroup, kind: 'User', name: 'member' }],
    }));
    await stage.apply(...bindings);
  });

  it.each([
    ['patch', 'dingtalkrobots', 'yes'],
    ['get', 'relayroutes', 'no'],
    ['list', 'relayroutes', 'no'],
    ['create', 'relayroutes', 'no'],
    ['patch', 'relayroutes', 'no'],
    ['delete', 'relayroutes', 'no'],
  ])('may %s %s: %s', async (verb, what, answer) => {
    const asked = await stage.cp.tryKubectl(['auth', 'can-i', verb, what, '-n', 'argocd', '--as=member']);
    expect(asked.stdout.trim()).toBe(answer);
  });
});
