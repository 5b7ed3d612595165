import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoredRoutes } from '../cluster/testing/stored-routes.ts';
import { publishedObjects } from '../controller/testing/published-objects.ts';
import { storedTarget, targetPaths } from '../controller/testing/stored-target.ts';
import { config, liveObject, NAMESPACE, settled, snapshot, TOKEN, team } from '../core/testing/fixtures.ts';
import type { DataObject } from '../kubernetes/objects.ts';
import { answer, FakeApiServer, type Handler, refuse } from '../kubernetes/testing/fake-api-server.ts';
import { fakeObjects } from '../kubernetes/testing/fake-objects.ts';
import { type TestKubeconfig, testKubeconfig } from '../kubernetes/testing/kubeconfig.ts';
import { run, TestFiles } from './testing/command-line.ts';

const { target } = config();
const { secret: SECRET } = targetPaths(target);
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${target.namespace}/leases/argocd-dingtalk-operator`;
const SERVICE = `dt_${NAMESPACE}_payments`;

const files = new TestFiles();
afterAll(() => files.remove());

let server: FakeApiServer;
let kubeconfig: TestKubeconfig;
let objects: Map<string, DataObject>;
let lease: Handler;
let stored: StoredRoutes;

beforeEach(async () => {
  objects = new Map([
    ...storedTarget(settled(snapshot(team())).target, target),
    ...publishedObjects(config()),
  ]);
  stored = new StoredRoutes(target.namespace);
  const handler = stored.before(fakeObjects(objects).handler);
  lease = (_, response) => refuse(response, 404, 'NotFound');
  server = await FakeApiServer.start((request, response) =>
    (request.path === LEASE ? lease : handler)(request, response),
  );
  kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true });
});
afterEach(async () => {
  await server.close();
  await kubeconfig.remove();
});

async function uninstall(...args: string[]) {
  const outcome = await run('uninstall', '--kubeconfig', kubeconfig.path, ...args);
  expect(JSON.stringify(outcome)).not.toMatch(new RegExp(`${TOKEN}|access_token|sign=|https://oapi`));
  return { ...outcome, wrote: server.requests.some(({ method }) => method !== 'GET') };
}

const held: Handler = (_, response) => {
  const renewTime = new Date().toISOString();
  answer(response, 200, { spec: { holderIdentity: 'pod-1', leaseDurationSeconds: 60, renewTime } });
};

