import type {
  DingTalkRobot,
  NotificationSubscription,
  NotificationTemplate,
} from '../../../operator/api/kinds.ts';
import type { SubscribedEvent } from '../../../operator/api/types.generated.ts';
import type { CredentialSecret } from '../../../operator/core/model/snapshot.ts';
import { found, robot, SECRET, subscription, template } from '../../../operator/core/testing/fixtures.ts';
import type { Random } from '../random.ts';

/** The namespace of the team whose notifications nobody may touch. */
export const GOOD = 'team-good';

/** The AppProject that is granted to it and to nobody else. */
export const GOOD_PROJECT = 'orders-project';

/** Its robot, its template and its subscription are all called so. */
export const GOOD_NAME = 'orders';

const CREDENTIALS = { name: `${GOOD_NAME}-dingtalk` };

/** What the team has, each edit with another number. */
export interface GoodTeam {
  readonly robot: DingTalkRobot;
  readonly template: NotificationTemplate;
  readonly subscription: NotificationSubscription;
  readonly credentials: CredentialSecret;
}

/** How the team is set up. */
export interface GoodTraits {
  /** Whether the installation takes its own condition. */
  readonly hasCondition: boolean;
  readonly hasSelector: boolean;
  readonly creationTimestamp: string;
}

/** The team after so many edits of its subscription and template, and so many new tokens. */
export function goodTeam(traits: GoodTraits, edits: number, rotations: number): GoodTeam {
  const metadata = (generation: number) => ({
    namespace: GOOD,
    name: GOOD_NAME,
    creationTimestamp: traits.creationTimestamp,
    generation,
  });
  const { spec: _, ...named } = template(metadata(edits + 1), '');
  const own: SubscribedEvent = {
    name: 'slow',
    when: `app.status?.operationState?.phase == 'Running' // ${edits}`,
    eventTime: 'app.status?.operationState?.startedAt',
  };
  return {
    robot: robot(metadata(1), {
      webhook: { secretKeyRef: { ...CREDENTIALS, key: 'webhook' } },
      signing: { secretKeyRef: { ...CREDENTIALS, key: 'secret' } },
      timeZone: 'Asia/Shanghai',
    }),
    template: {
      ...named,
      spec: {
        message: {
          markdown: {
            title: `{{event.name}} {{app.metadata.name}}`,
            text: `{{params.owner}}: edit ${edits}`,
          },
        },
        params: { owner: 'orders' },
      },
    },
    subscription: subscription(metadata(edits + 1), {
      robots: [{ name: GOOD_NAME }],
      applications: {
        projects: [GOOD_PROJECT],
        ...(traits.hasSelector && { selector: { matchLabels: { tier: 'gold' } } }),
      },
      events: [
        { trigger: 'on-sync-failed' },
        { trigger: edits % 2 === 0 ? 'on-deployed' : 'on-health-degraded', template: { name: GOOD_NAME } },
        ...(traits.hasCondition ? [own] : []),
      ],
    }),
    credentials: found({ webhook: tokenOf(rotations), secret: SECRET }),
  };
}

/** As long as all tokens are. */
const tokenOf = (rotations: number): string => (0xa1b20000 + rotations).toString(16).repeat(8);

/** How a team may be. */
export const goodTraits = (random: Random, allowExpressions: boolean): GoodTraits => ({
  hasCondition: allowExpressions && random.chance(0.8),
  hasSelector: random.chance(0.5),
  creationTimestamp: random.pick(['2026-11-23T06:00:00Z', '2026-11-23T07:59:59Z']),
});
