import type { RunningOperator } from '../../cluster/running-operator.ts';
import { NotFoundError } from '../../kubernetes/api-error.ts';
import { resourcePath } from '../../kubernetes/paths.ts';
import type { ApiCall } from '../../kubernetes/request.ts';
import type { ObjectName } from '../object-name.ts';

const POLL_MS = 1_000;
/** Who waits hears the reason again after this time. */
const REPORT_MS = 10_000;
/** Nobody reads more names of pods. */
const PODS = 10;

/** The way to the cluster, and the callbacks for time and progress. All times are in milliseconds. */
export interface StopOptions {
  readonly request: ApiCall;
  /** Whether an operator holds the Lease. */
  readonly findOperator: () => Promise<RunningOperator>;
  readonly timeoutMs: number;
  readonly pause: (ms: number) => Promise<unknown>;
  /** Only ever forward. */
  readonly clock: () => number;
  /** Gets a line without its end. */
  readonly report: (line: string) => void;
}

/** Whether the operator has stopped; otherwise what is left of it, and how many replicas it had. */
export type Stopped =
  | { readonly stopped: true }
  | { readonly stopped: false; readonly left: string; readonly replicas: number };

/** The parts of an autoscaling/v1 Scale that matter here. */
interface Scale {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly selector?: string };
}

/**
 * Scales a Deployment to 0, and waits until no pod of it is left and no operator holds the Lease. All pods have to be gone, since
 * one that did not lead could take the Lease in its last seconds. A Deployment that does not exist has stopped.
 * @throws ForbiddenError or any other error of a request; nothing is scaled if a right is missing
 */
export async function stopDeployment(deployment: ObjectName, options: StopOptions): Promise<Stopped> {
  const { request, clock, report } = options;
  const name = `Deployment ${deployment.namespace}/${deployment.name}`;
  const path = scalePath(deployment);
  const scale = await readScale(request, path);
  if (!scale) {
    report(`${name} does not exist, so there is nothing to stop.`);
    return { stopped: true };
  }
  const selector = scale.status?.selector;
  // An empty one would be about all pods of the namespace.
  if (!selector) throw new Error(`${name} has no selector in its scale`);
  const podsLeft = (): Promise<string[]> => podNames(request, deployment.namespace, selector);
  await podsLeft();
  const replicas = scale.spec?.replicas ?? 0;
  if (replicas > 0) {
    report(`stopping ${name}, which has ${replicas} ${replicas === 1 ? 'replica' : 'replicas'} …`);
    const body = { spec: { replicas: 0 } };
    await request({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
  }
  const end = clock() + options.timeoutMs;
  let told: { readonly left: string; readonly at: number } | undefined;
  for (;;) {
    const left = await whatIsLeft(path, podsLeft, options);
    if (left === undefined) break;
    if (clock() >= end) return { stopped: false, left, replicas };
    if (told?.left !== left || clock() - told.at >= REPORT_MS) {
      report(`waiting: ${left} …`);
      told = { left, at: clock() };
    }
    await options.pause(POLL_MS);
  }
  report(`${name} has stopped.`);
  return { stopped: true };
}

/** A whole clause, or undefined if nothing runs. */
async function whatIsLeft(
  path: string,
  podsLeft: () => Promise<string[]>,
  { request, findOperator }: StopOptions,
): Promise<string | undefined> {
  const replicas = (await readScale(request, path))?.spec?.replicas ?? 0;
  if (replicas > 0) return `another tool has set the number of replicas to ${replicas} again`;
  const pods = await podsLeft();
  if (pods.length === 1) return `pod ${pods[0]} has not ended yet`;
  if (pods.length > 1) return `pods ${pods.join(', ')} have not ended yet`;
  const running = await findOperator();
  return running.state === 'running' ? `${running.holder} still holds the Lease` : undefined;
}

/** The scale, or undefined if there is no such Deployment. */
async function readScale(request: ApiCall, path: string): Promise<Scale | undefined> {
  try {
    return (await request<Scale>({ method: 'GET', path })).body;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** Pods whose processes have not ended. Pods that were evicted stay as objects until somebody removes them. */
async function podNames(request: ApiCall, namespace: string, labelSelector: string): Promise<string[]> {
  const { body } = await request<{ readonly items: readonly { readonly metadata: ObjectName }[] }>({
    method: 'GET',
    path: resourcePath({ version: 'v1', plural: 'pods', namespace }),
    query: { labelSelector, fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed', limit: PODS },
  });
  return body.items.map(({ metadata }) => metadata.name);
}

const scalePath = (deployment: ObjectName): string =>
  resourcePath({
    group: 'apps',
    version: 'v1',
    plural: 'deployments',
    subresource: 'scale',
    namespace: deployment.namespace,
    name: deployment.name,
  });
