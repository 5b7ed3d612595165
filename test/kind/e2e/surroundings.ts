import { ARGOCD, installArgoCD } from '../../support/argocd.ts';
import { locateTools } from '../../support/tools.ts';
import { loadIntoCluster } from '../cluster/load.ts';
import { buildFakeDingTalk } from '../images/fake-dingtalk-image.ts';
import { buildGoProgram } from '../images/go-program.ts';
import { buildOperatorImage } from '../operator-image.ts';
import { type ClusterApi, openCluster } from './cluster-api.ts';
import { CONTEXT } from './context.ts';
import { deployFake, FAKE_HOST, type FakeInCluster } from './fake-in-cluster.ts';
import { OPERATOR } from './operator-pods.ts';
import { deployment, restrictedNamespace } from './workloads.ts';

/** The image that config/kind names. */
export const OPERATOR_IMAGE = 'argocd-dingtalk-operator:dev';
const CONTROLLER = 'argocd-notifications-controller';

/** A cluster with Argo CD's notifications controller and the fake DingTalk, and the operator's image on its node. */
export interface Surroundings {
  readonly api: ClusterApi;
  readonly fake: FakeInCluster;
}

/** Makes the surroundings; what an earlier run has left is replaced. */
export async function prepareSurroundings(): Promise<Surroundings> {
  const api = await openCluster();
  const { docker } = api.cluster;
  await buildOperatorImage(docker, { tag: OPERATOR_IMAGE }, CONTEXT);
  const controller = await buildGoProgram(docker, locateTools().argocdNotifications, CONTEXT);
  const fakeImage = await buildFakeDingTalk(docker, CONTEXT);
  for (const image of [OPERATOR_IMAGE, controller, fakeImage])
    await loadIntoCluster(api.cluster, image, CONTEXT);
  const fake = await deployFake(api, fakeImage);
  await installArgoCD(api, { namespace: ARGOCD, projects: ['payments'] });
  await api.apply([
    restrictedNamespace(ARGOCD),
    // Argo CD looks authorities up by host, the operator gets a file.
    configMap('argocd-tls-certs-cm', { [FAKE_HOST]: fake.ca }),
    configMap('dingtalk-ca', { 'ca.crt': fake.ca }),
    ...controllerRights(),
  ]);
  // Both read the authority of the fake at their start, and each fake has another one.
  await api.kubectl([
    'delete',
    'deployment',
    CONTROLLER,
    OPERATOR,
    '-n',
    ARGOCD,
    '--ignore-not-found',
    '--wait',
  ]);
  await api.apply([
    deployment({
      namespace: ARGOCD,
      name: CONTROLLER,
      image: controller,
      args: ['-n', ARGOCD, '--argocd-repo-server', '127.0.0.1:1', '--argocd-repo-server-plaintext'],
      env: { ARGOCD_TLS_DATA_PATH: '/tls' },
      serviceAccount: CONTROLLER,
      mounts: [{ path: '/tls', source: { configMap: { name: 'argocd-tls-certs-cm' } } }],
    }),
  ]);
  await api.kubectl(['rollout', 'status', `deployment/${CONTROLLER}`, '-n', ARGOCD, '--timeout=60s']);
  return { api, fake };
}

function configMap(name: string, data: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: ARGOCD }, data };
}

/** What Argo CD's own manifests give its notifications controller. */
function controllerRights(): object[] {
  const group = 'rbac.authorization.k8s.io';
  const metadata = { name: CONTROLLER, namespace: ARGOCD };
  const read = ['get', 'list', 'watch'];
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: `${group}/v1`,
      kind: 'Role',
      metadata,
      rules: [
        {
          apiGroups: ['argoproj.io'],
          resources: ['applications', 'appprojects'],
          verbs: [...read, 'update', 'patch'],
        },
        { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: read },
      ],
    },
    {
      apiVersion: `${group}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: group, kind: 'Role', name: CONTROLLER },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
  ];
}
