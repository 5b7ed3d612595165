import { beforeEach, describe, expect, it } from 'vitest';
import { NotFoundError } from '../../kubernetes/api-error.ts';
import type { ApiCall, ApiRequest } from '../../kubernetes/request.ts';
import { type Stopped, stopDeployment } from './stop-deployment.ts';

const DEPLOYMENT = { namespace: 'argocd', name: 'operator' };
const SCALE = '/apis/apps/v1/namespaces/argocd/deployments/operator/scale';
const PODS = '/api/v1/namespaces/argocd/pods';
const SELECTOR = 'app.kubernetes.io/name=operator';

/** What the API server would say now. */
const cluster = { replicas: 0, selector: SELECTOR, exists: true, pods: [] as string[], holder: '' };
let requests: ApiRequest[];
let lines: string[];
let now: number;
beforeEach(() => {
  Object.assign(cluster, { replicas: 2, selector: SELECTOR, exists: true, pods: ['a', 'b'], holder: 'a_1' });
  requests = [];
  lines = [];
  now = 0;
});

const request = (async (asked: ApiRequest) => {
  requests.push(asked);
  const { replicas, selector, exists, pods } = cluster;
  if (asked.path === PODS) return { body: { items: pods.map((name) => ({ metadata: { name } })) } };
  if (!exists) throw new NotFoundError(`GET ${asked.path}`, 404, {});
  if (asked.method === 'PATCH') cluster.replicas = 0;
  return { body: { spec: { replicas }, status: { selector } } };
}) as unknown as ApiCall;

/** @param meanwhile what happens in the pause that ends at that time, in seconds */
function stop(meanwhile: (second: number) => void = () => undefined, timeoutMs = 60_000): Promise<Stopped> {
  return stopDeployment(DEPLOYMENT, {
    request,
    findOperator: async () =>
      cluster.holder === '' ? { state: 'none' } : { state: 'running', holder: cluster.holder },
    timeoutMs,
    pause: async (ms) => {
      now += ms;
      meanwhile(now / 1_000);
    },
    clock: () => now,
    report: (line) => lines.push(line),
  });
}

describe('stopping a Deployment', () => {
  it('waits for all pods and then for the Lease, and says for what', async () => {
    const stopped = await stop((second) => {
      if (second === 2) cluster.pods = ['b'];
      if (second === 14) cluster.pods = [];
      if (second === 15) cluster.holder = '';
    });
    expect(stopped).toEqual({ stopped: true });
    expect(lines).toEqual([
      'stopping Deployment argocd/operator, which has 2 replicas …',
      'waiting: pods a, b have not ended yet …',
      'waiting: pod b has not ended yet …',
      'waiting: pod b has not ended yet …',
      'waiting: a_1 still holds the Lease …',
      'Deployment argocd/operator has stopped.',
    ]);
  });

  it('scales once, and asks for no other pods', async () => {
    await stop(() => Object.assign(cluster, { pods: [], holder: '' }));
    expect(requests.filter(({ method }) => method === 'PATCH')).toMatchObject([
      { path: SCALE, body: { spec: { replicas: 0 } } },
    ]);
    const asked = requests.filter(({ path }) => path === PODS).map(({ query }) => query?.labelSelector);
    expect([...new Set(asked)]).toEqual([SELECTOR]);
  });

  it('needs no scaling where it has no replicas, and no waiting where it does not exist', async () => {
    Object.assign(cluster, { replicas: 0, pods: [], holder: '' });
    expect(await stop()).toEqual({ stopped: true });
    cluster.exists = false;
    expect(await stop()).toEqual({ stopped: true });
    expect(requests.some(({ method }) => method === 'PATCH')).toBe(false);
    expect(lines.at(-1)).toBe('Deployment argocd/operator does not exist, so there is nothing to stop.');
  });

  it('goes on where somebody deletes it meanwhile', async () => {
    expect(await stop(() => Object.assign(cluster, { exists: false, pods: [], holder: '' }))).toEqual({
      stopped: true,
    });
  });

  it.each<[string, Partial<typeof cluster>, string]>([
    ['a pod stays', { pods: ['a'] }, 'pod a has not ended yet'],
    ['somebody else holds the Lease', { pods: [] }, 'a_1 still holds the Lease'],
    [
      'another tool scales it again',
      { replicas: 3 },
      'another tool has set the number of replicas to 3 again',
    ],
  ])('gives up where %s, and tells how many replicas there were', async (_, change, left) => {
    const stopped = await stop(() => Object.assign(cluster, change), 5_000);
    expect(stopped).toEqual({ stopped: false, left, replicas: 2 });
    expect(now).toBe(5_000);
  });

  it('scales nothing if it may not see the pods, or would see those of others', async () => {
    cluster.selector = '';
    await expect(stop()).rejects.toThrow('Deployment argocd/operator has no selector in its scale');
    cluster.selector = SELECTOR;
    const refusing: ApiCall = async (asked) => {
      if (asked.path === PODS) throw new Error('Forbidden');
      return request(asked);
    };
    const options = { findOperator: async () => ({ state: 'none' }) as const, timeoutMs: 1, clock: () => 0 };
    const others = { pause: async () => undefined, report: () => undefined };
    await expect(stopDeployment(DEPLOYMENT, { ...options, ...others, request: refusing })).rejects.toThrow(
      'Forbidden',
    );
    expect(requests.some(({ method }) => method === 'PATCH')).toBe(false);
  });
});