describe('uninstall', () => {
  it('prints what it would remove', async () => {
    const { code, stdout, stderr, wrote } = await uninstall('--dry-run');
    expect(stdout).toBe(`ConfigMap argocd/argocd-notifications-cm:
  service.webhook.${SERVICE}
  template.${SERVICE}_on-sync-failed
  trigger.${SERVICE}_on-sync-failed
  subscriptions: 1 entry of the operator; everything else in the key stays
Secret argocd/argocd-notifications-secret:
  ${SERVICE}
`);
    expect(stderr).toBe('dry run: nothing is changed.\n');
    expect({ code, wrote }).toEqual({ code: 0, wrote: false });
  });

  it('prints it for programs', async () => {
    const { stdout, code } = await uninstall('--dry-run', '-o', 'json');
    expect(JSON.parse(stdout)).toEqual({
      target,
      dryRun: true,
      removed: {
        configMap: [
          `service.webhook.${SERVICE}`,
          `template.${SERVICE}_on-sync-failed`,
          `trigger.${SERVICE}_on-sync-failed`,
        ],
        subscriptionEntries: 1,
        secret: [SERVICE],
        projects: [],
        relayRoutes: [],
      },
      left: { configMap: [], secret: [] },
      cameBack: null,
    });
    expect(code).toBe(0);
  });

  it('lists the RelayRoutes, or the right that is missing for them', async () => {
    stored.add({ namespace: NAMESPACE, name: 'payments' });
    const listed = await uninstall('--dry-run');
    expect(listed.stdout.endsWith(`RelayRoutes of argocd:\n  ${NAMESPACE}.payments\n`)).toBe(true);
    const json = await uninstall('--dry-run', '-o', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({ removed: { relayRoutes: [`${NAMESPACE}.payments`] } });

    stored.forbidden = true;
    const { stdout, stderr, code } = await uninstall('--dry-run');
    expect(stdout).not.toContain('RelayRoutes');
    expect(stderr).toMatch(
      /^RelayRoutes stay if there are any, because of a missing right: GET .*403 Forbidden/,
    );
    expect(code).toBe(0);
  });

  it('refuses while an operator holds its Lease, with or without --force', async () => {
    lease = held;
    for (const args of [[], ['--force']]) {
      const { code, stdout, stderr, wrote } = await uninstall(...args);
      expect(stderr).toMatch(
        /Lease argocd\/argocd-dingtalk-operator is held by pod-1\.\nStop the operator first/,
      );
      expect({ code, stdout, wrote }).toEqual({ code: 1, stdout: '', wrote: false });
    }
  });

  it('refuses where it may not see the Lease, and names the way on', async () => {
    lease = (_, response) => refuse(response, 403, 'Forbidden');
    const { code, stderr, wrote } = await uninstall();
    expect(stderr).toMatch(
      /cannot see whether an operator runs: .*403 Forbidden.*\nStop the operator.*--force/,
    );
    expect({ code, wrote }).toEqual({ code: 1, wrote: false });
    expect(await uninstall('--force', '--dry-run')).toMatchObject({ code: 0 });
  });

  it('has nothing to do where nothing is, and lists what is only named like ours', async () => {
    const theirs = {
      configMap: liveObject({ 'template.dt_theirs': 'x' }),
      secret: liveObject({ dt_theirs: 'x' }),
    };
    for (const [path, object] of storedTarget(theirs, target)) objects.set(path, object);
    const { code, stdout, stderr, wrote } = await uninstall();
    expect({ code, stdout, wrote }).toEqual({ code: 0, stdout: '', wrote: false });
    expect(stderr).toBe(`left alone, because they do not have the mark of the operator:
  argocd-notifications-cm: template.dt_theirs
  argocd-notifications-secret: dt_theirs
nothing of the operator is left.
`);
  });

  it('says that it got stuck half way, with exit code 1', async () => {
    const { handler } = fakeObjects(objects);
    await server.close();
    server = await FakeApiServer.start((request, response) =>
      request.method === 'PATCH' && request.path === SECRET
        ? refuse(response, 403, 'Forbidden')
        : handler(request, response),
    );
    await kubeconfig.remove();
    kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true });
    const { code, stderr } = await uninstall();
    expect(stderr).toMatch(
      /not everything is removed; correct the following error and run the command again:\nerror: PATCH .*403 Forbidden/,
    );
    expect(code).toBe(1);
  });

  it.each<[string, () => void, RegExp]>([
    [
      'neither object is there',
      () => objects.clear(),
      /^note: the operator's configuration is not known.*\nneither ConfigMap argocd\/.* exists: name .*--config/,
    ],
    [
      'the Lease can not be asked for',
      () => {
        lease = (_, response) => refuse(response, 500, 'InternalError');
      },
      /leases\/argocd-dingtalk-operator: 500/,
    ],
  ])('with exit code 2 where %s', async (_, given, message) => {
    given();
    const { code, stderr, wrote } = await uninstall();
    expect(stderr).toMatch(message);
    expect({ code, wrote }).toEqual({ code: 2, wrote: false });
  });

  it('works on the target of the configuration', async () => {
    const head = 'apiVersion: config.argocd-dingtalk.io/v1alpha1\nkind: OperatorConfiguration\n';
    const file = files.write('config.yaml', `${head}target: { namespace: elsewhere }\n`);
    const { code, stderr } = await uninstall('--config', file);
    expect(stderr).toContain('neither ConfigMap elsewhere/argocd-notifications-cm');
    expect(code).toBe(2);
  });

  it('stops nothing where the target cannot be read, and has nothing to remove where Argo CD is gone', async () => {
    const stop = ['--stop-deployment', 'argocd/operator'];
    objects.clear();
    expect(await uninstall(...stop)).toMatchObject({ code: 2, wrote: false });
    const head = 'apiVersion: config.argocd-dingtalk.io/v1alpha1\nkind: OperatorConfiguration\n';
    const { code, stderr } = await uninstall(...stop, '--config', files.write('config.yaml', head));
    expect(stderr).toBe(
      'Deployment argocd/operator does not exist, so there is nothing to stop.\nnothing of the operator is left.\n',
    );
    expect(code).toBe(0);
  });

  it('removes nothing where the Deployment does not stop, and says how to start it again', async () => {
    const { handler } = fakeObjects(objects);
    let replicas = 2;
    await server.close();
    server = await FakeApiServer.start((request, response) => {
      if (request.path.endsWith('/pods'))
        return answer(response, 200, { items: [{ metadata: { name: 'operator-1' } }] });
      if (!request.path.endsWith('/scale')) return handler(request, response);
      if (request.method === 'PATCH') replicas = 0;
      answer(response, 200, { spec: { replicas }, status: { selector: 'app=operator' } });
    });
    await kubeconfig.remove();
    kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true });
    lease = held;
    const { code, stdout, stderr } = await uninstall('--stop-deployment', 'argocd/operator', '--wait', '0');
    expect(stderr).toMatch(
      /stopping Deployment argocd\/operator, which has 2 replicas …\nDeployment .*has not stopped within 0 s: pod operator-1 has not ended yet\. Nothing was removed/,
    );
    expect(stderr).toContain('kubectl scale deployment operator -n argocd --replicas=2');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const patched = server.requests.filter(({ method }) => method === 'PATCH').map(({ path }) => path);
    expect(patched).toEqual(['/apis/apps/v1/namespaces/argocd/deployments/operator/scale']);
  });

  it.each([
    [['--kubeconfig', '/nowhere'], 'cannot read the kubeconfig /nowhere'],
    [['--config', '/nowhere'], '/nowhere'],
    [['--output', 'yaml'], 'Allowed choices are text, json'],
    [['--stop-deployment', 'operator'], '--stop-deployment: expected NAMESPACE/NAME, such as argocd/'],
    [['--stop-deployment', 'a/b', '--wait', 'long'], '--wait takes whole seconds, at most 9999'],
    [['--stop-deployment', 'a/b', '--dry-run'], '--dry-run and --stop-deployment exclude each other'],
  ])('called wrongly (%s) says how, with exit code 2', async (args, message) => {
    const { code, stderr } = await uninstall(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('teaches by --help', async () => {
    const { code, stdout } = await run('uninstall', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Stop the operator first[\s\S]*Exit codes:[\s\S]*kubectl scale deployment/);
  });
});
