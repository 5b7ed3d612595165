import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import type { DataObject } from '../../operator/kubernetes/objects.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { startProcess } from '../support/processes.ts';
import { cliCommand } from '../support/programs.ts';
import { type RunResult, run } from '../support/run.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';
import { locateTools } from '../support/tools.ts';

const CONFIG_MAP = 'argocd-notifications-cm';
const SECRET = 'argocd-notifications-secret';
const TEAM = { namespace: 'team', name: 'robot' };
const SERVICE = 'dt_team_robot';
const TRIGGER = `trigger.${SERVICE}_on-sync-failed`;

/** What people have put there before we came, with names like ours among it. */
const FOREIGN = {
  'service.slack': 'token: $slack-token\n# kept by the platform team\n',
  'template.dt_hand_made_x': 'message: not of the operator',
  subscriptions: [
    '# who hears of what; ask #platform before you change this',
    '- recipients:',
    '  - slack:deployments  # all of us',
    '  triggers: [on-sync-failed, on-deployed]',
    '',
    "- {recipients: ['slack:on-call'], selector: tier=gold}   # 24/7",
    '# the end',
  ].join('\n'),
};

let stage: Stage;
let before: object;
/** Whatever must not be printed. */
let secrets: string[] = ['xoxb-1', 'access_token', 'sign='];
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: false });
  const catalogue = locateTools().notificationsCatalog;
  await stage.cp.kubectl(['apply', '-n', ARGOCD, '--server-side', '--force-conflicts', '-f', catalogue]);
  await patch('configmap', CONFIG_MAP, { data: FOREIGN });
  await patch('secret', SECRET, { stringData: { 'slack-token': 'xoxb-1', dt_by_hand: 'xoxb-1' } });
  before = await target();
  const { manifests, credentials } = realRobot(stage.dingtalk, TEAM);
  secrets = [...secrets, credentials.token, credentials.secret];
  await stage.apply(namespace(TEAM.namespace), ...manifests, subscription(TEAM));
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const patch = (kind: string, name: string, change: object) => stage.cp.merge(kind, ARGOCD, name, change);
const objects = () =>
  Promise.all([
    stage.get<KubernetesResource>('configmap', ARGOCD, CONFIG_MAP),
    stage.get<KubernetesResource>('secret', ARGOCD, SECRET),
  ]);
/** All field managers of an object. */
async function managers(kind: string, name: string): Promise<(string | undefined)[]> {
  const args = ['get', kind, name, '-n', ARGOCD, '-o', 'json', '--show-managed-fields'];
  const { metadata } = JSON.parse(await stage.cp.kubectl(args)) as DataObject;
  return (metadata.managedFields ?? []).map(({ manager }) => manager);
}
/** Both objects as they are; kubectl leaves managedFields out. */
const target = async () =>
  (await objects()).map(({ metadata: { resourceVersion: _, ...metadata }, ...rest }) => ({
    ...rest,
    metadata,
  }));
const versions = async () => (await objects()).map(({ metadata }) => metadata.resourceVersion);
const dataOfConfigMap = async () => (await objects())[0]?.data ?? {};

async function uninstall(...args: string[]): Promise<RunResult> {
  return uninstallAs(stage.cp.adminKubeconfig, ...args);
}
async function uninstallAs(kubeconfig: string, ...args: string[]): Promise<RunResult> {
  const result = await run(process.execPath, cliCommand('uninstall', '--kubeconfig', kubeconfig, ...args));
  for (const secret of secrets) expect(result.stdout + result.stderr).not.toContain(secret);
  return result;
}

/** The team's notifications are live; the operator has stopped. */
async function installed(): Promise<void> {
  await stage.restartOperator();
  await eventually('the subscription to be live', async () => TRIGGER in (await dataOfConfigMap()));
  await stage.conditions('nsub', TEAM.namespace, TEAM.name, { Ready: 'True/Ready' });
  await stage.stopOperator();
  expect(await target()).not.toEqual(before);
}

