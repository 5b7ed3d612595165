import { resourceKey } from '../../api/names.ts';
import { type ApplicationRouteSpec, relayRouteName } from '../../api/relay-route.ts';
import type { Faults } from '../model/faults.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { LiveState } from '../model/live.ts';
import { liveRoutes } from '../model/live-routes.ts';
import type { Resolution, ResolvedSubscription } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Verdict } from '../model/verdict.ts';
import { reserveBudget } from '../plan/budget-reservations.ts';
import { candidatesOf, placeCandidate } from '../plan/candidates.ts';
import type { Moves } from '../plan/moves.ts';
import type { Plan } from '../plan/placements.ts';
import { contextFor, judged } from '../plan/plan.ts';
import type { Capacity } from '../plan/subscriptions.ts';
import { routeSpec } from './route-spec.ts';
import { virtualTarget } from './virtual-target.ts';

/** The plan of Argo CD's objects, with the verdicts after it. */
export interface Planned {
  readonly plan: Plan;
  readonly resolution: Resolution;
}

/** Argo CD remembers a hundred sends about an application; the relay remembers all. */
export const unlimited: Capacity['destinations'] = {
  take: () => undefined,
  keepLive: () => true,
  release: () => {},
};

/**
 * Adds the wanted routes to a plan: of each subscription the part that goes to relayed robots. That part is planned as the rest, only
 * for another target, so it has the same keys and the same fate. The quota of a namespace holds for its routes, too.
 * @param resolution the verdicts before the plan
 */
export function planRoutes(
  resolution: Resolution,
  planned: Planned,
  snapshot: Snapshot,
  live: LiveState,
  inquiry: Inquiry,
  faults: Faults,
  moves: Moves,
): Planned {
  const robots = resolution.robots.filter(
    (robot) => moves.isRelayed(robot) && robot.verdict.rollout !== 'none',
  );
  // Without robots that the relay sends to, no live route may stay.
  if (robots.length === 0) return planned;
  const { bySubscription } = liveRoutes(snapshot);
  const target = virtualTarget(live, liveRoutes(snapshot));
  const context = contextFor(resolution, robots, snapshot, target, inquiry);
  const parts = resolution.subscriptions.flatMap((subscription, index) => {
    const { verdict = subscription.verdict } = planned.resolution.subscriptions[index] ?? {};
    const part = moves.relayedPart(subscription);
    if (verdict.rollout === 'none') return [];
    if (part.robots.length === 0 && !bySubscription.has(resourceKey(part.cr))) return [];
    // Both parts of a subscription have one fate.
    return [verdict.rollout === part.verdict.rollout ? part : { ...part, verdict }];
  });
  const candidates = candidatesOf(parts, context, new Map(), faults);
  const limits = { ...snapshot.config.limits, configMapBytes: Number.POSITIVE_INFINITY };
  const account = { ...snapshot, config: { ...snapshot.config, limits }, target: {} };
  const capacity: Capacity = {
    budget: reserveBudget({ ...resolution, robots: [], subscriptions: parts }, account, target, faults),
    destinations: unlimited,
  };
  const byService = new Map(robots.map((robot) => [robot.service, robot]));
  const routes = new Map<string, ApplicationRouteSpec>();
  const verdicts = new Map<string, Verdict>();
  for (const candidate of candidates) {
    const { subscription } = candidate;
    const { cr } = subscription;
    const { verdict, plan } = placeCandidate(candidate, context, capacity, faults) ?? {};
    if (verdict) verdicts.set(resourceKey(cr), verdict);
    if (!plan) continue;
    const before = bySubscription.get(resourceKey(cr));
    const isNewest = verdict?.rollout === 'current';
    // What is live is Argo CD's then, and stays there: an older generation does not move.
    if (!before && !isNewest) continue;
    const inputs = { subscription, plan, isNewest, live: before, robots: byService, snapshot };
    const spec = faults.guard(
      cr,
      () => routeSpec(inputs),
      () => before?.spec,
    );
    if (spec) routes.set(relayRouteName(cr.metadata.namespace, cr.metadata.name), spec);
  }
  const subscriptions = combined(planned.resolution.subscriptions, verdicts);
  return { plan: { ...planned.plan, routes }, resolution: { ...planned.resolution, subscriptions } };
}

/**
 * Subscriptions with the verdicts on a part of each.
 * @param verdicts by subscription, `namespace/name`
 */
export const combined = (
  subscriptions: readonly ResolvedSubscription[],
  verdicts: ReadonlyMap<string, Verdict>,
): ResolvedSubscription[] =>
  subscriptions.map((subscription) =>
    judged(subscription, both(subscription.verdict, verdicts.get(resourceKey(subscription.cr)))),
  );

/** The verdict on a subscription from the verdicts on its parts. */
function both(direct: Verdict, relayed: Verdict | undefined): Verdict {
  if (!relayed || direct.rollout !== 'current') return direct;
  if (relayed.rollout !== 'current') return { ...relayed, warnings: direct.warnings };
  const known = new Set(direct.warnings.map(({ message }) => message));
  const more = relayed.warnings.filter(({ message }) => !known.has(message));
  return more.length === 0 ? direct : { ...direct, warnings: [...direct.warnings, ...more] };
}
