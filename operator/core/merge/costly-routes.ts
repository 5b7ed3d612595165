import { resourceKey } from '../names.ts';
import type { Finding } from '../verdict.ts';
import type { Placed } from './burst.ts';

/**
 * The subscriptions that make every application expensive, by `namespace/name`. For an entry without a selector, Argo CD's
 * controller evaluates each trigger for each application, and logs a line, once a minute. Up to a number of such triggers that
 * is nothing to speak of; whoever comes later is told, and not those who were there before.
 * @param placed in the order of admission
 * @param limit how many triggers may be looked at for every application
 */
export function costlyRoutes(placed: readonly Placed[], limit: number): ReadonlyMap<string, Finding> {
  const found = new Map<string, Finding>();
  let triggers = 0;
  for (const { subscription, plan } of placed) {
    if (plan.entry.selector !== undefined) continue;
    triggers += plan.entry.triggers.length;
    if (triggers <= limit) continue;
    const message =
      `spec.applications: Argo CD looks at its ${plan.entry.triggers.length} conditions for every application there is, once a ` +
      `minute, as it does for all subscriptions without a selector. With those of older ones these are more than ` +
      `limits.unscopedTriggers, ${limit}, and beyond it everybody's messages come late. Label your applications, and add ` +
      'applications.selector to the criteria.';
    found.set(resourceKey(subscription.cr), { reason: 'CostlyRoute', message });
  }
  return found;
}
