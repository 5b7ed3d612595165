import { resourceKey } from '../../api/names.ts';
import type { ResolvedEvent, ResolvedRobot, ResolvedSubscription } from '../../core/model/resolved.ts';
import type { JudgedFiles } from '../../files/judge.ts';
import { own } from '../../lib/own.ts';

/** One message that would be sent: of an event of a subscription, to a robot. */
export interface PreviewRecipient {
  readonly subscription: ResolvedSubscription;
  readonly event: ResolvedEvent;
  readonly robot: ResolvedRobot;
}

/** Which messages are asked for; absent means any. */
export interface RecipientFilter {
  readonly event?: string;
  /** `namespace/name`. */
  readonly subscription?: string;
  /** `namespace/name`. */
  readonly robot?: string;
}

/** All messages that the accepted subscriptions lead to, in the order of their names. */
export function recipientsOf({
  decision: { plan, resolution },
}: Pick<JudgedFiles, 'decision'>): PreviewRecipient[] {
  return resolution.subscriptions.flatMap((subscription) => {
    const services = plan.subscriptions.get(resourceKey(subscription.cr))?.entry.recipients ?? [];
    const robots = subscription.robots.filter(({ service }) => services.includes(service));
    return subscription.events.flatMap((event) => robots.map((robot) => ({ subscription, event, robot })));
  });
}

/** Those of {@link recipientsOf} that the filter lets through. */
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

/** What is wrong with a filter that names what is not there; the message has the names that there are. */
export function unknownRecipient(
  { resources, decision }: Pick<JudgedFiles, 'resources' | 'decision'>,
  filter: RecipientFilter,
): string | undefined {
  const namesOf = (kind: string) => resources.filter((each) => each.kind === kind).map(resourceKey);
  const { subscriptions } = decision.resolution;
  const names: Required<Record<keyof RecipientFilter, string[]>> = {
    subscription: namesOf('NotificationSubscription'),
    robot: namesOf('DingTalkRobot'),
    event: subscriptions.flatMap(({ events }) => events.map(({ name }) => name)),
  };
  for (const [option, known] of Object.entries(names)) {
    const name = own({ ...filter }, option);
    if (name === undefined || known.includes(name)) continue;
    const there = known.length === 0 ? 'none' : [...new Set(known)].sort().join(', ');
    return `--${option}: there is no ${name}; there is ${there}`;
  }
  return undefined;
}

/** Why there is nothing to show: nothing would be sent, or the filter's parts do not go together. */
export function nothingChosen(judged: Pick<JudgedFiles, 'decision'>): string {
  const there = recipientsOf(judged).map(
    ({ subscription, event, robot }) =>
      `${resourceKey(subscription.cr)} ${event.name} → ${resourceKey(robot.cr)}`,
  );
  return there.length === 0
    ? 'nothing would be sent: there is no subscription that is not suspended'
    : `no message fits all of --subscription, --event and --robot; there are:\n  ${there.join('\n  ')}`;
}
