import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import {
  type Delivery,
  type FakeDingTalk,
  type FakeRobot,
  startFakeDingTalk,
} from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import {
  application,
  applyApplication,
  degraded,
  healthy,
  patchApplication,
  syncFailed,
  syncing,
  syncStatusUnknown,
  syncSucceeded,
} from '../support/applications.ts';
import { type ArgoCDController, installArgoCD, startArgoCDNotifications } from '../support/argocd.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { installControlPlane, takeControlPlane } from '../support/control-plane-pool.ts';
import type { KubernetesResource } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const NAMESPACE = 'argocd';

interface Message {
  readonly markdown?: { readonly text?: string };
}

/** Written by hand, as by a person who has no operator. */
function template(what: string): string {
  return `
webhook:
  robot:
    method: POST
    body: |
      {"msgtype": "markdown", "markdown": {
        "title": {{ .app.metadata.name | toJson }},
        "text": {{ printf "**%s** ${what}: %s" .app.metadata.name .app.status.operationState.message | toJson }}
      }}
`;
}

const CONFIG = {
  'service.webhook.robot': 'url: $robot-url\nheaders: [{name: Content-Type, value: application/json}]\n',
  'template.degraded': template('degraded'),
  'template.sync-failed': template('sync failed'),
  'trigger.on-degraded': `[{when: "app.status?.health?.status == 'Degraded'", send: [degraded]}]`,
  'trigger.on-sync-failed': `[{when: "app.status?.operationState?.phase == 'Failed'", send: [sync-failed]}]`,
  subscriptions: '[{recipients: [robot], triggers: [on-degraded, on-sync-failed]}]',
};

let cluster: ControlPlane;
let dingtalk: FakeDingTalk;
let controller: ArgoCDController;
let robot: FakeRobot;

beforeAll(async () => {
  [cluster, dingtalk] = await Promise.all([takeControlPlane(), startFakeDingTalk()]);
  await installArgoCD(cluster, {
    namespace: NAMESPACE,
    url: 'https://argocd.example',
    projects: ['payments'],
  });
  robot = dingtalk.addRobot({ token: 'token-of-payments', secret: 'SEC-of-payments' });
  await configure('configmap/argocd-notifications-cm', { data: CONFIG });
  await configure('secret/argocd-notifications-secret', { stringData: { 'robot-url': robot.signedUrl() } });
  controller = await startArgoCDNotifications(cluster, { namespace: NAMESPACE, caFile: dingtalk.caFile });
});

afterAll(async () => {
  await controller?.stop();
  await dingtalk?.stop();
  await cluster?.stop();
});

async function configure(object: string, patch: object): Promise<void> {
  await cluster.kubectl(['patch', object, '-n', NAMESPACE, '--type', 'merge', '-p', JSON.stringify(patch)]);
}

describe('the control plane', () => {
  it('gives a ServiceAccount the rights that RBAC gives it, and no more', async () => {
    await cluster.kubectl(['create', 'serviceaccount', 'nobody', '-n', NAMESPACE]);
    const kubeconfig = await cluster.serviceAccountKubeconfig(NAMESPACE, 'nobody');
    const asNobody = (...args: string[]) => cluster.tryKubectl(['--kubeconfig', kubeconfig, ...args]);

    const denied = await asNobody('get', 'configmaps');
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain(
      'User "system:serviceaccount:argocd:nobody" cannot list resource "configmaps" in API group "" in the namespace "argocd"',
    );

    await cluster.kubectl([
      'create',
      'role',
      'reader',
      '-n',
      NAMESPACE,
      '--verb=list',
      '--resource=configmaps',
    ]);
    const subject = `--serviceaccount=${NAMESPACE}:nobody`;
    await cluster.kubectl(['create', 'rolebinding', 'nobody', '-n', NAMESPACE, '--role=reader', subject]);
    expect(await asNobody('get', 'configmaps', '-o', 'name')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('configmap/argocd-notifications-cm'),
    });
    expect((await asNobody('get', 'secrets')).code).toBe(1);
  });

  it('refuses a token that it did not give out', async () => {
    const { code, stderr } = await cluster.tryKubectl(['--token', 'made-up', 'get', 'namespaces']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Unauthorized') });
  });

  it('has the AppProjects', async () => {
    const projects = await cluster.kubectl(['get', 'appprojects', '-n', NAMESPACE, '-o', 'name']);
    expect(projects.trim().split('\n')).toEqual([
      'appproject.argoproj.io/default',
      'appproject.argoproj.io/payments',
    ]);
  });
});

describe('the Application states', () => {
  it('are all accepted by the real CRD, one after another', async () => {
    const name = 'states';
    await applyApplication(cluster, application({ name, namespace: NAMESPACE }));
    const at = new Date();
    const states = [
      syncing(at),
      syncFailed(at),
      syncing(at),
      syncSucceeded(at),
      healthy(at),
      syncStatusUnknown(at),
    ];
    for (const state of states) {
      await patchApplication(cluster, NAMESPACE, name, state);
      const app = JSON.parse(
        await cluster.kubectl(['get', 'application', name, '-n', NAMESPACE, '-o', 'json']),
      );
      expect(app.status).toMatchObject(withoutNulls(state.status));
      expect('finishedAt' in app.status.operationState).toBe(app.status.operationState.phase !== 'Running');
    }
  });
});

