import { resourceKey } from '../../api/names.ts';
import { triggerName } from '../../argocd/names.ts';
import { isMadeFrom } from '../../argocd/provenance.ts';
import type { SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { freshUrl } from '../../dingtalk/signatures.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { own } from '../../lib/own.ts';
import type { Faults } from '../model/faults.ts';
import { type LiveKey, type LiveState, liveKeysOf } from '../model/live.ts';
import type { Resolution, ResolvedRobot, ResolvedSubscription } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { Budget, type Need } from './budget.ts';
import { robotHolder, robotNeed, subscriptionHolder, subscriptionNeed } from './needs.ts';

const byTrigger = new ObjectMemo<LiveState['entries'], ReadonlyMap<string, SubscriptionEntry>>();
const robotNeeds = new ObjectMemo<LiveKey, Need>();
const subscriptionNeeds = new ObjectMemo<readonly LiveKey[], Need | undefined>();

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
  const entries = byTrigger.get(
    live.entries,
    [],
    () => new Map(live.entries.flatMap((entry) => entry.triggers.map((trigger) => [trigger, entry]))),
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
  const need = robotNeeds.get(key, [url, cr.metadata.namespace], () =>
    robotNeed(cr.metadata.namespace, { [key.key]: key.value }, service, url),
  );
  budget.keep(robotHolder(cr), need);
}

function keepSubscription(
  { cr, verdict }: ResolvedSubscription,
  live: LiveState,
  entries: ReadonlyMap<string, SubscriptionEntry>,
  budget: Budget,
): void {
  if (verdict.rollout === 'none') return;
  const all = liveKeysOf(live, cr);
  if (all.length === 0) return;
  const need = subscriptionNeeds.get(all, [cr.metadata.uid, entries], () => {
    const keys = all.filter(({ provenance }) => isMadeFrom(provenance, cr));
    const data = Object.fromEntries(keys.map(({ key, value }) => [key, value]));
    const entry = keys
      .map(({ key }) => entries.get(triggerName(key) ?? ''))
      .find((each) => each !== undefined);
    return keys.length === 0 ? undefined : subscriptionNeed(cr.metadata.namespace, data, entry);
  });
  if (need) budget.keep(subscriptionHolder(cr), need);
}
