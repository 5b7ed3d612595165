import type { NotificationSubscription } from '../api/kinds.ts';
import { IN_CLUSTER } from '../core/resolve/fence.ts';

/** An Application as the API server has it. */
export type Application = Readonly<Record<string, unknown>>;

const REVISION = '53e28ff20cc530b9ada2173fbbd64d48338583ba';
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How one state differs from an Application that has long been synced and healthy. */
interface State {
  readonly metadata?: object;
  readonly status?: object;
  readonly operation?: object;
}

/** The moments of a sample: what happened did so a minute ago, and began half a minute before. */
interface Moments {
  readonly began: string;
  readonly ended: string;
}

/** The state in which each trigger of the catalogue fires. */
const STATES: Readonly<Record<string, (moments: Moments) => State>> = {
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

/** The triggers that there is a sample for. */
export const SAMPLED_TRIGGERS: readonly string[] = Object.keys(STATES);

/**
 * An Application in the state in which the trigger fires, and such that the subscription's criteria apply to it as far as
 * one can tell: where they hold a pattern, it has a name that the pattern matches.
 * @param trigger one of {@link SAMPLED_TRIGGERS}; for any other, the Application was just deployed
 */
export function sampleApplication(
  trigger: string,
  subscription: NotificationSubscription,
  now: Date,
): Application {
  const at = (agoMs: number) => `${new Date(now.getTime() - agoMs).toISOString().slice(0, 19)}Z`;
  const moments = { began: at(1.5 * MINUTE_MS), ended: at(MINUTE_MS) };
  const stateOf = STATES[trigger] ?? (STATES['on-deployed'] as (moments: Moments) => State);
  const { metadata, status, operation: running } = stateOf(moments);
  const identity = identityFor(subscription);
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      ...identity.metadata,
      uid: '0b7a2c1e-5d36-4b0c-9a77-2f1a6f0f8c11',
      creationTimestamp: at(90 * DAY_MS),
      ...metadata,
    },
    spec: identity.spec,
    ...(running && { operation: running }),
    status: {
      operationState: operation('Succeeded', 'successfully synced (all tasks run)', at(DAY_MS), at(DAY_MS)),
      health: health('Healthy', at(DAY_MS)),
      sync: sync('Synced'),
      summary: { images: ['registry.example.com/guestbook:1.2.3'] },
      reconciledAt: moments.ended,
      ...status,
    },
  };
}

function identityFor({ metadata, spec }: NotificationSubscription) {
  const { projects, names, namespaces, destinationNamespaces, clusters, selector } = spec.applications;
  const fitting = (patterns: readonly string[] | undefined, otherwise: string): string =>
    patterns?.[0]?.replaceAll('*', '').replaceAll('?', 'x') || otherwise;
  const cluster = fitting(clusters, IN_CLUSTER.server);
  const labels = Object.fromEntries([
    ...Object.entries(selector?.matchLabels ?? {}),
    ...(selector?.matchExpressions ?? []).flatMap(({ key, operator, values }): [string, string][] =>
      operator === 'In' || operator === 'Exists' ? [[key, values?.[0] ?? 'true']] : [],
    ),
  ]);
  return {
    metadata: {
      name: fitting(names, 'guestbook'),
      namespace: fitting(namespaces, 'argocd'),
      ...(Object.keys(labels).length > 0 && { labels }),
    },
    spec: {
      project: fitting(projects, 'default'),
      source: SOURCE,
      destination: {
        [cluster.includes('://') ? 'server' : 'name']: cluster,
        // What deploys to a team's own namespace is what the team always hears of.
        namespace: fitting(destinationNamespaces, metadata.namespace),
      },
    },
  };
}

const SOURCE = {
  repoURL: 'https://gitee.com/example/guestbook.git',
  path: 'guestbook',
  targetRevision: 'main',
};

const health = (status: string, lastTransitionTime: string) => ({ status, lastTransitionTime });
const sync = (status: string) => ({ status, revision: REVISION });

function operation(phase: string, message: string, startedAt: string, finishedAt?: string) {
  return {
    phase,
    message,
    startedAt,
    ...(finishedAt !== undefined && { finishedAt }),
    operation: { initiatedBy: { username: 'admin' }, sync: { revision: REVISION } },
    syncResult: { revision: REVISION, source: SOURCE },
  };
}
