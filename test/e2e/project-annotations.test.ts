import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { PROJECT_ANNOTATION } from '../../operator/argocd/project-annotation.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { soon, syncFailed } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { cliCommand } from '../support/programs.ts';
import { run } from '../support/run.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const REPOSITORY = new URL('../../', import.meta.url).pathname;
const OPERATOR = { namespace: ARGOCD, name: 'argocd-dingtalk-operator' };
const TEAM = { namespace: 'team', name: 'robot' };
const TRIGGER = 'dt_team_robot_on-sync-failed';
const OURS = 'ours';
const THEIRS = 'theirs';
const CONFIG = {
  routing: { projects: 'Annotation' },
  tenancy: { projects: { [OURS]: [TEAM.namespace] } },
};

interface Project extends KubernetesResource {
  readonly metadata: KubernetesResource['metadata'] & {
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

const BINDING = 'argocd-dingtalk-project-annotations';

interface RoleBinding extends KubernetesResource {
  readonly metadata: KubernetesResource['metadata'] & { readonly labels: Readonly<Record<string, string>> };
  readonly roleRef: object;
}

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ projects: [OURS, THEIRS], operator: false });
  await stage.cp.kubectl(['apply', '--server-side', '-k', join(REPOSITORY, 'config/project-annotations')]);
  await stage.apply(namespace(TEAM.namespace), ...realRobot(stage.dingtalk, TEAM).manifests);
  await stage.restartOperator(CONFIG);
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const project = (name = OURS) => stage.get<Project>('appproject', ARGOCD, name);
const configMap = () => stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm');
const subscribe = (spec: Parameters<typeof subscription>[1] = {}) =>
  stage.apply(subscription(TEAM, { applications: { projects: [OURS] }, ...spec }));
/** The annotation is there, and says it alone. */
const routed = () =>
  eventually('the annotation to replace the entry', async () => {
    const { metadata } = await project();
    const { data = {} } = await configMap();
    return metadata.annotations?.[PROJECT_ANNOTATION]?.includes(TRIGGER) && !('subscriptions' in data);
  });

/** A sync of an application of each project fails; ours last, since the controller works through its queue in order. */
async function fail(suffix: string): Promise<void> {
  for (const name of [THEIRS, OURS]) {
    const app = `${name}-${suffix}`;
    await applyApplication(stage.cp, application({ name: app, namespace: ARGOCD, project: name }));
    await patchApplication(stage.cp, ARGOCD, app, syncFailed(soon()));
  }
}

describe('the annotation of an AppProject', () => {
  it('brings the messages of its applications, and costs nothing for others', async () => {
    await subscribe();
    await stage.conditions('nsub', TEAM.namespace, TEAM.name, { Ready: 'True/Ready', Merged: 'True/Merged' });
    await routed();
    expect((await project(THEIRS)).metadata.annotations).toBeUndefined();
    await fail('1');
    const { errcode } = await stage.dingtalk.waitForDelivery(({ rawBody }) =>
      rawBody.includes(`${OURS}-1 sync failed`),
    );
    expect(errcode).toBe(0);
    const log = stage.argocd().output();
    const evaluated = [...log.matchAll(new RegExp(`Trigger '${TRIGGER}' .*resource=argocd/([\\w-]+)`, 'g'))];
    expect(new Set(evaluated.map((match) => match[1]))).toEqual(new Set([`${OURS}-1`]));
    expect(stage.dingtalk.requests.length).toBe(1);
  });

  it('is put back after a hand edit, without a message about what has been told', async () => {
    const { metadata } = await project();
    await stage.cp.merge('appproject', ARGOCD, OURS, {
      metadata: { annotations: { [PROJECT_ANNOTATION]: null } },
    });
    await routed();
    expect((await project()).metadata.annotations).toEqual(metadata.annotations);
    await fail('2');
    await stage.dingtalk.waitForDelivery(({ rawBody }) => rawBody.includes(`${OURS}-2 sync failed`));
    expect(stage.dingtalk.requests.length).toBe(2);
  });

  it('is written once', async () => {
    const before = [await configMap(), await project()].map(({ metadata }) => metadata.resourceVersion);
    await stage.restartOperator(CONFIG);
    await subscribe({ events: [{ trigger: 'on-sync-failed' }] });
    await stage.conditions('nsub', TEAM.namespace, TEAM.name, { Merged: 'True/Merged' });
    expect([await configMap(), await project()].map(({ metadata }) => metadata.resourceVersion)).toEqual(
      before,
    );
  });

  it('goes with the subscription', async () => {
    await stage.remove('nsub', TEAM.namespace, TEAM.name);
    await eventually('it to go', async () => (await project()).metadata.annotations === undefined);
  });

  it('goes with the operator', async () => {
    await subscribe();
    await routed();
    await stage.stopOperator();
    const args = cliCommand('uninstall', '--kubeconfig', stage.cp.adminKubeconfig);
    const { code, stdout } = await run(process.execPath, args);
    expect(stdout).toContain(`AppProjects of argocd, annotation ${PROJECT_ANNOTATION}:\n  ${OURS}\n`);
    expect(code).toBe(0);
    expect((await project()).metadata.annotations).toBeUndefined();
  });
});

