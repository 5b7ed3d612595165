import { resourceKey } from '../../api/names.ts';
import { readForeignEntries } from '../../argocd/foreign-entries.ts';
import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import type { Faults } from '../model/faults.ts';
import { liveKeysOf } from '../model/live.ts';
import type { LiveObject, Snapshot } from '../model/snapshot.ts';
import type { Candidate } from './candidate.ts';
import { type Claim, claimOf, Destinations } from './destinations.ts';
import { atLiveAccess, hasItsCriteria, liveVersion } from './last-good.ts';
import type { PlanContext } from './placements.ts';
import { widestReach } from './reach.ts';
import { claimOfDraft } from './subscriptions.ts';

/** How many projects may have an account of their own although no AppProject of that name is known. */
const MAX_UNKNOWN = 200;

/**
 * The account in which live subscriptions have reserved their destinations, before any new one. Where these alone are too many,
 * which takes foreign entries or an upgrade, the newest subscriptions go.
 * @param candidates in the order of admission
 */
export function reserveDestinations(
  candidates: readonly Candidate[],
  context: PlanContext,
  snapshot: Pick<Snapshot, 'projects' | 'target'>,
  faults: Faults,
): Destinations {
  const foreign = foreignDestinations(snapshot.target.configMap);
  const destinations = new Destinations(accountsOf(candidates, snapshot), foreign);
  const claims = candidates.flatMap((candidate) => {
    const { cr } = candidate.subscription;
    const live = faults.guard(
      cr,
      () => liveClaim(candidate, context),
      () => undefined,
    );
    return live ? [{ ...live, key: resourceKey(cr) }] : [];
  });
  for (const { key, claim } of claims.filter(({ isCertain }) => isCertain)) {
    destinations.reserve(key, claim, true);
  }
  // After the others: a reach that is taken too wide must not displace them.
  for (const { key, claim } of claims.filter(({ isCertain }) => !isCertain)) {
    destinations.reserve(key, claim, false);
  }
  return destinations;
}

/**
 * The projects and patterns that have a separate account: grants of the admin, and AppProjects that a subscription names.
 * Tenants can make up any number of names, and each account costs time for every subscription whose grant is a pattern. So
 * only the first few names without an AppProject have an account, and no new subscription changes which. The others share that
 * of their pattern.
 */
function accountsOf(
  candidates: readonly Candidate[],
  { projects }: Pick<Snapshot, 'projects'>,
): ReadonlySet<string> {
  const accounts = new Set(candidates.flatMap(({ subscription }) => subscription.granted));
  const existing = new Set(projects.map(({ name }) => name));
  const unknown = new Set<string>();
  for (const project of candidates.flatMap(({ reach }) => reach.granted)) {
    if (existing.has(project)) accounts.add(project);
    else if (!accounts.has(project) && unknown.size < MAX_UNKNOWN) unknown.add(project);
  }
  return new Set([...accounts, ...unknown]);
}

function liveClaim(
  { subscription, draft, reach }: Candidate,
  context: PlanContext,
): { readonly claim: Claim; readonly isCertain: boolean } | undefined {
  if (subscription.verdict.rollout === 'none') return undefined;
  if (draft?.isLive) return { claim: claimOfDraft(draft, reach), isCertain: true };
  const at = atLiveAccess(subscription, context);
  const version = liveVersion(at, context);
  if (!version) return undefined;
  // The conditions of a live version that differs from the newest one show whether the criteria are the same.
  const isCertain = hasItsCriteria(at, liveKeysOf(context.live, subscription.cr));
  return { claim: claimOf(version, isCertain ? reach : widestReach(subscription)), isCertain };
}

/**
 * How many destinations foreign entries of the shared key have on every application. These are the triggers times recipients
 * of the entries without a selector, and those of the heaviest selector, since most selectors select a team each. Default
 * triggers and subscriptions by annotation do not count, since only Argo CD knows them.
 */
function foreignDestinations(configMap: LiveObject | undefined): number {
  let onAll = 0;
  const bySelector = new Map<string, number>();
  for (const { triggers, recipients, selector } of readForeignEntries(configMap?.data[SUBSCRIPTIONS_KEY])) {
    const count = triggers.length * recipients.length;
    if (selector === undefined) onAll += count;
    else bySelector.set(selector, (bySelector.get(selector) ?? 0) + count);
  }
  return onAll + Math.max(0, ...bySelector.values());
}
