import type { Faults } from '../faults.ts';
import { liveKeysOf } from '../live.ts';
import { resourceKey } from '../names.ts';
import { type Claim, claimOf, Destinations } from './destinations.ts';
import type { PlanSettings } from './plan.ts';
import { atLiveFence, hasItsCriteria, liveVersion } from './previous.ts';
import { widestReach } from './reach.ts';
import type { Candidate } from './subscriptions.ts';

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
  faults: Faults,
): Destinations {
  const granted = candidates.flatMap(({ subscription, reach }) => [
    ...reach.granted,
    ...subscription.granted,
  ]);
  const destinations = new Destinations(granted, foreign);
  const claims = candidates.flatMap((candidate) => {
    const { cr } = candidate.subscription;
    const live = faults.guard(
      cr,
      () => liveClaim(candidate, settings),
      () => undefined,
    );
    return live ? [{ ...live, key: resourceKey(cr) }] : [];
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
  { subscription, draft, reach }: Candidate,
  settings: PlanSettings,
): { readonly claim: Claim; readonly isCertain: boolean } | undefined {
  if (subscription.verdict.course === 'none') return undefined;
  if (draft?.isLive) return { claim: claimOf(draft.entry, reach), isCertain: true };
  const at = atLiveFence(subscription, settings);
  const version = liveVersion(at, settings);
  if (!version) return undefined;
  // Of a live version that differs from the newest one, its conditions tell whether the criteria are the same.
  const isCertain = hasItsCriteria(at, liveKeysOf(settings.live, subscription.cr));
  return { claim: claimOf(version, isCertain ? reach : widestReach(subscription)), isCertain };
}
