import { resourceKey } from '../../api/names.ts';
import { triggerName } from '../../argocd/names.ts';
import { isMadeFrom } from '../../argocd/provenance.ts';
import type { SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { freshUrl } from '../../dingtalk/signatures.ts';
import { own } from '../../lib/own.ts';
import type { Faults } from '../model/faults.ts';
import { type LiveState, liveKeysOf } from '../model/live.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Resolution } from '../resolve/resolve.ts';
import type { ResolvedRobot } from '../resolve/robots.ts';
import type { ResolvedSubscription } from '../resolve/subscriptions.ts';
import { Budget, robotNeed, subscriptionNeed } from './budget.ts';

interface Named {
  readonly metadata: { readonly namespace: string; readonly name: string };
}

/** A robot and a subscription may have one name. */
export const robotHolder = (cr: Named): string => `robot ${resourceKey(cr)}`;
export const subscriptionHolder = (cr: Named): string => `subscription ${resourceKey(cr)}`;

/** The budget with what is live, which is there before any newcomer. What is about to leave has no room. */
export function reserveRoom(
  { robots, subscriptions }: Resolution,
  { config, target, now }: Snapshot,
  live: LiveState,
  faults: Faults,
): Budget {
  const budget = new Budget(config.limits, target, live);
  for (const robot of robots) {
    const keep = () => keepRobot(robot, live, { target, now }, budget);
    faults.guard(robot.cr, keep, () => undefined);
  }
  const entries = new Map<string, SubscriptionEntry>(
    live.entries.flatMap((entry) => entry.triggers.map((trigger) => [trigger, entry])),
  );
  for (const subscription of subscriptions) {
    const keep = () => keepSubscription(subscription, live, entries, budget);
    faults.guard(subscription.cr, keep, () => undefined);
  }
  return budget;
}

function keepRobot(
  { cr, service, verdict, credential }: ResolvedRobot,
  live: LiveState,
  { target, now }: Pick<Snapshot, 'target' | 'now'>,
  budget: Budget,
): void {
  const key = live.services.get(resourceKey(cr));
  if (verdict.rollout === 'none' || !key) return;
  // A URL that somebody has removed comes back, whoever has written what meanwhile.
  const url = own(target.secret?.data, service) ?? (credential && freshUrl(credential, now));
  budget.keep(robotHolder(cr), robotNeed(cr.metadata.namespace, { [key.key]: key.value }, service, url));
}

function keepSubscription(
  { cr, verdict }: ResolvedSubscription,
  live: LiveState,
  entries: ReadonlyMap<string, SubscriptionEntry>,
  budget: Budget,
): void {
  if (verdict.rollout === 'none') return;
  const keys = liveKeysOf(live, cr).filter(({ provenance }) => isMadeFrom(provenance, cr));
  if (keys.length === 0) return;
  const data = Object.fromEntries(keys.map(({ key, value }) => [key, value]));
  const entry = keys.map(({ key }) => entries.get(triggerName(key) ?? '')).find((each) => each !== undefined);
  budget.keep(subscriptionHolder(cr), subscriptionNeed(cr.metadata.namespace, data, entry));
}

/** Who is live goes first, so that no newcomer pushes anybody out; then the oldest. */
export function inOrderOfAdmission<
  T extends {
    readonly cr: { readonly metadata: { readonly creationTimestamp: string; readonly uid: string } };
  },
>(resources: readonly T[], isLive: (resource: T) => boolean): T[] {
  const ranked = resources.map((resource) => {
    const { creationTimestamp, uid } = resource.cr.metadata;
    return { resource, rank: `${isLive(resource) ? 0 : 1} ${creationTimestamp} ${uid}` };
  });
  return ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1)).map(({ resource }) => resource);
}
