import type { Finding } from '../../api/finding.ts';
import type { NotificationSubscription } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { type RelayRoute, relayRouteName } from '../../api/relay-route.ts';
import { isMadeFrom } from '../../argocd/provenance.ts';
import { own } from '../../lib/own.ts';
import { type LiveState, liveRecipients } from '../model/live.ts';
import type { ResolvedSubscription } from '../model/resolved.ts';
import type { SubscriptionPlacement } from '../plan/placements.ts';
import { eventName } from '../resolve/event-name.ts';
import { claimOn } from '../resolve/selection.ts';
import { nameFor } from '../resolve/sharing.ts';
import { entryKey } from '../writes/our-part.ts';
import { accepted, conditions, ready } from './conditions.ts';
import { liveGeneration, mergedCondition } from './merged.ts';
import { contestOf, isTargetMissing, type ObservedState } from './observed-state.ts';
import { relayedPart } from './relayed-part.ts';

/** The status that a subscription should show. */
export function subscriptionStatus(
  { cr, verdict }: ResolvedSubscription,
  observed: ObservedState,
): NonNullable<NotificationSubscription['status']> {
  const { snapshot, live } = observed;
  const key = resourceKey(cr);
  const keys = (live.events.get(key) ?? []).filter(({ provenance }) => isMadeFrom(provenance, cr));
  const facts = subscriptionFacts({ cr }, observed);
  const suspended = cr.spec.suspend === true;
  const routed = facts.route?.spec.subscription.generation;
  const generations = [
    ...keys.map(({ provenance }) => provenance.generation),
    ...(routed === undefined ? [] : [routed]),
  ];
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
      live: facts.isLive,
      generations,
      isTargetMissing: isTargetMissing(observed),
      ...facts,
    }),
  ];
  const generation = liveGeneration(generations);
  return {
    ...claimOn(cr, generation !== undefined, snapshot),
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

/** The facts of a subscription that depend on the target. */
export interface SubscriptionFacts {
  /** Whether the target has all that the plan has for it. */
  readonly isLive: boolean;
  readonly obstacle: Finding | undefined;
  readonly contested: Finding | undefined;
  readonly ignored: Finding | undefined;
  /** The relay has not loaded the part for relayed robots yet. */
  readonly awaits: Finding | undefined;
  /** The route of that part. */
  readonly route: RelayRoute | undefined;
}

/** Compares the plan of a subscription with the target. */
export function subscriptionFacts(
  { cr }: Pick<ResolvedSubscription, 'cr'>,
  observed: ObservedState,
): SubscriptionFacts {
  const { plan, snapshot, live } = observed;
  const placement = plan.subscriptions.get(resourceKey(cr));
  const data = snapshot.target.configMap?.data;
  const { isWanted, isLive, awaits, route, keys } = relayedPart(cr, observed);
  const isPlanned = isWanted || placement !== undefined;
  return {
    isLive:
      isPlanned &&
      isLive &&
      (placement?.keys ?? []).every((each) => own(data, each) === own(plan.configMap, each)) &&
      (placement?.entry.triggers ?? []).every((trigger) =>
        isSentTo(live, trigger, placement?.entry.recipients ?? []),
      ),
    awaits,
    route,
    obstacle: observed.obstacle ?? observed.blocked ?? unwrittenRoute(cr, observed),
    contested: contestOf(observed, 'ConfigMap', () => [...(placement ? ourKeys(placement) : []), ...keys()]),
    ignored: isPlanned ? observed.ignored : undefined,
  };
}

const unwrittenRoute = (
  { metadata: { namespace, name } }: NotificationSubscription,
  { unwrittenRoutes }: ObservedState,
): Finding | undefined => unwrittenRoutes?.get(relayRouteName(namespace, name));

const ourKeys = ({ keys, entry }: SubscriptionPlacement): string[] => [
  ...keys,
  ...entry.triggers.map(entryKey),
];

function isSentTo(live: LiveState, trigger: string, recipients: readonly string[]): boolean {
  const now = liveRecipients(live, trigger);
  return now.size === recipients.length && recipients.every((recipient) => now.has(recipient));
}