describe('the real controller', () => {
  const name = 'guestbook';

  beforeAll(() =>
    applyApplication(cluster, application({ name, namespace: NAMESPACE, project: 'payments' })),
  );

  function delivered(text: string): Promise<Delivery> {
    const says = ({ body }: Delivery) => (body as Message | undefined)?.markdown?.text === text;
    return dingtalk.waitForDelivery(says, { describe: `the message "${text}"` });
  }

  it('sends a signed message when the sync of an Application fails', async () => {
    const message = 'the server said "no"\nand nothing more';
    await patchApplication(cluster, NAMESPACE, name, syncFailed(new Date(), { message }));
    const delivery = await delivered(`**guestbook** sync failed: ${message}`);
    expect(delivery).toMatchObject({
      method: 'POST',
      token: robot.token,
      contentType: 'application/json',
      body: { msgtype: 'markdown', markdown: { title: 'guestbook' } },
      errcode: 0,
      signature: 'valid',
    });
  });

  it('sends another when it becomes degraded, and none while it is well', async () => {
    const at = new Date();
    await patchApplication(cluster, NAMESPACE, name, syncSucceeded(at, { message: 'synced' }));
    await patchApplication(cluster, NAMESPACE, name, healthy(at));
    const before = dingtalk.requests.length;
    await patchApplication(cluster, NAMESPACE, name, degraded(at));
    expect(await delivered('**guestbook** degraded: synced')).toMatchObject({
      errcode: 0,
      signature: 'valid',
    });
    expect(dingtalk.requests.length).toBe(before + 1);
  });

  it('shows its log and its metrics', async () => {
    expect(controller.output()).toContain('Controller is running.');
    expect(await controller.metrics()).toMatch(
      /argocd_notifications_deliveries_total\{.*service="robot",succeeded="true".*\} [2-9]/,
    );
  });
});

describe('a control plane', () => {
  let fresh: ControlPlane;
  beforeAll(async () => {
    fresh = await installControlPlane();
  });
  afterAll(async () => fresh?.stop());

  it('runs beside another', async () => {
    expect(fresh.server).not.toBe(cluster.server);
    await expect(cluster.get('serviceaccount', NAMESPACE, 'nobody')).resolves.toBeDefined();
    await expect(fresh.get('serviceaccount', NAMESPACE, 'nobody')).rejects.toThrow('NotFound');
  });

  it('that is taken over from another test has what a new one has, and nothing else', async () => {
    const team = { namespace: 'team', name: 'payments' };
    const { manifests } = realRobot(dingtalk, team);
    const items = [namespace(team.namespace), ...manifests, subscription(team)];
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await cluster.kubectl(['create', '-f', '-'], list);
    await cluster.kubectl(['delete', 'secret/argocd-notifications-secret', '-n', NAMESPACE]);
    await cluster.kubectl(['delete', 'clusterrolebinding/argocd-dingtalk-operator.argocd']);
    // It never ends, since nobody is there to empty it.
    await cluster.kubectl(['delete', `namespace/${team.namespace}`, '--wait=false']);
    await controller.stop();
    const { server, dir } = cluster;
    await cluster.stop();
    cluster = await takeControlPlane();
    expect(cluster.server).toBe(server);
    expect(cluster.dir).not.toBe(dir);
    expect(await everything(cluster)).toEqual(await everything(fresh));
    // What was there before is no obstacle.
    await cluster.kubectl(['create', '-f', '-'], list);
  });
});

/** Of an object, what no two installations have in common. */
const OF_ITS_OWN = ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields'];

/** Each object of any kind, by kind and name. */
async function everything({ kubectl }: ControlPlane): Promise<Record<string, unknown>> {
  const kinds = await kubectl(['api-resources', '--verbs=list,create', '-o', 'name']);
  const text = await kubectl(['get', kinds.trim().split('\n').join(','), '-A', '-o', 'json']);
  const { items } = JSON.parse(text) as { items: (KubernetesResource & { kind: string })[] };
  const named = items.map(({ metadata, status: _, ...rest }): [string, unknown] => {
    const { namespace: where = '', name } = metadata as { namespace?: string; name?: string };
    const shared = Object.entries(metadata).filter(([field]) => !OF_ITS_OWN.includes(field));
    return [`${rest.kind} ${where}/${name}`, { ...rest, metadata: shared }];
  });
  // The API server's own objects have its identity and its port.
  return Object.fromEntries(named.filter(([name]) => !/ kube-system\/|^Service default\//.test(name)));
}

/** Removes what null removes in a merge patch. */
function withoutNulls(value: object): object {
  return JSON.parse(JSON.stringify(value, (_key, field) => field ?? undefined));
}
