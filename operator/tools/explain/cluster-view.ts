import type { Decision } from '../../core/decide.ts';
import type { Snapshot } from '../../core/model/snapshot.ts';
import type { ControllerDeployment } from './controllers.ts';

/** The input of an explanation: a cluster as far as the caller may see it, and the operator's decision on it. */
export interface ClusterView {
  readonly snapshot: Snapshot;
  readonly decision: Decision;
  readonly presence: OperatorPresence;
  /** Objects that the caller may not read count as absent in the snapshot, and prove nothing. */
  readonly sees: {
    readonly configMap: boolean;
    readonly secret: boolean;
    /** argocd-cm, whose URL is in the messages. */
    readonly argocdUrl: boolean;
    /** The custom resources of all namespaces, not only of the resource's own. */
    readonly otherNamespaces: boolean;
    /** The operator's configuration, except for the grants; otherwise the defaults count. */
    readonly settings: boolean;
    /** The RelayRoutes of the operator's namespace; there are none without a relay. */
    readonly relayRoutes: boolean;
    /** All grants: those of the configuration and those on AppProjects. */
    readonly grants: boolean;
  };
  /** Of Argo CD's notifications; none without a relay. Undefined if the caller may not list Deployments. */
  readonly controllers: readonly ControllerDeployment[] | undefined;
  /** Secrets of robots, by `namespace/name`, that the caller may not read and that count as valid. */
  readonly assumed: ReadonlySet<string>;
}

/** Whether an operator runs, by its Lease. */
export interface OperatorPresence {
  readonly state: 'running' | 'none' | 'unknown';
  /** The holder of the Lease, or the reason why it is not known. */
  readonly detail: string;
}

/** The hint for a state that a running operator corrects. */
export function operatorHint({ state, detail }: OperatorPresence): string {
  switch (state) {
    case 'running':
      return `The operator (${detail}) corrects this within seconds. Otherwise see its log.`;
    case 'none':
      return `Is the operator running? ${detail}.`;
    case 'unknown':
      return 'Is the operator running? It would correct this within seconds.';
  }
}
