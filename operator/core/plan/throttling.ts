import type { Finding } from '../../api/finding.ts';
import { own } from '../../lib/own.ts';
import type { ResolvedEvent, ResolvedSubscription } from '../model/resolved.ts';
import type { Placed } from './candidate.ts';
import { DestinationCounter } from './destination-counter.ts';
import type { SubscriptionPlan } from './placements.ts';
import type { Reach } from './reach.ts';

/**
 * How many messages a robot accepts in a minute. After more, the robot accepts none for ten minutes. Source:
 * https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages
 */
const PER_MINUTE = 20;

/** How many applications change in the same minute without anything unusual: those of one repository. */
const TOGETHER = 4;

/**
 * Groups of events of which an application has at most one in a minute, with rare exceptions. A sync begins, it ends in one
 * way, and then the health changes once. An event with an own condition is a separate group.
 */
const ONE_OF: Readonly<Record<string, string>> = {
  'on-created': 'existence',
  'on-deleted': 'existence',
  'on-sync-running': 'begin',
  'on-sync-succeeded': 'end',
  'on-sync-failed': 'end',
  'on-sync-status-unknown': 'end',
  'on-deployed': 'health',
  'on-health-degraded': 'health',
  'on-health-recovered': 'health',
  'on-health-suspended': 'health',
};

/**
 * Warnings for robots that a few applications can overload, by service. The operator does not know how many applications there
 * are. So it counts the messages of four applications that change in the same minute, for all subscriptions that can be about
 * one.
 */
export function overloadedRobots(placed: readonly Placed[]): ReadonlyMap<string, Finding> {
  const robots = new Map<string, { counter: DestinationCounter; reaches: Reach[] }>();
  const counts = placed.map(({ subscription, plan }) => messagesOf(subscription, plan));
  const sums = new Map<string, number>();
  placed.forEach(({ plan }, index) => {
    for (const service of plan.entry.recipients)
      sums.set(service, (sums.get(service) ?? 0) + (counts[index] as number));
  });
  for (const [index, { plan, reach }] of placed.entries()) {
    const count = counts[index] as number;
    for (const service of plan.entry.recipients) {
      // Even if all of them met on one application, there would not be too many: so it is with most robots.
      if ((sums.get(service) ?? 0) * TOGETHER <= PER_MINUTE) continue;
      const robot = robots.get(service) ?? { counter: new DestinationCounter(), reaches: [] };
      robots.set(service, robot);
      robot.counter.add(reach, count);
      robot.reaches.push(reach);
    }
  }
  const overloaded = [...robots].filter(([, { counter, reaches }]) =>
    reaches.some((reach) => counter.taken(reach) * Math.min(TOGETHER, applicationsOf(reach)) > PER_MINUTE),
  );
  return new Map(overloaded.map(([service]) => [service, TOO_MANY]));
}

function messagesOf({ verdict, events }: ResolvedSubscription, { entry }: SubscriptionPlan): number {
  // Only the names of a live version's events are known.
  if (verdict.rollout !== 'current') return entry.triggers.length;
  return events.length < 2 ? events.length : new Set(events.map(kindOf)).size;
}

const kindOf = ({ catalogueName, name }: ResolvedEvent): string =>
  (catalogueName !== undefined && own(ONE_OF, catalogueName)) || `own ${name}`;

const applicationsOf = ({ dimension }: Reach): number =>
  dimension?.name === 'name' ? dimension.values.length : Number.POSITIVE_INFINITY;

/** The same for all robots: a subscription of another namespace may be the cause, and its edits must not show here. */
const TOO_MANY: Finding = {
  reason: 'ThrottlingPossible',
  message:
    `metadata.name: ${TOGETHER} applications that change together, or fewer, can cause more than ${PER_MINUTE} messages in a minute. ` +
    'DingTalk refuses further messages to the robot, and then accepts none for ten minutes. All subscriptions that name the robot ' +
    'in spec.robots count: those of its own namespace, and those of the namespaces in its spec.sharedWith. Spread the ' +
    'subscriptions over several robots, or subscribe to fewer events.',
};
