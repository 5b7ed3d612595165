import { resourceKey } from '../../api/names.ts';
import { triggerName } from '../../argocd/names.ts';
import { isMadeFrom } from '../../argocd/provenance.ts';
import type { SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { freshUrl } from '../../dingtalk/signatures.ts';
import { own } from '../../lib/own.ts';
import type { Faults } from '../model/faults.ts';
import { type LiveState, liveKeysOf } from '../model/live.ts';
import type { Resolution, ResolvedRobot, ResolvedSubscription } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { Budget } from './budget.ts';
import { robotHolder, robotNeed, subscriptionHolder, subscriptionNeed } from './needs.ts';

/**
 * The budget in which live resources have reserved their needs, before any new one. Resources that are about to go reserve
 * nothing.
 */
export function reserveBudget(
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
  // A URL that somebody has removed is written again.
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
