import type { Finding } from '../../api/finding.ts';
import { resourceKey } from '../../api/names.ts';
import type { LiveState } from '../model/live.ts';
import type { Placed } from './candidate.ts';

/** A text that this message has and no other one. */
const LIMIT = 'limits.unscopedTriggers';

/**
 * Warnings for subscriptions that make every application expensive, by `namespace/name`. For an entry without a selector, Argo
 * CD's controller evaluates each trigger for each application, and logs a line, once a minute. A number of such triggers is
 * harmless. Beyond the limit, subscriptions that are new or have grown are warned, and those that were there before are not. A
 * warning stays for as long as there are too many triggers: the edit of one subscription must not change the warnings of
 * others.
 * @param placed in the order of admission
 * @param limit how many triggers Argo CD may evaluate for every application
 */
export function costlyRoutes(
  placed: readonly Placed[],
  live: LiveState,
  limit: number,
): ReadonlyMap<string, Finding> {
  const unscoped = placed.filter(({ plan }) => plan.entry.selector === undefined);
  const found = new Map<string, Finding>();
  if (sizeOf(unscoped) <= limit) return found;
  const warned = unscoped.filter(wasWarned);
  const known = new Set(
    live.entries.flatMap(({ selector, triggers }) => (selector === undefined ? triggers : [])),
  );
  const isThere = ({ plan }: Placed) => plan.entry.triggers.every((trigger) => known.has(trigger));
  const others = unscoped.filter((each) => !wasWarned(each));
  let triggers = 0;
  for (const each of [...others.filter(isThere), ...others.filter((other) => !isThere(other))]) {
    triggers += each.plan.entry.triggers.length;
    if (triggers > limit) warned.push(each);
  }
  for (const { subscription, plan } of warned) {
    const message =
      `spec.applications: the subscription has no selector, so Argo CD evaluates its conditions (${plan.entry.triggers.length}) ` +
      'for every application once a minute. All subscriptions without a selector together have more conditions than ' +
      `${LIMIT} (${limit}). Beyond this limit, everybody's messages come late. Label your applications, and add ` +
      'spec.applications.selector.';
    found.set(resourceKey(subscription.cr), { reason: 'CostlyRoute', message });
  }
  return found;
}

const sizeOf = (placed: readonly Placed[]): number =>
  placed.reduce((sum, { plan }) => sum + plan.entry.triggers.length, 0);

/** By the status of the subscription, where the warning may follow others or a refusal. */
const wasWarned = ({ subscription: { cr } }: Placed): boolean =>
  cr.status?.conditions?.some(({ type, message }) => type === 'Accepted' && message.includes(LIMIT)) === true;
