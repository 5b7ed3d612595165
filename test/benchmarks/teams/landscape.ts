import type { Credentials } from '../../../operator/api/testing/manifests.ts';
import {
  credentialsSecret,
  namespace,
  robot,
  subscription,
  typedTemplate,
} from '../../../operator/api/testing/manifests.ts';

/** Four, so that 200 teams fit into the 1 000 000 bytes of ConfigMap that the operator fills. */
export const EVENTS = ['on-deployed', 'on-health-degraded', 'on-sync-failed', 'on-sync-running'] as const;

/** What each resource of a team is called, but for its credentials, which are called like the robot. */
export const NAMES = { robot: 'robot', template: 'text', subscription: 'all' } as const;

/** All resources of one team. An edit changes the template. */
export interface TeamManifests {
  readonly namespace: object;
  readonly secret: object;
  readonly robot: object;
  readonly template: object;
  readonly subscription: object;
}

/** The namespace of the team with this number. */
export const teamName = (index: number): string => `team-${String(index).padStart(3, '0')}`;

/** The text of all four messages of a team, in Handlebars; `mark` tells one edit from the next. */
export const textOf = (mark: string): string => `{{app.metadata.name}} ${mark}`;

/** The key of Argo CD's ConfigMap that holds a team's messages. */
export const messagesKey = (team: string): string => `template.dt_${team}_${NAMES.subscription}`;

/** An event of the catalogue that says the team's text. */
export const eventOf = (trigger: string) => ({ trigger, template: { name: NAMES.template } });

/** All that a team applies. */
export function manifestsOf(team: string, { token, secret }: Credentials): TeamManifests {
  const where = (name: string) => ({ namespace: team, name });
  return {
    namespace: namespace(team),
    secret: credentialsSecret(where(NAMES.robot), { webhook: token, secret }),
    robot: robot(where(NAMES.robot)),
    template: typedTemplate(where(NAMES.template), { message: { text: { content: textOf('as created') } } }),
    subscription: subscription(where(NAMES.subscription), {
      robots: [{ name: NAMES.robot }],
      events: EVENTS.map(eventOf),
    }),
  };
}
