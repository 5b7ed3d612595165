import type { NotificationSubscription } from '../api/kinds.ts';
import type { Commit } from '../argocd/commit-field.ts';
import { IN_CLUSTER } from '../argocd/in-cluster.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import { own } from '../lib/own.ts';
import { rfc3339 } from '../lib/rfc3339.ts';
import { health, operation, SAMPLE_STATES, SOURCE, sync } from './sample-states.ts';

/** An Application as the API server has it. */
export type SampleFile = Readonly<Record<string, unknown>>;

const NAME = 'guestbook';
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The triggers that have a sample. */
export const SAMPLED_TRIGGERS: readonly string[] = Object.keys(SAMPLE_STATES);

/**
 * An Application in the state in which the trigger fires. The subscription's criteria apply to it as far as possible:
 * where they hold a pattern, the Application has a name that the pattern matches.
 * @param trigger one of {@link SAMPLED_TRIGGERS}; for any other, the Application was just deployed
 * @param destinations whether a deployment to the team's namespace is enough to notify the team about it
 */
export function sampleApplication(
  trigger: string,
  subscription: NotificationSubscription,
  now: Date,
  destinations: OperatorConfiguration['tenancy']['destinations'] = 'Trusted',
): SampleFile {
  const at = (agoMs: number) => rfc3339(new Date(now.getTime() - agoMs));
  const moments = { began: at(1.5 * MINUTE_MS), ended: at(MINUTE_MS) };
  const stateOf = own(SAMPLE_STATES, trigger) ?? SAMPLE_STATES['on-deployed'];
  const { metadata, status, operation: running } = stateOf?.(moments) ?? {};
  const identity = identityFor(subscription, destinations);
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
      // As Argo CD 3 writes it: the health of single resources is elsewhere.
      resources: [resource('Deployment', 'apps'), resource('Service')],
      resourceHealthSource: 'appTree',
      reconciledAt: moments.ended,
      ...status,
    },
  };
}

/** The commit of a sample, where the relay can look commits up. */
export const sampleCommit = (now: Date): Commit => ({
  author: 'Magician',
  message: 'Limit the memory of the guestbook',
  date: rfc3339(new Date(now.getTime() - 10 * MINUTE_MS)),
});

const resource = (kind: string, group?: string) => ({
  ...(group !== undefined && { group }),
  version: 'v1',
  kind,
  namespace: NAME,
  name: NAME,
  status: 'Synced',
});

function identityFor(
  { metadata, spec }: NotificationSubscription,
  destinations: OperatorConfiguration['tenancy']['destinations'],
) {
  const { projects, names, namespaces, destinationNamespaces, clusters, selector } = spec.applications ?? {};
  const fitting = ([pattern = '*']: readonly string[] = [], otherwise: string): string =>
    pattern === '*' ? otherwise : pattern.replaceAll('*', NAME).replaceAll('?', 'x');
  const cluster = fitting(clusters, IN_CLUSTER.server);
  const labels = Object.fromEntries([
    ...Object.entries(selector?.matchLabels ?? {}),
    ...(selector?.matchExpressions ?? []).flatMap(({ key, operator, values }): [string, string][] =>
      operator === 'In' || operator === 'Exists' ? [[key, values?.[0] ?? 'true']] : [],
    ),
  ]);
  return {
    metadata: {
      name: fitting(names, NAME),
      namespace: fitting(namespaces, destinations === 'Trusted' ? 'argocd' : metadata.namespace),
      ...(Object.keys(labels).length > 0 && { labels }),
    },
    spec: {
      project: fitting(projects, 'default'),
      source: SOURCE,
      destination: {
        [cluster.includes('://') ? 'server' : 'name']: cluster,
        // By default, a team is notified about Applications that deploy to its own namespace.
        namespace: fitting(destinationNamespaces, metadata.namespace),
      },
    },
  };
}
