/**
 * The states an Application goes through, as Argo CD's application controller writes them: each function gives a JSON
 * merge patch of `status` for a moment. They only set what that event changes, so that one may follow another.
 */

/** RFC 3339 in UTC and whole seconds, which is how Kubernetes writes times. */
type Timestamp = string;

/** `status.operationState`; null in a merge patch removes what an earlier operation left. */
interface OperationState {
  readonly phase: 'Running' | 'Succeeded' | 'Failed' | 'Error';
  readonly message: string;
  readonly startedAt: Timestamp;
  readonly finishedAt: Timestamp | null;
  readonly operation: {
    readonly sync: { readonly revision: string };
    readonly initiatedBy: { readonly username: string } | { readonly automated: true };
  };
  readonly syncResult: {
    readonly revision: string;
    readonly source: { readonly repoURL: string; readonly path: string; readonly targetRevision: string };
  };
}

/** A JSON merge patch for an Application. */
export interface ApplicationPatch {
  readonly status: {
    readonly operationState?: OperationState;
    readonly health?: { readonly status: string; readonly lastTransitionTime: Timestamp };
    readonly sync?: { readonly status: 'Synced' | 'OutOfSync' | 'Unknown'; readonly revision: string };
    readonly conditions?: readonly {
      readonly type: string;
      readonly message: string;
      readonly lastTransitionTime: Timestamp;
    }[];
    readonly reconciledAt: Timestamp;
  };
}

/** Details of an operation; all have a default. */
export interface OperationDetails {
  /** Commit that is synced. */
  readonly revision?: string;
  readonly message?: string;
  /** When the operation began, if it did not begin five seconds before it ended. */
  readonly startedAt?: Date;
  /** Who started it; undefined stands for Argo CD itself, by automated sync. */
  readonly username?: string | undefined;
}

/** Details of a finding that is no operation. */
export interface FindingDetails {
  readonly revision?: string;
  readonly message?: string;
}

const REVISION = '53e28ff20cc530b9ada2173fbbd64d48338583ba';
const SOURCE = {
  repoURL: 'https://gitee.com/example/guestbook.git',
  path: 'guestbook',
  targetRevision: 'main',
};
const USUAL_DURATION_MS = 5_000;

/** A sync began at `at` and runs. */
export function syncing(at: Date, details: OperationDetails = {}): ApplicationPatch {
  const message = details.message ?? 'waiting for completion of hook batch/Job/migrate';
  return {
    status: {
      operationState: {
        ...operation({ startedAt: at, ...details }, at),
        phase: 'Running',
        message,
        finishedAt: null,
      },
      reconciledAt: timestamp(at),
    },
  };
}

/** A sync ended well at `at`: what is in Git is in the cluster. */
export function syncSucceeded(at: Date, details: OperationDetails = {}): ApplicationPatch {
  const message = details.message ?? 'successfully synced (all tasks run)';
  return {
    status: {
      operationState: { ...operation(details, at), phase: 'Succeeded', message, finishedAt: timestamp(at) },
      sync: { status: 'Synced', revision: details.revision ?? REVISION },
      conditions: [],
      reconciledAt: timestamp(at),
    },
  };
}

/** A sync ended at `at` because the cluster refused something; it stays out of sync. */
export function syncFailed(at: Date, details: OperationDetails = {}): ApplicationPatch {
  const { revision = REVISION } = details;
  const message =
    details.message ?? 'one or more objects failed to apply, reason: admission webhook denied the request';
  return {
    status: {
      operationState: { ...operation(details, at), phase: 'Failed', message, finishedAt: timestamp(at) },
      sync: { status: 'OutOfSync', revision },
      reconciledAt: timestamp(at),
    },
  };
}

/** All resources became healthy at `at`. */
export function healthy(at: Date): ApplicationPatch {
  return health('Healthy', at);
}

/** A resource became unhealthy at `at`. */
export function degraded(at: Date): ApplicationPatch {
  return health('Degraded', at);
}

/** The resources began to change at `at` and are not done. */
export function progressing(at: Date): ApplicationPatch {
  return health('Progressing', at);
}

/** A resource waits for somebody since `at`, such as a rollout that was paused. */
export function suspended(at: Date): ApplicationPatch {
  return health('Suspended', at);
}

/** From `at` Argo CD could not compare Git with the cluster, for instance because Git is unreachable. */
export function syncStatusUnknown(at: Date, details: FindingDetails = {}): ApplicationPatch {
  const message = details.message ?? 'failed to load target state: failed to fetch: dial tcp: i/o timeout';
  return {
    status: {
      sync: { status: 'Unknown', revision: details.revision ?? REVISION },
      conditions: [{ type: 'ComparisonError', message, lastTransitionTime: timestamp(at) }],
      reconciledAt: timestamp(at),
    },
  };
}

function health(status: string, at: Date): ApplicationPatch {
  return { status: { health: { status, lastTransitionTime: timestamp(at) }, reconciledAt: timestamp(at) } };
}

function operation(
  details: OperationDetails,
  at: Date,
): Pick<OperationState, 'startedAt' | 'operation' | 'syncResult'> {
  const { revision = REVISION } = details;
  const username = 'username' in details ? details.username : 'admin';
  const startedAt = details.startedAt ?? new Date(at.getTime() - USUAL_DURATION_MS);
  return {
    startedAt: timestamp(startedAt),
    operation: {
      sync: { revision },
      initiatedBy: username === undefined ? { automated: true } : { username },
    },
    syncResult: { revision, source: SOURCE },
  };
}

/** A moment that is later than the `since` of whatever is live by now, in whole seconds. */
export const soon = (): Date => new Date(Math.floor(Date.now() / 1000) * 1000 + 1000);

function timestamp(date: Date): Timestamp {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
