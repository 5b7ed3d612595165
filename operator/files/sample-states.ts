/** The states of an Application that the samples show, as Argo CD's application controller writes them. */

const REVISION = '53e28ff20cc530b9ada2173fbbd64d48338583ba';

/** How one state differs from an Application that has long been synced and healthy. */
export interface SampleState {
  readonly metadata?: object;
  readonly status?: object;
  readonly operation?: object;
}

/** The times of a sample: the event happened a minute ago, and began half a minute before. */
export interface Moments {
  readonly began: string;
  readonly ended: string;
}

/** The state in which each trigger of the catalogue fires. */
export const SAMPLE_STATES: Readonly<Record<string, (moments: Moments) => SampleState>> = {
  'on-created': ({ ended }) => ({
    metadata: { creationTimestamp: ended },
    status: { operationState: undefined, health: health('Missing', ended), sync: sync('OutOfSync') },
  }),
  'on-deleted': ({ ended }) => ({
    metadata: {
      deletionTimestamp: ended,
      deletionGracePeriodSeconds: 0,
      finalizers: ['resources-finalizer.argocd.argoproj.io'],
    },
  }),
  'on-deployed': ({ began, ended }) => ({
    status: {
      operationState: operation('Succeeded', 'successfully synced (all tasks run)', began, ended),
      health: health('Healthy', ended),
    },
  }),
  'on-health-degraded': ({ ended }) => ({ status: { health: health('Degraded', ended) } }),
  'on-health-recovered': ({ ended }) => ({ status: { health: health('Healthy', ended) } }),
  'on-health-suspended': ({ ended }) => ({ status: { health: health('Suspended', ended) } }),
  'on-sync-failed': ({ began, ended }) => ({
    status: {
      operationState: operation(
        'Failed',
        'one or more objects failed to apply, reason: admission webhook "policy.example.com" denied the request: ' +
          'container guestbook has no memory limit',
        began,
        ended,
      ),
      sync: sync('OutOfSync'),
    },
  }),
  'on-sync-running': ({ ended }) => ({
    operation: { sync: { revision: REVISION } },
    status: {
      operationState: operation('Running', 'waiting for completion of hook batch/Job/migrate', ended),
      health: health('Progressing', ended),
      sync: sync('OutOfSync'),
    },
  }),
  'on-sync-status-unknown': ({ ended }) => ({
    status: {
      sync: sync('Unknown'),
      conditions: [
        {
          type: 'ComparisonError',
          message:
            'failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown ' +
            'desc = failed to fetch https://gitee.com/example/guestbook.git: dial tcp: i/o timeout',
          lastTransitionTime: ended,
        },
      ],
    },
  }),
  'on-sync-succeeded': ({ began, ended }) => ({
    status: {
      operationState: operation('Succeeded', 'successfully synced (all tasks run)', began, ended),
      health: health('Progressing', ended),
    },
  }),
};

/** The source of the samples. */
export const SOURCE = {
  repoURL: 'https://gitee.com/example/guestbook.git',
  path: 'guestbook',
  targetRevision: 'main',
};

/** `status.health` of a state. */
export const health = (status: string, lastTransitionTime: string) => ({ status, lastTransitionTime });
/** `status.sync` of a state. */
export const sync = (status: string) => ({ status, revision: REVISION });

/** `status.operationState` of a sync that a person started by hand; a running sync has no end. */
export function operation(phase: string, message: string, startedAt: string, finishedAt?: string) {
  return {
    phase,
    message,
    startedAt,
    ...(finishedAt !== undefined && { finishedAt }),
    operation: { initiatedBy: { username: 'admin' }, sync: { revision: REVISION } },
    syncResult: { revision: REVISION, source: SOURCE },
  };
}
