import { listEvery, orUnseen, type Unseen } from '../../cluster/cluster-reader.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { AnnotatedObject } from '../../kubernetes/objects.ts';
import type { ApiCall } from '../../kubernetes/request.ts';

const LABEL = 'app.kubernetes.io/name';
const CONTROLLER = 'argocd-notifications-controller';
/** The label of the controller, as with Argo CD's manifests and its Helm chart. */
export const CONTROLLER_LABEL = `${LABEL}=${CONTROLLER}`;

interface Variable {
  readonly name: string;
  /** Absent if it comes from another object. */
  readonly value?: string;
}

/** A Deployment, as far as it is read here. */
export interface ControllerDeployment extends AnnotatedObject {
  readonly spec?: {
    readonly template?: {
      readonly spec?: {
        readonly containers?: readonly {
          readonly env?: readonly Variable[];
          readonly envFrom?: readonly object[];
        }[];
      };
    };
  };
}

/**
 * The Deployments of Argo CD's notifications controller; undefined if the caller may not list Deployments. None are read where the
 * installation has no relay.
 */
export async function readControllers(
  request: ApiCall,
  { target, relay }: OperatorConfiguration,
  unseen: Unseen,
): Promise<readonly ControllerDeployment[] | undefined> {
  if (relay.url === undefined) return [];
  const address = { group: 'apps', version: 'v1', plural: 'deployments', namespace: target.namespace };
  const all = await orUnseen(listEvery<ControllerDeployment>(request, address), unseen);
  return all?.filter(
    ({ metadata }) => new Map(Object.entries(metadata.labels ?? {})).get(LABEL) === CONTROLLER,
  );
}
