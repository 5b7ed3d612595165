import type { ApplicationSubscription } from '../../../operator/api/kinds.ts';
import type { Credentials } from '../../../operator/api/testing/manifests.ts';
import {
  credentialsSecret,
  robot,
  subscription,
  typedTemplate,
} from '../../../operator/api/testing/manifests.ts';
import { eventKeyName, templateKey } from '../../../operator/argocd/names.ts';
import { ARGOCD } from '../../support/stage.ts';

/** Four, so that 200 teams fit into the 1 000 000 bytes of ConfigMap that the operator fills. */
export const EVENTS = ['on-deployed', 'on-health-degraded', 'on-sync-failed', 'on-sync-running'] as const;

/** Argo CD's ConfigMap. */
export const TARGET = {
  version: 'v1',
  plural: 'configmaps',
  namespace: ARGOCD,
  name: 'argocd-notifications-cm',
} as const;

/** The form of a team's resources. */
export interface TeamShape {
  /** Triggers of the catalogue, which all send the team's text. */
  readonly events: readonly string[];
  /** The text in Handlebars; `mark` tells one edit from the next. */
  readonly textOf: (mark: string) => string;
  /** The applications that the subscription is about. */
  readonly applicationsOf: (team: string) => object;
}

/** What each resource of a team is called, but for its credentials, which are called like the robot. */
export const NAMES = { robot: 'robot', template: 'text', subscription: 'all' } as const;

/** All resources of one team in its namespace. An edit changes the template. */
export interface TeamManifests {
  readonly secret: object;
  readonly robot: object;
  readonly template: object;
  readonly subscription: object;
}

/** The namespace of the team with this number. */
export const teamName = (index: number): string => `team-${String(index).padStart(3, '0')}`;

/** Teams whose four messages are a short text. */
export const FOUR_EVENTS: TeamShape = {
  events: EVENTS,
  textOf: (mark) => `{{app.metadata.name}} ${mark}`,
  applicationsOf: () => ({ all: true }),
};

/** Teams with one event, a text of 200 bytes, and a selector of their applications. */
export const ONE_EVENT: TeamShape = {
  events: ['on-sync-failed'],
  textOf: (mark) =>
    `{{app.metadata.name}} of {{app.spec.project}}: the sync failed ${mark} `.padEnd(
      TEXT_BYTES,
      'and this line is as long as a text of a team can well be, ',
    ),
  applicationsOf: (team) => ({ selector: { matchLabels: { team } } }),
};
const TEXT_BYTES = 200;

/** The key of Argo CD's ConfigMap that holds a team's messages. */
export const messagesKey = (team: string): string => `template.dt_${team}_${NAMES.subscription}`;

/** The key of Argo CD's ConfigMap that holds the message of a team with one event. */
export const messagesKeyOfEvent = (team: string, event: string): string =>
  templateKey(eventKeyName(team, NAMES.subscription, event));

/** An event of the catalogue that says the team's text. */
export const eventOf = (trigger: string) => ({ trigger, template: { name: NAMES.template } });

/** All that a team applies. */
export function manifestsOf(
  team: string,
  { token, secret }: Credentials,
  { events, textOf, applicationsOf }: TeamShape,
): TeamManifests {
  const where = (name: string) => ({ namespace: team, name });
  return {
    secret: credentialsSecret(where(NAMES.robot), { webhook: token, secret }),
    robot: robot(where(NAMES.robot)),
    template: typedTemplate(where(NAMES.template), { message: { text: { content: textOf('as created') } } }),
    subscription: subscription(where(NAMES.subscription), {
      robots: [{ name: NAMES.robot }],
      events: events.map(eventOf),
      applications: applicationsOf(team) as ApplicationSubscription['spec']['applications'],
    }),
  };
}
