import type { RobotOptions } from '../../../operator/dingtalk/testing/fake-dingtalk-types.ts';
import { createAuthority } from '../../../operator/lib/testing/certificates.ts';
import { eventually } from '../../../operator/lib/testing/eventually.ts';
import type { ListedDeliveries } from '../fake-dingtalk/server.ts';
import type { ClusterApi } from './cluster-api.ts';
import { deployment, restrictedNamespace } from './workloads.ts';

const NAMESPACE = 'dingtalk';
const NAME = 'fake-dingtalk';
/** The host of robots' URLs. */
export const FAKE_HOST = `${NAME}.${NAMESPACE}.svc`;
const CONTROL = `/api/v1/namespaces/${NAMESPACE}/services/http:${NAME}:control/proxy`;

type Delivery = ListedDeliveries['deliveries'][number];

/** The strict fake DingTalk as a pod. */
export interface FakeInCluster {
  /** What has to be trusted, PEM. */
  readonly ca: string;
  /** Replaces robots of the same tokens. */
  addRobots(...robots: readonly RobotOptions[]): Promise<void>;
  /** Every request so far. */
  deliveries(): Promise<readonly Delivery[]>;
  /** Waits for an accepted message whose body has this text; 60 s at most. */
  untilTold(text: string): Promise<Delivery>;
}

/** Deploys the fake, and waits until it answers. */
export async function deployFake(api: ClusterApi, image: string): Promise<FakeInCluster> {
  const authority = createAuthority('kind');
  const { cert, key } = authority.issue([FAKE_HOST]);
  const labels = { 'app.kubernetes.io/name': NAME };
  await api.apply([
    restrictedNamespace(NAMESPACE),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'tls', namespace: NAMESPACE },
      stringData: { 'tls.crt': cert, 'tls.key': key },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: NAME, namespace: NAMESPACE },
      spec: {
        selector: labels,
        ports: [
          { name: 'https', port: 443, targetPort: 8443 },
          { name: 'control', port: 8080, targetPort: 8080 },
        ],
      },
    },
  ]);
  // A fake that is there already has another certificate.
  await api.kubectl(['delete', 'deployment', NAME, '-n', NAMESPACE, '--ignore-not-found', '--wait']);
  await api.apply([
    deployment({
      namespace: NAMESPACE,
      name: NAME,
      image,
      args: ['--cert', '/tls/tls.crt', '--key', '/tls/tls.key'],
      mounts: [{ path: '/tls', source: { secret: { secretName: 'tls' } } }],
    }),
  ]);
  await api.kubectl(['rollout', 'status', `deployment/${NAME}`, '-n', NAMESPACE, '--timeout=60s']);
  const deliveries = async () =>
    (await api.read<ListedDeliveries>(`${CONTROL}/deliveries`.slice(1))).deliveries;
  await eventually('the fake to answer', deliveries);
  return {
    ca: authority.cert,
    addRobots: async (...robots) => {
      await api.kubectl(['replace', '--raw', `${CONTROL}/robots`, '-f', '-'], JSON.stringify(robots));
    },
    deliveries,
    untilTold: (text) =>
      eventually(
        `a message with ${text}`,
        async () => {
          const all = await deliveries();
          const found = all.find((each) => each.errcode === 0 && each.rawBody.includes(text));
          if (found) return found;
          throw new Error(`there are ${all.length}: ${JSON.stringify(all.slice(-3))}`);
        },
        { timeoutMs: 60_000, intervalMs: 250 },
      ),
  };
}
