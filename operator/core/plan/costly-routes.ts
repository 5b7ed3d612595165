import type { Finding } from '../../api/finding.ts';
import { resourceKey } from '../../api/names.ts';
import type { LiveState } from '../model/live.ts';
import type { Placed } from './candidate.ts';

/** What the message says and no other does. */
const LIMIT = 'limits.unscopedTriggers';

/**
 * The subscriptions that make every application expensive, by `namespace/name`. For an entry without a selector, Argo CD's
 * controller evaluates each trigger for each application, and logs a line, once a minute. Up to a number of such triggers that
 * is nothing to speak of; whoever comes later, or grows, is told, and not those who were there before. Who was told stays so
 * as long as there are too many: an edit of one is not to change what others are told.
 * @param placed in the order of admission
 * @param limit how many triggers may be looked at for every application
 */
export function costlyRoutes(
  placed: readonly Placed[],
  live: LiveState,
  limit: number,
): ReadonlyMap<string, Finding> {
  const unscoped = placed.filter(({ plan }) => plan.entry.selector === undefined);
  const found = new Map<string, Finding>();
  if (sizeOf(unscoped) <= limit) return found;
  const told = unscoped.filter(wasTold);
  const known = new Set(
    live.entries.flatMap(({ selector, triggers }) => (selector === undefined ? triggers : [])),
  );
  const isThere = ({ plan }: Placed) => plan.entry.triggers.every((trigger) => known.has(trigger));
  const others = unscoped.filter((each) => !wasTold(each));
  let triggers = 0;
  for (const each of [...others.filter(isThere), ...others.filter((other) => !isThere(other))]) {
    triggers += each.plan.entry.triggers.length;
    if (triggers > limit) told.push(each);
  }
  for (const { subscription, plan } of told) {
    const message =
      `spec.applications: Argo CD looks at its ${plan.entry.triggers.length} conditions for every application there is, once a ` +
      `minute, as it does for all subscriptions without a selector. Together these are more than ${LIMIT}, ${limit}, beyond ` +
      "which everybody's messages come late. Label your applications, and add applications.selector to the criteria.";
    found.set(resourceKey(subscription.cr), { reason: 'CostlyRoute', message });
  }
  return found;
}

const sizeOf = (placed: readonly Placed[]): number =>
  placed.reduce((sum, { plan }) => sum + plan.entry.triggers.length, 0);

/** By its own status, where the warning may stand behind others or behind a refusal. */
const wasTold = ({ subscription: { cr } }: Placed): boolean =>
  cr.status?.conditions?.some(({ type, message }) => type === 'Accepted' && message.includes(LIMIT)) === true;
