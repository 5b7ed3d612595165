import type { Decision } from '../../core/decide.ts';
import type { Snapshot } from '../../core/model/snapshot.ts';

/** What an explanation is made from: a cluster as far as the caller may see it, and what the operator would make of it. */
export interface ClusterView {
  readonly snapshot: Snapshot;
  readonly decision: Decision;
  readonly presence: OperatorPresence;
  /** What was not to be read counts as absent in the snapshot, and proves nothing. */
  readonly sees: {
    readonly configMap: boolean;
    readonly secret: boolean;
    /** argocd-cm, whose URL is in the messages. */
    readonly argocdUrl: boolean;
    /** The custom resources of all namespaces, not only of the one that is asked about. */
    readonly otherNamespaces: boolean;
  };
  /** Secrets of robots, by `namespace/name`, that were not to be read and are taken to be right. */
  readonly assumed: ReadonlySet<string>;
}

/** Whether an operator runs, by its Lease. */
export interface OperatorPresence {
  readonly state: 'running' | 'none' | 'unknown';
  /** Who holds the Lease, or why that can't be told. */
  readonly detail: string;
}

/** What to expect, or to do, where something is not yet as it should be. */
export function whoMends({ state, detail }: OperatorPresence): string {
  switch (state) {
    case 'running':
      return `The operator (${detail}) puts it right within seconds. If it stays, see its log.`;
    case 'none':
      return `Is the operator running? ${detail}.`;
    case 'unknown':
      return 'Is the operator running? It would put it right within seconds.';
  }
}
