import type { GiteeRouteSpec } from '../../api/relay-route.ts';
import { checkFinding } from '../gate/verdicts.ts';
import type { Faults } from '../model/faults.ts';
import type { WantedHook } from '../model/gitee.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { ResolvedGiteeSubscription } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Refusal, Verdict } from '../model/verdict.ts';
import type { Budget } from '../plan/budget.ts';
import { fieldOfEvent } from '../plan/fields.ts';
import { subscriptionHolder } from '../plan/needs.ts';
import { wantedHooks } from './hooks.ts';
import { needOfRoute } from './quotas.ts';
import { isNative } from './repository.ts';
import type { GiteeReferences } from './resolve.ts';
import { draftGitee, lastGoodRoute, liveGiteeRoute } from './route.ts';

/** What a subscription gets. */
export interface PlacedGitee {
  readonly verdict: Verdict;
  readonly route?: GiteeRouteSpec | undefined;
  readonly hooks: 'keep' | readonly WantedHook[];
}

interface PlaceContext extends GiteeReferences {
  readonly snapshot: Snapshot;
  readonly budget: Budget;
  readonly inquiry: Inquiry;
  readonly faults: Faults;
}

/**
 * Places one subscription: its newest generation if nothing refuses that, else its live version. An exception leaves the live version
 * as it is.
 */
export function placeGitee(subscription: ResolvedGiteeSubscription, context: PlaceContext): PlacedGitee {
  const { cr, verdict } = subscription;
  const failed = (refusal: Refusal): Verdict => ({ ...verdict, rollout: 'lastGood', refusal, warnings: [] });
  const none = { verdict, hooks: 'keep' } as const;
  const placed = context.faults.guard(
    cr,
    () =>
      verdict.rollout === 'current'
        ? placeNewest(subscription, context)
        : placeLive(subscription, verdict, context),
    (finding) => placeLive(subscription, failed(finding), context),
  );
  return placed ?? none;
}

function placeNewest(subscription: ResolvedGiteeSubscription, context: PlaceContext): PlacedGitee {
  const { cr, verdict } = subscription;
  const { namespace } = cr.metadata;
  const draft = isNative(cr) ? undefined : draftGitee(subscription, liveGiteeRoute(cr, context.snapshot));
  const refusal =
    context.budget.take(subscriptionHolder(cr), needOfRoute(namespace, draft?.spec)) ??
    // The engine comes last, as for subscriptions about applications.
    (draft === undefined || draft.isLive
      ? undefined
      : checkFinding(context.inquiry.of(namespace), draft.spec.configMap, fieldOfEvent(subscription)));
  if (refusal) return placeLive(subscription, { ...verdict, rollout: 'lastGood', refusal }, context);
  return { verdict, route: draft?.spec, hooks: wantedHooks(subscription) };
}

function placeLive(
  { cr }: ResolvedGiteeSubscription,
  verdict: Verdict,
  { robots, templates, snapshot, budget }: PlaceContext,
): PlacedGitee {
  const route = lastGoodRoute({ cr }, liveGiteeRoute(cr, snapshot), {
    robots,
    templates,
    config: snapshot.config,
  });
  if (route) budget.keep(subscriptionHolder(cr), needOfRoute(cr.metadata.namespace, route));
  return { verdict, route, hooks: 'keep' };
}
