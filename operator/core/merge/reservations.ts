import { liveKeysOf } from '../live.ts';
import { resourceKey } from '../names.ts';
import type { ResolvedSubscription } from '../resolve/subscriptions.ts';
import { type Claim, claimOf, Destinations } from './destinations.ts';
import type { PlanSettings } from './plan.ts';
import { hasItsCriteria, liveVersion } from './previous.ts';
import { type Reach, reachOf, widestReach } from './reach.ts';
import type { DraftPlan } from './subscriptions.ts';

/** A subscription, and its newest generation's keys if it resolved. */
export interface Candidate {
  readonly subscription: ResolvedSubscription;
  readonly draft: DraftPlan | undefined;
}

/**
 * The account of destinations with what is live, which is there before any newcomer. Where that alone is too much, which
 * takes others' entries or an upgrade, the newest go.
 * @param candidates in the order of admission
 * @param foreign how many destinations others' entries have on every application
 */
export function reserveLive(
  candidates: readonly Candidate[],
  settings: PlanSettings,
  foreign: number,
): Destinations {
  const granted = candidates.flatMap(({ subscription }) => [
    ...reachOf(subscription).granted,
    ...subscription.granted,
  ]);
  const destinations = new Destinations(granted, foreign);
  const claims = candidates.flatMap((candidate) => {
    const live = liveClaim(candidate, settings);
    return live ? [{ ...live, key: resourceKey(candidate.subscription.cr) }] : [];
  });
  for (const { key, claim } of claims.filter(({ isCertain }) => isCertain)) {
    destinations.reserve(key, claim, true);
  }
  // After the others, whom a reach that is told too wide must not push out.
  for (const { key, claim } of claims.filter(({ isCertain }) => !isCertain)) {
    destinations.reserve(key, claim, false);
  }
  return destinations;
}

function liveClaim(
  { subscription, draft }: Candidate,
  settings: PlanSettings,
): { readonly claim: Claim; readonly isCertain: boolean } | undefined {
  if (subscription.verdict.course === 'none') return undefined;
  if (draft?.isLive) return { claim: claimOf(draft.entry, reachOf(subscription)), isCertain: true };
  const version = liveVersion(subscription, settings);
  if (!version) return undefined;
  const reach = liveReach(subscription, settings);
  return { claim: claimOf(version, reach ?? widestReach(subscription)), isCertain: reach !== undefined };
}

/**
 * The reach of a live version that differs from the newest one, which its conditions tell if the criteria are the same in
 * both; undefined otherwise.
 */
function liveReach(subscription: ResolvedSubscription, { live }: PlanSettings): Reach | undefined {
  const isSame = hasItsCriteria(subscription, liveKeysOf(live, subscription.cr));
  return isSame ? reachOf(subscription) : undefined;
}