describe('what the operator’s ServiceAccount may do to an AppProject', () => {
  let kubeconfig: string;
  beforeAll(async () => {
    kubeconfig = await stage.cp.serviceAccountKubeconfig(OPERATOR.namespace, OPERATOR.name);
    // kubectl reads an object before it patches it, which the operator does not.
    const rbac = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      metadata: { name: 'reads-projects', namespace: ARGOCD },
    };
    const apiGroup = 'rbac.authorization.k8s.io';
    await stage.apply(
      {
        ...rbac,
        kind: 'Role',
        rules: [{ apiGroups: ['argoproj.io'], resources: ['appprojects'], verbs: ['get'] }],
      },
      {
        ...rbac,
        kind: 'RoleBinding',
        roleRef: { apiGroup, kind: 'Role', name: 'reads-projects' },
        subjects: [{ apiGroup, kind: 'Group', name: `system:serviceaccounts:${ARGOCD}` }],
      },
    );
    const labels = { team: 'a' };
    await stage.cp.merge('appproject', ARGOCD, THEIRS, {
      metadata: { labels, annotations: { note: 'by hand' } },
    });
  });
  const patchOf = (name: string, change: object) => [
    ...['patch', 'appproject', name, '-n', ARGOCD, '--type', 'merge'],
    ...['-p', JSON.stringify(change)],
  ];
  const asOperator = (args: readonly string[]) => stage.cp.tryKubectl([...args, '--kubeconfig', kubeconfig]);
  const annotated = (annotations: object) => ({ metadata: { annotations } });

  it.each<[string, object]>([
    ['set its annotation', annotated({ [PROJECT_ANNOTATION]: '[]' })],
    ['remove it', annotated({ [PROJECT_ANNOTATION]: null })],
  ])('it may %s', async (_, change) => {
    expect(await asOperator(patchOf(THEIRS, change))).toMatchObject({ code: 0 });
  });

  it.each<[string, object]>([
    ['who may deploy what', { spec: { destinations: [{ server: '*', namespace: 'kube-system' }] } }],
    [
      'roles',
      { spec: { roles: [{ name: 'mine', policies: ['p, proj:theirs:mine, applications, *, *, allow'] }] } },
    ],
    ['another annotation', annotated({ note: 'by the operator' })],
    ['a new annotation', annotated({ more: 'x', [PROJECT_ANNOTATION]: '[]' })],
    ['an annotation with a longer name', annotated({ [`${PROJECT_ANNOTATION}-2`]: '[]' })],
    ['the absence of an annotation', annotated({ note: null })],
    ['a label', { metadata: { labels: { team: 'b' } } }],
    ['the absence of labels', { metadata: { labels: null } }],
    ['a finalizer', { metadata: { finalizers: ['example.com/mine'] } }],
    [
      'an owner',
      { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Secret', name: 'x', uid: 'x' }] } },
    ],
  ])('it may not change %s', async (_, change) => {
    const before = await project(THEIRS);
    const { code, stderr } = await asOperator(patchOf(THEIRS, change));
    expect(stderr).toContain('may change nothing of an AppProject but its own annotation');
    expect(code).not.toBe(0);
    expect(await project(THEIRS)).toEqual(before);
  });

  it.each(['create', 'delete', 'update', 'deletecollection'])('it may not %s one', async (verb) => {
    const question = ['auth', 'can-i', verb, 'appprojects.argoproj.io', '-n', ARGOCD];
    expect((await asOperator(question)).stdout.trim()).toBe('no');
  });

  it('holds for an account of any name that a RoleBinding gives the right to', async () => {
    const renamed = { name: 'notifications', namespace: ARGOCD };
    const binding = await stage.get<RoleBinding>('rolebinding', ARGOCD, BINDING);
    await stage.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: renamed },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'renamed', namespace: ARGOCD, labels: binding.metadata.labels },
        roleRef: binding.roleRef,
        subjects: [{ kind: 'ServiceAccount', ...renamed }],
      },
    );
    const kubeconfigOfIt = await stage.cp.serviceAccountKubeconfig(ARGOCD, renamed.name);
    const as = (change: object) =>
      stage.cp.tryKubectl([...patchOf(THEIRS, change), '--kubeconfig', kubeconfigOfIt]);
    await eventually('the account to have the right', async () => {
      const { code } = await as(annotated({ [PROJECT_ANNOTATION]: null }));
      return code === 0;
    });
    const { code, stderr } = await as({ metadata: { labels: { team: 'c' } } });
    expect(stderr).toContain('may change nothing of an AppProject but its own annotation');
    expect(code).not.toBe(0);
  });

  it('others may what they could before', async () => {
    const change = { spec: { description: 'changed' }, ...annotated({ note: 'again' }) };
    await stage.cp.merge('appproject', ARGOCD, THEIRS, change);
    expect((await project(THEIRS)).metadata.annotations).toEqual({ note: 'again' });
  });
});
