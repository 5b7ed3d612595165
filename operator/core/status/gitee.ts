import type { NotificationSubscription } from '../../api/kinds.ts';
import { relayRouteName } from '../../api/relay-route.ts';
import { isNative } from '../gitee/repository.ts';
import { liveGiteeRoute } from '../gitee/route.ts';
import type { ResolvedGiteeSubscription } from '../model/resolved.ts';
import { isLoaded } from '../plan/moves.ts';
import { isSameRoute } from '../relay/relay.ts';
import { eventName } from '../resolve/event-name.ts';
import { claimOn } from '../resolve/selection.ts';
import { nameFor } from '../resolve/sharing.ts';
import { accepted, type ConditionDraft, conditions, ready } from './conditions.ts';
import { hookedCondition, hookFacts } from './hooked.ts';
import { inputsOfVerdict, wordsOf } from './inputs.ts';
import type { ObservedState } from './observed-state.ts';

/** The status that a subscription about a Gitee repository should show, without the part of the keeper of its hooks. */
export function giteeStatus(
  { cr, verdict }: ResolvedGiteeSubscription,
  observed: ObservedState,
): NonNullable<NotificationSubscription['status']> {
  const { snapshot } = observed;
  const { generation } = cr.metadata;
  const suspended = cr.spec.suspend === true;
  const hooks = hookFacts(cr, snapshot);
  const hooked = hookedCondition(cr, verdict, hooks);
  const parts = [
    accepted(
      verdict,
      suspended
        ? 'The subscription is suspended, so the operator does not check its robots and templates.'
        : 'Everything that the subscription refers to exists and is allowed.',
    ),
    ...(isNative(cr) ? [] : [routeCondition({ cr, verdict }, observed)]),
    hooked,
  ];
  const live = liveGeneration(cr, hooked, observed);
  return {
    ...claimOn(cr, live !== undefined || hooks.exist, snapshot),
    observedGeneration: generation,
    ...(live !== undefined && { liveGeneration: live }),
    robotNames: cr.spec.robots.map((robot) => nameFor(cr.metadata.namespace, robot)).join(','),
    eventNames: cr.spec.events.map(eventName).join(','),
    conditions: conditions(
      [ready(parts, suspended), ...parts],
      cr.status?.conditions,
      generation,
      snapshot.serverTime,
    ),
  };
}

/** The generation that the relay's route has; with delivery Native, the one whose hooks are on Gitee. */
function liveGeneration(
  cr: ResolvedGiteeSubscription['cr'],
  hooked: ConditionDraft,
  { snapshot }: ObservedState,
): number | undefined {
  if (!isNative(cr)) return liveGiteeRoute(cr, snapshot)?.spec.subscription.generation;
  if (hooked.status === 'True') return cr.metadata.generation;
  return hookFacts(cr, snapshot).exist ? cr.status?.liveGeneration : undefined;
}

/** Whether the relay works by this generation. */
function routeCondition(
  { cr, verdict }: Pick<ResolvedGiteeSubscription, 'cr' | 'verdict'>,
  observed: ObservedState,
): ConditionDraft {
  const { isLive, isRouteLoaded, generation, obstacle } = routeFacts(cr, observed);
  const no = (reason: ConditionDraft['reason'], message: string): ConditionDraft => ({
    type: 'Merged',
    status: 'False',
    reason,
    message,
  });
  if (verdict.rollout !== 'current' && generation !== undefined)
    return verdict.rollout === 'lastGood'
      ? no('PreviousVersionLive', `Generation ${generation} stays live.`)
      : no('Pending', obstacle?.message ?? 'The operator still has to delete the RelayRoute.');
  if (verdict.rollout !== 'current')
    return cr.spec.suspend
      ? no('Suspended', 'The resource is suspended, and the relay has no route for it.')
      : no('NotAccepted', 'The relay has no route for the resource.');
  if (!isLive)
    return no(
      obstacle?.reason ?? 'Pending',
      obstacle?.message ?? 'The operator has not written the RelayRoute of this generation yet.',
    );
  if (!isRouteLoaded)
    return no(
      'AwaitsRelay',
      'The relay has not loaded this generation yet. Until then, it goes on with the one before, if there is one.',
    );
  if (verdict.refusal)
    return no(
      'PartlyLive',
      `This generation is live, except for the missing robots. ${verdict.refusal.message}`,
    );
  return { type: 'Merged', status: 'True', reason: 'Merged', message: 'The relay works by this generation.' };
}

/** Compares the planned route of a subscription with the one that exists. */
function routeFacts(cr: ResolvedGiteeSubscription['cr'], { plan, snapshot, unwrittenRoutes }: ObservedState) {
  const name = relayRouteName(cr.metadata.namespace, cr.metadata.name);
  const route = liveGiteeRoute(cr, snapshot);
  const wanted = plan.giteeRoutes.get(name);
  return {
    isLive: wanted !== undefined && isSameRoute(wanted, route?.spec),
    isRouteLoaded: route !== undefined && isLoaded(route),
    generation: route?.spec.subscription.generation,
    obstacle: unwrittenRoutes?.get(name),
  };
}

/** All inputs of the status beside the resource itself. */
export function inputsOfGitee(
  subscription: ResolvedGiteeSubscription,
  observed: ObservedState,
): readonly unknown[] {
  const { isLive, isRouteLoaded, generation, obstacle } = routeFacts(subscription.cr, observed);
  const { state } = hookFacts(subscription.cr, observed.snapshot);
  return [
    ...[isLive, isRouteLoaded, generation, state !== undefined],
    ...wordsOf([obstacle, state?.finding, ...(state?.warnings ?? [])]),
    ...inputsOfVerdict(subscription),
  ];
}