/** A restored backup: our keys have a second owner. */
async function coOwn(): Promise<void> {
  for (const [kind, object] of (await objects()).entries()) {
    const keys = Object.entries(object.data ?? {}).filter(([key]) => key.includes(SERVICE));
    const backup = {
      apiVersion: 'v1',
      kind: ['ConfigMap', 'Secret'][kind],
      metadata: { name: [CONFIG_MAP, SECRET][kind], namespace: ARGOCD },
      data: Object.fromEntries(keys),
    };
    expect(keys.length).toBeGreaterThan(0);
    const asBackup = ['apply', '--server-side', '--field-manager=backup', '-f', '-'];
    await stage.cp.kubectl(asBackup, JSON.stringify(backup));
  }
}

/** Somebody with the rights that `--help` names, but for that to the Lease. */
let janitorsKubeconfig: string | undefined;

async function janitorKubeconfig(): Promise<string> {
  if (janitorsKubeconfig !== undefined) return janitorsKubeconfig;
  await stage.cp.kubectl(['create', 'serviceaccount', 'janitor', '-n', ARGOCD]);
  await stage.cp.kubectl([
    ...['create', 'role', 'two-objects', '-n', ARGOCD, '--verb=get', '--verb=patch'],
    ...['--resource=configmaps', '--resource=secrets'],
    ...[`--resource-name=${CONFIG_MAP}`, `--resource-name=${SECRET}`],
  ]);
  await stage.cp.kubectl([
    ...['create', 'rolebinding', 'two-objects', '-n', ARGOCD],
    ...['--role=two-objects', `--serviceaccount=${ARGOCD}:janitor`],
  ]);
  janitorsKubeconfig = await stage.cp.serviceAccountKubeconfig(ARGOCD, 'janitor');
  return janitorsKubeconfig;
}

const podOfTheOperator = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'operator-1',
    namespace: ARGOCD,
    labels: {
      'app.kubernetes.io/name': 'argocd-dingtalk-operator',
      'app.kubernetes.io/component': 'operator',
    },
  },
  spec: {
    serviceAccountName: 'argocd-dingtalk-operator',
    containers: [{ name: 'operator', image: 'argocd-dingtalk-operator' }],
  },
};

const lease = (renewTime: string) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'argocd-dingtalk-operator', namespace: ARGOCD },
  spec: { holderIdentity: 'operator-7d9f', leaseDurationSeconds: 60, renewTime },
});

