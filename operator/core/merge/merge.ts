import type { Inquiry } from '../gate/inquiry.ts';
import { readLiveState } from '../live.ts';
import { objectKey } from '../names.ts';
import type { Resolution } from '../resolve/resolve.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Finding, Verdict } from '../verdict.ts';
import type { Plan, PlanSettings, SubscriptionPlacement } from './plan.ts';
import { planRobots } from './robots.ts';
import { formatMoment } from './since.ts';
import { planSubscription } from './subscriptions.ts';

/**
 * Verdicts and what is live now → what shall stand in the target, and the verdicts with those of the engine. Depends on
 * nothing else, and not on any order.
 */
export function merge(
  resolution: Resolution,
  snapshot: Snapshot,
  inquiry: Inquiry,
): { readonly plan: Plan; readonly resolution: Resolution } {
  const live = readLiveState(snapshot.target);
  const robots = planRobots(resolution.robots, live, snapshot, inquiry);
  const settings: PlanSettings = {
    live,
    services: new Set([...robots.placements.values()].map(({ service }) => service)),
    moment: formatMoment(snapshot.serverTime),
    argocdUrl: resolution.argocdUrl,
    maxEventAgeSeconds: Math.round(snapshot.config.limits.maxEventAge / 1000),
    trustedNamespaces: snapshot.config.tenancy.trustedNamespaces,
    inquiry,
  };
  const configMap = { ...robots.configMap };
  const placements = new Map<string, SubscriptionPlacement>();
  const subscriptions = resolution.subscriptions.map((subscription) => {
    const { verdict, plan } = planSubscription(subscription, settings);
    if (plan) {
      Object.assign(configMap, plan.configMap);
      const { namespace, name } = subscription.cr.metadata;
      placements.set(objectKey(namespace, name), { keys: plan.keys, entry: plan.entry });
    }
    return { ...subscription, verdict };
  });
  return {
    resolution: {
      ...resolution,
      robots: resolution.robots.map((robot) => {
        const { namespace, name } = robot.cr.metadata;
        return {
          ...robot,
          verdict: refusedBy(robot.verdict, robots.refusals.get(objectKey(namespace, name))),
        };
      }),
      subscriptions,
    },
    plan: {
      configMap,
      entries: [...placements.values()].map(({ entry }) => entry),
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
