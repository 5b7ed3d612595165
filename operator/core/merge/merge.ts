import type { Inquiry } from '../gate/inquiry.ts';
import type { LiveState } from '../live.ts';
import { resourceKey } from '../names.ts';
import type { Resolution } from '../resolve/resolve.ts';
import type { ResolvedSubscription } from '../resolve/subscriptions.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Finding, Verdict } from '../verdict.ts';
import { overloadedRobots } from './burst.ts';
import { costlyRoutes } from './costly-routes.ts';
import { foreignDestinations } from './foreign-destinations.ts';
import type { Plan, PlanSettings, SubscriptionPlacement } from './plan.ts';
import { projectRoutes, routedEntries } from './project-routes.ts';
import { withoutRefusedRobots } from './refused-robots.ts';
import { reserveLive } from './reservations.ts';
import { planRobots } from './robots.ts';
import { inOrderOfAdmission, reserveRoom } from './room.ts';
import { formatMoment } from './since.ts';
import { draftSubscription, planSubscription, type Room } from './subscriptions.ts';

/**
 * Verdicts and what is live now → what shall stand in the target, and the verdicts with those of the engine. Depends on
 * nothing else, and not on any order.
 */
export function merge(
  resolution: Resolution,
  snapshot: Snapshot,
  live: LiveState,
  inquiry: Inquiry,
): { readonly plan: Plan; readonly resolution: Resolution } {
  const budget = reserveRoom(resolution, snapshot, live);
  const robots = planRobots(resolution.robots, live, snapshot, inquiry, budget);
  const settings: PlanSettings = {
    live,
    services: new Map(
      resolution.robots
        .filter(({ cr }) => robots.placements.has(resourceKey(cr)))
        .map(({ service, cr }) => [service, cr]),
    ),
    templates: new Map(resolution.templates.map(({ cr }) => [resourceKey(cr), cr])),
    moment: formatMoment(snapshot.serverTime),
    argocdUrl: resolution.argocdUrl,
    maxEventAgeSeconds: Math.round(snapshot.config.limits.maxEventAge / 1000),
    tenancy: snapshot.config.tenancy,
    inquiry,
  };
  const planned = new Map<string, ReturnType<typeof planSubscription>>();
  const { configMap: target } = snapshot.target;
  const isLive = ({ cr }: ResolvedSubscription) => live.events.has(resourceKey(cr));
  const candidates = inOrderOfAdmission(resolution.subscriptions, isLive).map((each) => {
    const subscription = withoutRefusedRobots(each, robots.refusals);
    return { subscription, draft: draftSubscription(subscription, settings) };
  });
  const room: Room = {
    budget,
    destinations: reserveLive(candidates, settings, foreignDestinations(target)),
  };
  for (const { subscription, draft } of candidates) {
    planned.set(resourceKey(subscription.cr), planSubscription(subscription, draft, settings, room));
  }
  const placed = candidates.flatMap(({ subscription }) => {
    const { verdict = subscription.verdict, plan } = planned.get(resourceKey(subscription.cr)) ?? {};
    return plan ? [{ subscription: { ...subscription, verdict }, plan }] : [];
  });
  const routes = projectRoutes(placed, snapshot);
  const costly = costlyRoutes(
    placed.filter(({ subscription }) => !routes.has(resourceKey(subscription.cr))),
    live,
    snapshot.config.limits.unscopedTriggers,
  );
  const overloaded = overloadedRobots(placed);
  const configMap = { ...robots.configMap };
  const placements = new Map<string, SubscriptionPlacement>();
  const subscriptions = resolution.subscriptions.map((subscription) => {
    const key = resourceKey(subscription.cr);
    const { verdict = subscription.verdict, plan } = planned.get(key) ?? {};
    if (plan) {
      Object.assign(configMap, plan.configMap);
      placements.set(key, { keys: plan.keys, entry: plan.entry });
    }
    return { ...subscription, verdict: warned(verdict, costly.get(key)) };
  });
  return {
    resolution: {
      ...resolution,
      robots: resolution.robots.map((robot) => ({
        ...robot,
        verdict: warned(
          refusedBy(robot.verdict, robots.refusals.get(resourceKey(robot.cr))),
          overloaded.get(robot.service),
        ),
      })),
      subscriptions,
    },
    plan: {
      configMap,
      ...routedEntries(placements, routes, snapshot),
      secret: robots.secret,
      robots: robots.placements,
      subscriptions: placements,
      ...(robots.renewAt && { renewAt: robots.renewAt }),
    },
  };
}

function refusedBy(verdict: Verdict, refusal: Finding | undefined): Verdict {
  return refusal ? { ...verdict, course: 'none', refusal } : verdict;
}

const warned = (verdict: Verdict, warning: Finding | undefined): Verdict =>
  warning ? { ...verdict, warnings: [...verdict.warnings, warning] } : verdict;