describe('uninstall', () => {
  it('leaves exactly what was there before the operator came', async () => {
    await installed();
    const installedVersions = await versions();
    const dry = await uninstall('--dry-run');
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining(`  ${TRIGGER}\n`) });
    expect(await versions()).toEqual(installedVersions);

    const { code, stdout, stderr } = await uninstall();
    expect(stdout).toBe(dry.stdout);
    expect(stdout).toContain(`Secret argocd/${SECRET}:\n  ${SERVICE}\n`);
    expect(stderr).toMatch(
      /template\.dt_hand_made_x\n.*dt_by_hand\n[\s\S]*kubectl delete crd dingtalkrobots/,
    );
    expect(code).toBe(0);
    expect(await target()).toEqual(before);
    const books = [...(await managers('configmap', CONFIG_MAP)), ...(await managers('secret', SECRET))];
    expect(books).toContain('argocd-installer');
    expect(books).not.toContain('argocd-dingtalk');
    await stage.get('robots', TEAM.namespace, TEAM.name);

    const removedVersions = await versions();
    expect(await uninstall()).toMatchObject({ code: 0, stdout: '' });
    expect(await versions()).toEqual(removedVersions);
  });

  it('refuses while a Lease is held or cannot be seen, needs two objects otherwise, and takes what others own with us', async () => {
    await installed();
    await coOwn();
    const live = await target();
    await stage.apply(lease(new Date().toISOString().replace('Z', '000Z')));
    const refused = await uninstall();
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('is held by operator-7d9f');

    // Without it, as before the operator published anything, nobody sees the Lease who has no right of their own.
    await stage.cp.kubectl(['delete', 'rolebinding', 'argocd-dingtalk-installation', '-n', ARGOCD]);
    const janitor = await janitorKubeconfig();
    const unseen = await uninstallAs(janitor);
    expect(unseen.stderr).toMatch(/cannot see whether an operator runs: .*Forbidden[\s\S]*--force/);
    expect(unseen).toMatchObject({ code: 1, stdout: '' });
    expect(await target()).toEqual(live);
    expect(await uninstallAs(janitor, '--force')).toMatchObject({ code: 0 });
    expect(await target()).toEqual(before);
  });

  it('goes on once a Lease has run out', async () => {
    await stage.apply(lease('2026-01-01T00:00:00.000000Z'));
    expect(await uninstall('--output', 'json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"cameBack": null'),
    });
    await stage.remove('lease', ARGOCD, 'argocd-dingtalk-operator');
  });

  it('refuses while an operator runs, and tells that everything came back where somebody insists', async () => {
    await stage.restartOperator();
    await stage.conditions('nsub', TEAM.namespace, TEAM.name, { Ready: 'True/Ready' });
    await eventually('the subscription to be live', async () => TRIGGER in (await dataOfConfigMap()));
    const refused = await uninstall();
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/Lease argocd\/argocd-dingtalk-operator is held by \S+_/);
    // Somebody who cannot see the Lease may insist.
    const { code, stderr } = await uninstallAs(await janitorKubeconfig(), '--force');
    // Both fight over several rounds, so the operator may restore some keys only after a pause.
    expect(stderr).toMatch(/came back after the removal:[\s\S]*dt_[\s\S]*An operator still runs/);
    expect(code).toBe(1);
    await eventually('the keys to be back', async () => TRIGGER in (await dataOfConfigMap()), {
      timeoutMs: 30_000,
    });
    await stage.stopOperator();
    // An operator that ends in good order gives the Lease up; one that was killed on a slow machine leaves it for 15 s.
    await eventually('the Lease to be free', async () => (await uninstall()).code === 0, {
      timeoutMs: 30_000,
      intervalMs: 1_000,
    });
  });

  it('stops the Deployment, waits for its last pod and for the Lease, and then removes everything', async () => {
    await stage.restartOperator();
    await stage.conditions('nsub', TEAM.namespace, TEAM.name, { Ready: 'True/Ready' });
    await eventually('the subscription to be live', async () => TRIGGER in (await dataOfConfigMap()));
    await stage.apply(podOfTheOperator);
    const command = cliCommand(
      ...['uninstall', '--kubeconfig', stage.cp.adminKubeconfig],
      ...['--stop-deployment', `${ARGOCD}/argocd-dingtalk-operator`],
    );
    const name = 'uninstall';
    await using running = await startProcess({ name, command: process.execPath, args: command });
    const said = (text: string) =>
      eventually(`it to say "${text}"`, () => running.output().includes(text), { timeoutMs: 30_000 });
    await said('stopping Deployment argocd/argocd-dingtalk-operator, which has 2 replicas');
    await said('waiting: pod operator-1 has not ended yet');
    expect(TRIGGER in (await dataOfConfigMap())).toBe(true);
    // There is no kubelet here, nor a controller that deletes pods.
    await stage.cp.kubectl(['delete', 'pod', 'operator-1', '-n', ARGOCD, '--grace-period=0', '--force']);
    await said('still holds the Lease');
    await stage.stopOperator();
    expect(await running.exited).toMatchObject({ code: 0 });
    expect(running.output()).toMatch(/has stopped\.\n[\s\S]*removed; checking again[\s\S]*done\./);
    expect(await target()).toEqual(before);
    const path = `apis/apps/v1/namespaces/${ARGOCD}/deployments/argocd-dingtalk-operator`;
    expect(await stage.cp.read(path)).toMatchObject({ spec: { replicas: 0 } });
  });

  it('says which configuration it looked at where neither object exists', async () => {
    const config = join(stage.cp.dir, 'elsewhere.yaml');
    const head = 'apiVersion: config.argocd-dingtalk.io/v1alpha1\nkind: OperatorConfiguration\n';
    await writeFile(config, `${head}target: { namespace: elsewhere }\n`);
    const { code, stderr } = await uninstall('--config', config);
    expect(stderr).toContain('neither ConfigMap elsewhere/');
    expect(code).toBe(2);
  });
});
