import type { Finding } from '../../api/finding.ts';
import { resourceKey } from '../../api/names.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import type { Faults } from '../model/faults.ts';
import type { ResolvedSubscription } from '../model/resolved.ts';
import type { Refusal } from '../model/verdict.ts';
import { inOrderOfAdmission } from './admission.ts';
import type { Candidate } from './candidate.ts';
import type { PlanContext } from './placements.ts';
import { type Reach, reachOf, widestReach } from './reach.ts';
import { withoutRefusedRobots } from './refused-robots.ts';
import { type Capacity, draftSubscription, planSubscription } from './subscriptions.ts';

/**
 * The subscriptions that have something to place, in the order of admission.
 * @param refusals of robots, by `namespace/name`
 */
export function candidatesOf(
  subscriptions: readonly ResolvedSubscription[],
  context: PlanContext,
  refusals: ReadonlyMap<string, Refusal>,
  faults: Faults,
): Candidate[] {
  const isLive = ({ cr }: ResolvedSubscription) => context.live.events.has(resourceKey(cr));
  const placeable = subscriptions.filter(({ verdict }) => verdict.rollout !== 'none');
  return inOrderOfAdmission(placeable, isLive).flatMap((each) => {
    const candidate = faults.guard(
      each.cr,
      () => {
        const subscription = withoutRefusedRobots(each, refusals);
        return {
          subscription,
          draft: draftSubscription(subscription, context),
          reach: reaches.get(subscription, [], () => reachOf(subscription)),
        };
      },
      (finding) => failed(each, finding),
    );
    return candidate ? [candidate] : [];
  });
}

const reaches = new ObjectMemo<ResolvedSubscription, Reach>();

/** The plan of a candidate, or of its live version if the operator fails on the newest one. */
export function placeCandidate(
  candidate: Candidate,
  context: PlanContext,
  capacity: Capacity,
  faults: Faults,
): ReturnType<typeof planSubscription> | undefined {
  const { cr } = candidate.subscription;
  const own = { ...context, inquiry: context.inquiry.of(cr.metadata.namespace) };
  return faults.guard(
    cr,
    () => planSubscription(candidate, own, capacity),
    (finding) => {
      const { verdict } = candidate.subscription;
      const none = { verdict: { ...verdict, rollout: 'none', refusal: finding, warnings: [] } } as const;
      const lastGood = () => planSubscription(failed(candidate.subscription, finding), own, capacity);
      return faults.guard(cr, lastGood, () => none) ?? none;
    },
  );
}

/** Reads nothing of the resource but its name. */
function failed(subscription: ResolvedSubscription, refusal: Finding): Candidate {
  const refused = {
    ...subscription,
    criteria: undefined,
    verdict: { ...subscription.verdict, rollout: 'lastGood', refusal, warnings: [] },
  } as const;
  return { subscription: refused, draft: undefined, reach: widestReach(subscription) };
}
