import { randomBytes } from 'node:crypto';
import type { RelayRouteSpec } from '../../../operator/api/relay-route.ts';
import { type Credentials, newCredentials } from '../../../operator/api/testing/manifests.ts';
import type { SubscriptionEntry } from '../../../operator/argocd/subscriptions-block/subscriptions-block.ts';
import { makeCapability } from '../../../operator/cluster/relay-routes.ts';
import type { OperatorConfiguration } from '../../../operator/config/config.ts';
import { decide } from '../../../operator/core/decide.ts';
import {
  config,
  found,
  robot,
  snapshot,
  subscription,
  template,
} from '../../../operator/core/testing/fixtures.ts';
import type { FakeDingTalk } from '../../../operator/dingtalk/testing/fake-dingtalk.ts';
import { healthy, syncSucceeded } from '../../support/application-states.ts';
import { application } from '../../support/applications.ts';
import { ARGOCD } from '../../support/stage.ts';

/** How a subscription to a project finds its Applications: what is in the benchmark's tables. */
export const ROUTES = ['when', 'selector', 'annotation', 'relay'] as const;
export type Route = (typeof ROUTES)[number];

const EVENTS = [
  'on-deployed',
  'on-health-degraded',
  'on-sync-failed',
  'on-sync-running',
  'on-sync-status-unknown',
];
/** Of a message as short as can be: what is measured are conditions, and the catalogue's own messages of 60 teams fill a ConfigMap. */
const BODY =
  '{"msgtype":"text","text":{"content":{{ print "Argo CD: " .app.metadata.name " " .app.status.operationState.phase | toRawJson }}}}';
/** Each as Argo CD lists them, which makes an Application some 5 KB. */
const RESOURCES = Array.from({ length: 20 }, (_, index) => ({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  namespace: 'elsewhere',
  name: `component-${index}`,
  status: 'Synced',
  health: { status: 'Healthy' },
}));

export interface Team {
  readonly namespace: string;
  readonly project: string;
  readonly credentials: Credentials;
}

/** So many teams, each with a project of its own and a robot on the fake. */
export function makeTeams(count: number, dingtalk: FakeDingTalk): Team[] {
  return Array.from({ length: count }, (_, index) => {
    const credentials = newCredentials();
    dingtalk.addRobot(credentials);
    return { namespace: `team-${index}`, project: `project-${index}`, credentials };
  });
}

/** An Application of a team: synced and healthy long ago. It deploys elsewhere, so that only the project tells whose it is. */
export function applicationOf({ namespace, project }: Team, name: string, actualProject = project): object {
  const long = new Date('2026-01-01T00:00:00Z');
  return {
    ...application({
      name,
      namespace: ARGOCD,
      project: actualProject,
      labels: { team: namespace },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'elsewhere' },
    }),
    status: { ...syncSucceeded(long).status, ...healthy(long).status, resources: RESOURCES },
  };
}

/** What the operator puts into Argo CD's objects for these teams. */
export interface Written {
  readonly configMap: Readonly<Record<string, string>>;
  readonly secret: Readonly<Record<string, string>>;
  readonly entries: readonly SubscriptionEntry[];
  /** By name; none if Argo CD posts to DingTalk. */
  readonly routes: ReadonlyMap<string, RelayRouteSpec>;
}

/** The name of the Secret of each team's robot. */
export const CREDENTIALS = 'payments-dingtalk';

/**
 * By the operator's own core, from one subscription of a team to its project with five events.
 * @param relayUrl of the relay that sends the messages; undefined if Argo CD does
 */
export function compileTeams(
  teams: readonly Team[],
  route: Route,
  dingtalk: FakeDingTalk,
  relayUrl: string | undefined,
): Written {
  const { plan, resolution } = decide(
    snapshot({
      now: new Date(),
      serverTime: new Date(),
      config: configuration(teams, dingtalk, relayUrl),
      ...(relayUrl !== undefined && {
        relay: { routes: new Map(), newCapability: makeCapability(randomBytes) },
      }),
      robots: teams.map(({ namespace }) => robot({ namespace, name: 'robot' })),
      templates: teams.map(({ namespace }) => template({ namespace, name: 'short' }, BODY)),
      subscriptions: teams.map(({ namespace, project }) =>
        subscription(
          { namespace, name: 'all' },
          {
            robots: [{ name: 'robot' }],
            applications: {
              projects: [project],
              ...(route === 'selector' && { selector: { matchLabels: { team: namespace } } }),
            },
            events: EVENTS.map((trigger) => ({ trigger, template: { name: 'short' } })),
          },
        ),
      ),
      credentials: new Map(
        teams.map(({ namespace, credentials: { token, secret } }) => [
          `${namespace}/${CREDENTIALS}`,
          found({ webhook: token, secret }),
        ]),
      ),
    }),
  );
  const refused = resolution.subscriptions.find(({ verdict }) => verdict.refusal);
  if (refused) throw new Error(`a subscription is refused: ${refused.verdict.refusal?.message}`);
  return plan;
}

function configuration(
  teams: readonly Team[],
  dingtalk: FakeDingTalk,
  relayUrl: string | undefined,
): OperatorConfiguration {
  return config({
    ...(relayUrl !== undefined && { relay: { url: relayUrl }, robots: { delivery: 'Relay' } }),
    dingtalk: { endpoint: `${dingtalk.url}/robot/send`, allowedHosts: [dingtalk.host] },
    tenancy: {
      trustedNamespaces: teams.map(({ namespace }) => namespace),
      projects: Object.fromEntries(teams.map(({ namespace, project }) => [project, [namespace]])),
    },
  });
}
