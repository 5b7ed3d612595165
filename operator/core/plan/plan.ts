/**
 * Verdicts and the live target → the plan of the target: which version of each resource, within the budgets and quotas, and by
 * which route. subscriptions.ts and robots.ts plan one kind each; placements.ts has the type of the plan.
 */

import type { Finding } from '../../api/finding.ts';
import { resourceKey } from '../../api/names.ts';
import type { SubscriptionEntry } from '../../argocd/subscriptions-block/lines.ts';
import { filtered } from '../../lib/lists.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { own, setOwn } from '../../lib/own.ts';
import { rfc3339 } from '../../lib/rfc3339.ts';
import type { Faults } from '../model/faults.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { LiveState } from '../model/live.ts';
import type { Resolution, ResolvedRobot } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { awaitsEngine, type Verdict } from '../model/verdict.ts';
import { stillGranted } from '../resolve/access-condition.ts';
import { reserveBudget } from './budget-reservations.ts';
import type { Placed } from './candidate.ts';
import { candidatesOf, placeCandidate } from './candidates.ts';
import { costlyRoutes } from './costly-routes.ts';
import { reserveDestinations } from './destination-reservations.ts';
import { type Moves, movesOf } from './moves.ts';
import type { Plan, PlanContext, SubscriptionPlacement, SubscriptionPlan } from './placements.ts';
import { projectRoutes, routedEntries } from './project-routes.ts';
import { plannedVerdict, planRobots } from './robots.ts';
import type { Capacity } from './subscriptions.ts';
import { overloadedRobots } from './throttling.ts';

/**
 * Verdicts and the live objects → the plan, and the verdicts with those of the engine. The result depends on nothing else, and
 * not on the order of resources.
 */
export function planTarget(
  resolution: Resolution,
  snapshot: Snapshot,
  live: LiveState,
  inquiry: Inquiry,
  faults: Faults,
  moves: Moves = movesOf(resolution, snapshot, live, faults),
): { readonly plan: Plan; readonly resolution: Resolution } {
  const budget = reserveBudget(resolution, snapshot, live, faults);
  const direct = filtered(resolution.robots, moves.isDirect);
  const robots = planRobots(direct, live, snapshot, inquiry, budget, faults);
  const placedRobots = filtered(direct, ({ cr }) => robots.placements.has(resourceKey(cr)));
  const context = contextFor(resolution, placedRobots, snapshot, live, inquiry);
  // A robot that cannot come back to Argo CD keeps the relay.
  const relayed = new Set(resolution.robots.filter(moves.isRelayed).map(({ cr }) => resourceKey(cr)));
  const refusals = new Map([...robots.refusals].filter(([robot]) => !relayed.has(robot)));
  const parts = resolution.subscriptions.map(moves.directPart);
  const candidates = candidatesOf(parts, context, refusals, faults);
  const capacity: Capacity = {
    budget,
    destinations: reserveDestinations(candidates, context, snapshot, faults),
  };
  const planned = new Map(
    candidates.map((each) => [
      resourceKey(each.subscription.cr),
      placeCandidate(each, context, capacity, faults),
    ]),
  );
  const placed: Placed[] = [];
  // At the first start the engine has not answered about many: warnings that depend on all must not come and go with its answers.
  const expected: Placed[] = [];
  const accepted = new Set<SubscriptionEntry>();
  for (const candidate of candidates) {
    const { subscription, draft, reach } = candidate;
    const { verdict = subscription.verdict, plan } = planned.get(resourceKey(subscription.cr)) ?? {};
    const place = plan ?? (awaitsEngine(verdict) ? draft : undefined);
    if (!place) continue;
    const each = { subscription: judged(subscription, verdict), draft, reach, plan: place };
    if (plan) placed.push(each);
    if (plan && plan === draft && !draft.isLive) accepted.add(plan.entry);
    expected.push(each);
  }
  const routes = projectRoutes(placed, snapshot, faults);
  const costly = costlyRoutes(
    expected.filter(({ subscription }) => !routes.has(resourceKey(subscription.cr))),
    live,
    snapshot.config.limits.unscopedTriggers,
  );
  const overloaded = overloadedRobots(expected);
  // A copy of thousands of keys takes longer than all else here.
  const { configMap } = robots;
  const placements = new Map<string, SubscriptionPlacement>();
  const subscriptions = resolution.subscriptions.map((subscription) => {
    const key = resourceKey(subscription.cr);
    const { verdict = subscription.verdict, plan } = planned.get(key) ?? {};
    if (plan) {
      for (const name of plan.keys) setOwn(configMap, name, own(plan.configMap, name) as string);
      placements.set(key, placementOf(plan));
    }
    return judged(subscription, warned(verdict, costly.get(key)));
  });
  return {
    resolution: {
      ...resolution,
      robots: resolution.robots.map((robot) =>
        judged(robot, warned(plannedVerdict(robot, robots), overloaded.get(robot.service))),
      ),
      subscriptions,
    },
    plan: {
      configMap,
      ...routedEntries(placements, routes, snapshot),
      accepted,
      secret: robots.secret,
      robots: robots.placements,
      subscriptions: placements,
      posted: new Map(),
      routes: new Map(),
      giteeRoutes: new Map(),
      ...dueAt(robots.renewAt, moves.dueAt),
    },
  };
}

/**
 * The common inputs for planning subscriptions.
 * @param robots those that can be sent to
 */
export function contextFor(
  { templates, argocdUrl }: Resolution,
  robots: readonly ResolvedRobot[],
  snapshot: Snapshot,
  live: LiveState,
  inquiry: Inquiry,
): PlanContext {
  return {
    live,
    services: byService.get(robots, [], () => new Map(robots.map(({ service, cr }) => [service, cr]))),
    templates: byName.get(templates, [], () => new Map(templates.map(({ cr }) => [resourceKey(cr), cr]))),
    countsFrom: rfc3339(snapshot.serverTime),
    argocdUrl,
    maxEventAgeSeconds: Math.round(snapshot.config.limits.maxEventAge / 1000),
    tenancy: snapshot.config.tenancy,
    isStillGranted: stillGranted(snapshot),
    inquiry,
  };
}

const byService = new ObjectMemo<readonly ResolvedRobot[], PlanContext['services']>();
const byName = new ObjectMemo<Resolution['templates'], PlanContext['templates']>();

const placementOf = (plan: SubscriptionPlan): SubscriptionPlacement =>
  placementsOf.get(plan, [], () => ({ keys: plan.keys, entry: plan.entry }));

const placementsOf = new ObjectMemo<SubscriptionPlan, SubscriptionPlacement>();

const dueAt = (renewal: Date | undefined, move: Date | undefined): { readonly renewAt?: Date } => {
  const times = [renewal, move].flatMap((time) => (time ? [time.getTime()] : []));
  return times.length === 0 ? {} : { renewAt: new Date(Math.min(...times)) };
};

/** The same object where nothing has changed, as with most resources: there can be thousands. */
export const judged = <T extends { readonly verdict: Verdict }>(resource: T, verdict: Verdict): T =>
  resource.verdict === verdict ? resource : { ...resource, verdict };

const warned = (verdict: Verdict, warning: Finding | undefined): Verdict =>
  warning ? { ...verdict, warnings: [...verdict.warnings, warning] } : verdict;
