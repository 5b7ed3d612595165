import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type ApiClient, createApiClient } from '../../support/api-client.ts';
import { bindKubectl, type Kubectl } from '../../support/kubectl.ts';
import { type KubernetesResource, untilConditions } from '../../support/stage.ts';
import { type Cluster, runningCluster } from '../cluster/cluster.ts';
import { kindProgram } from '../programs.ts';
import { CONTEXT } from './context.ts';

const ADMIN = { namespace: 'kube-system', name: 'argocd-dingtalk-tests' };

/** The cluster of `make kind-up`, with the rights of an administrator. */
export interface ClusterApi extends ApiClient, Kubectl {
  readonly cluster: Cluster;
  /** The logs of all pods with this label of `app.kubernetes.io/name`, also of containers that have ended. */
  logs(namespace: string, app: string): Promise<string>;
  /** Waits until conditions of this generation read so: `{Ready: 'True/Ready'}`; 60 s at most. */
  conditions(
    kind: string,
    namespace: string,
    name: string,
    wanted: Readonly<Record<string, string>>,
  ): Promise<KubernetesResource>;
}

/** @throws Error with a remedy if there is no cluster */
export async function openCluster(): Promise<ClusterApi> {
  const cluster = await runningCluster(CONTEXT);
  const cache = await mkdtemp(join(tmpdir(), 'kubectl-'));
  const admin = bindKubectl(kindProgram('kubectl'), cluster.kubeconfig, cache);
  const [first] = parse(await readFile(cluster.kubeconfig, 'utf8')).clusters;
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: ADMIN };
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: ADMIN.name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', ...ADMIN }],
  };
  for (const object of [account, binding])
    await admin.kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(object));
  const create = ['create', 'token', ADMIN.name, '-n', ADMIN.namespace, '--duration', '4h'];
  const api = createApiClient({
    server: first.cluster.server,
    caPem: Buffer.from(first.cluster['certificate-authority-data'], 'base64').toString(),
    token: (await admin.kubectl(create)).trim(),
  });
  return {
    ...api,
    ...admin,
    cluster,
    logs: (namespace, app) =>
      admin.kubectl([
        ...['logs', '-n', namespace, '-l', `app.kubernetes.io/name=${app}`],
        ...['--prefix', '--tail=-1', '--all-containers', '--ignore-errors'],
      ]),
    conditions: (kind, namespace, name, wanted) =>
      untilConditions(api, [kind, namespace, name], wanted, { timeoutMs: 60_000, intervalMs: 250 }),
    close: async () => {
      await api.close();
      await rm(cache, { recursive: true, force: true });
    },
  };
}
