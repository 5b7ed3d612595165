import { readLiveState } from '../live.ts';
import { objectKey } from '../names.ts';
import type { Resolution } from '../resolve/resolve.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Plan, SubscriptionPlacement } from './plan.ts';
import { planRobots } from './robots.ts';
import { formatMoment } from './since.ts';
import { planSubscription } from './subscriptions.ts';

/** Verdicts and what is live now → what shall stand in the target. Depends on nothing else, not on any order. */
export function merge(resolution: Resolution, snapshot: Snapshot): Plan {
  const live = readLiveState(snapshot.target);
  const robots = planRobots(resolution.robots, live, snapshot);
  const settings = {
    live,
    services: new Set([...robots.placements.values()].map(({ service }) => service)),
    moment: formatMoment(snapshot.serverTime),
    argocdUrl: resolution.argocdUrl,
    maxEventAgeSeconds: Math.round(snapshot.config.limits.maxEventAge / 1000),
  };
  const configMap = { ...robots.configMap };
  const subscriptions = new Map<string, SubscriptionPlacement>();
  for (const subscription of resolution.subscriptions) {
    const plan = planSubscription(subscription, settings);
    if (!plan) continue;
    Object.assign(configMap, plan.configMap);
    const { namespace, name } = subscription.cr.metadata;
    subscriptions.set(objectKey(namespace, name), { keys: plan.keys, entry: plan.entry });
  }
  return {
    configMap,
    entries: [...subscriptions.values()].map(({ entry }) => entry),
    secret: robots.secret,
    robots: robots.placements,
    subscriptions,
    ...(robots.renewAt && { renewAt: robots.renewAt }),
  };
}
