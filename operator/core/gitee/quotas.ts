import { resourceKey } from '../../api/names.ts';
import { type GiteeRouteSpec, relayRouteName } from '../../api/relay-route.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import type { LiveState } from '../model/live.ts';
import type { Resolution, ResolvedGiteeSubscription } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { Budget, type Need } from '../plan/budget.ts';
import { subscriptionHolder, subscriptionNeed } from '../plan/needs.ts';
import type { Plan } from '../plan/placements.ts';
import { liveGiteeRoute } from './route.ts';

/**
 * The quotas of namespaces, as subscriptions to Gitee find them: the number of subscriptions is one with those about applications,
 * which come first and lose nothing. Routes take no room in Argo CD's objects.
 * @param subscriptions about Gitee, in their order of admission; live ones have their room
 */
export function giteeBudget(
  subscriptions: readonly ResolvedGiteeSubscription[],
  resolution: Resolution,
  plan: Plan,
  snapshot: Snapshot,
  live: LiveState,
): Budget {
  const limits = { ...snapshot.config.limits, configMapBytes: Number.POSITIVE_INFINITY };
  const budget = new Budget(limits, {}, live);
  for (const { cr } of resolution.subscriptions) {
    const { namespace, name } = cr.metadata;
    const isPlanned =
      plan.subscriptions.has(resourceKey(cr)) || plan.routes.has(relayRouteName(namespace, name));
    if (isPlanned) budget.keep(subscriptionHolder(cr), needOfRoute(namespace, undefined));
  }
  for (const { cr } of subscriptions) {
    const route = liveGiteeRoute(cr, snapshot);
    if (route || hasHooks(cr))
      budget.keep(subscriptionHolder(cr), needOfRoute(cr.metadata.namespace, route?.spec));
  }
  return budget;
}

/** Whether the keeper of the hooks has made some for the subscription. */
export const hasHooks = ({ status }: ResolvedGiteeSubscription['cr']): boolean =>
  (status?.gitee?.hooks?.length ?? 0) > 0;

/** The needs of a route; without a route, those of a subscription that has none. */
export const needOfRoute = (namespace: string, spec: GiteeRouteSpec | undefined): Need =>
  spec
    ? needs.get(spec, [namespace], () => subscriptionNeed(namespace, spec.configMap, undefined))
    : { namespace, subscriptions: 1, keys: 0, configMap: 0, secret: 0 };

const needs = new ObjectMemo<GiteeRouteSpec, Need>();
