import type { NotificationSubscription } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { isMadeFrom } from '../../argocd/provenance.ts';
import { own } from '../../lib/own.ts';
import { type LiveState, liveRecipients } from '../model/live.ts';
import type { ResolvedSubscription } from '../model/resolved.ts';
import type { SubscriptionPlacement } from '../plan/placements.ts';
import { eventName } from '../resolve/event-name.ts';
import { nameFor } from '../resolve/sharing.ts';
import { entryKey } from '../writes/our-part.ts';
import { accepted, conditions, ready } from './conditions.ts';
import { liveGeneration, mergedCondition } from './merged.ts';
import { contestOf, isTargetMissing, type ObservedState } from './observed-state.ts';

/** The status that a subscription should show. */
export function subscriptionStatus(
  { cr, verdict }: ResolvedSubscription,
  observed: ObservedState,
): NonNullable<NotificationSubscription['status']> {
  const { plan, snapshot, live } = observed;
  const key = resourceKey(cr);
  const placement = plan.subscriptions.get(key);
  const keys = (live.events.get(key) ?? []).filter(({ provenance }) => isMadeFrom(provenance, cr));
  const data = snapshot.target.configMap?.data ?? {};
  const isLive =
    placement?.keys.every((each) => own(data, each) === own(plan.configMap, each)) === true &&
    placement.entry.triggers.every((trigger) => isSentTo(live, trigger, placement.entry.recipients));
  const suspended = cr.spec.suspend === true;
  const generations = keys.map(({ provenance }) => provenance.generation);
  const parts = [
    accepted(
      verdict,
      suspended
        ? 'The subscription is suspended, so the operator does not check its robots and templates.'
        : 'Everything that the subscription refers to exists and is allowed.',
    ),
    mergedCondition({
      verdict,
      suspended,
      live: isLive,
      generations,
      isTargetMissing: isTargetMissing(observed),
      obstacle: observed.obstacle ?? observed.blocked,
      contested: placement && contestOf(observed, 'ConfigMap', ourKeys(placement)),
      ignored: placement && observed.ignored,
    }),
  ];
  const generation = liveGeneration(keys);
  return {
    observedGeneration: cr.metadata.generation,
    ...(generation !== undefined && { liveGeneration: generation }),
    robotNames: cr.spec.robots.map((robot) => nameFor(cr.metadata.namespace, robot)).join(','),
    eventNames: cr.spec.events.map(eventName).join(','),
    mergedKeys: keys.length,
    mergedBytes: keys.reduce(
      (sum, { key: name, value }) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
      0,
    ),
    conditions: conditions(
      [ready(parts, suspended), ...parts],
      cr.status?.conditions,
      cr.metadata.generation,
      snapshot.serverTime,
    ),
  };
}

const ourKeys = ({ keys, entry }: SubscriptionPlacement): string[] => [
  ...keys,
  ...entry.triggers.map(entryKey),
];

function isSentTo(live: LiveState, trigger: string, recipients: readonly string[]): boolean {
  const now = liveRecipients(live, trigger);
  return now.size === recipients.length && recipients.every((recipient) => now.has(recipient));
}
