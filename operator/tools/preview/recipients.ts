import { resourceKey } from '../../api/names.ts';
import { type ApplicationRouteSpec, relayRouteName } from '../../api/relay-route.ts';
import type { ResolvedEvent, ResolvedRobot, ResolvedSubscription } from '../../core/model/resolved.ts';
import type { JudgedFiles } from '../../files/judge.ts';
import { own } from '../../lib/own.ts';

/** One message that would be sent: from an event of a subscription to a robot. */
export interface PreviewRecipient {
  readonly subscription: ResolvedSubscription;
  readonly event: ResolvedEvent;
  readonly robot: ResolvedRobot;
  /** By which the relay sends the message; absent if Argo CD does. */
  readonly route?: ApplicationRouteSpec;
}

/** The messages that the user asks for; absent means any. */
export interface RecipientFilter {
  readonly event?: string;
  /** `namespace/name`. */
  readonly subscription?: string;
  /** `namespace/name`. */
  readonly robot?: string;
}

/** All messages of the accepted subscriptions, in the order of their names. */
export function recipientsOf({
  decision: { plan, resolution },
}: Pick<JudgedFiles, 'decision'>): PreviewRecipient[] {
  return resolution.subscriptions.flatMap((subscription) => {
    const { namespace, name } = subscription.cr.metadata;
    const direct = plan.subscriptions.get(resourceKey(subscription.cr))?.entry.recipients ?? [];
    const route = plan.routes.get(relayRouteName(namespace, name));
    const robots = subscription.robots.flatMap((robot) => {
      if (direct.includes(robot.service)) return [{ robot }];
      return route?.robots.some(({ service }) => service === robot.service) ? [{ robot, route }] : [];
    });
    return subscription.events.flatMap((event) => robots.map((each) => ({ subscription, event, ...each })));
  });
}

/** The messages of {@link recipientsOf} that match the filter. */
export function chosenRecipients(
  judged: Pick<JudgedFiles, 'decision'>,
  { event, subscription, robot }: RecipientFilter,
): PreviewRecipient[] {
  return recipientsOf(judged).filter(
    (each) =>
      [undefined, each.event.name].includes(event) &&
      [undefined, resourceKey(each.subscription.cr)].includes(subscription) &&
      [undefined, resourceKey(each.robot.cr)].includes(robot),
  );
}

/** The error of a filter with an unknown name; the message lists the known names. */
export function unknownRecipient(
  { resources, decision }: Pick<JudgedFiles, 'resources' | 'decision'>,
  filter: RecipientFilter,
): string | undefined {
  const namesOf = (kind: string) => resources.filter((each) => each.kind === kind).map(resourceKey);
  const { subscriptions, gitee } = decision.resolution;
  const names: Required<Record<keyof RecipientFilter, string[]>> = {
    subscription: namesOf('NotificationSubscription'),
    robot: namesOf('DingTalkRobot'),
    event: [...subscriptions, ...gitee].flatMap(({ events }) => events.map(({ name }) => name)),
  };
  for (const [option, known] of Object.entries(names)) {
    const name = own({ ...filter }, option);
    if (name === undefined || known.includes(name)) continue;
    const there = known.length === 0 ? 'none' : [...new Set(known)].sort().join(', ');
    return `--${option}: there is no ${name}; the files have ${there}`;
  }
  return undefined;
}

/** Why there is nothing to show: nothing would be sent, or no message matches all parts of the filter. */
export function nothingChosen(judged: Pick<JudgedFiles, 'decision'>): string {
  const there = recipientsOf(judged).map(
    ({ subscription, event, robot }) =>
      `${resourceKey(subscription.cr)} ${event.name} → ${resourceKey(robot.cr)}`,
  );
  if (there.length === 0 && judged.decision.plan.giteeRoutes.size > 0)
    return 'the files have subscriptions to Gitee repositories only: give the body of a webhook with --gitee FILE';
  return there.length === 0
    ? 'nothing would be sent: the files have no active subscription'
    : `no message matches all of --subscription, --event and --robot; the messages are:\n  ${there.join('\n  ')}`;
}
