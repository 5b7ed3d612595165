import { API_VERSION, type DingTalkRobot, KINDS } from '../../api/kinds.ts';
import { objectKey, resourceKey } from '../../api/names.ts';
import { relayRouteName } from '../../api/relay-route.ts';
import { eventKeyName, parseKey, postedEventName, RELAY_SERVICE } from '../../argocd/names.ts';
import { postedEventBody } from '../../argocd/posted-event.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { setOwn } from '../../lib/own.ts';
import type { Faults } from '../model/faults.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { LiveKey, LiveState } from '../model/live.ts';
import type { Resolution, ResolvedRobot, ResolvedSubscription } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { bytesOf } from '../plan/budget.ts';
import { reserveBudget } from '../plan/budget-reservations.ts';
import { candidatesOf, placeCandidate } from '../plan/candidates.ts';
import type { Moves } from '../plan/moves.ts';
import type { SubscriptionPlacement } from '../plan/placements.ts';
import { contextFor } from '../plan/plan.ts';
import { combined, type Planned, unlimited } from './routes.ts';
import { firstMoment, isShared } from './shared-keys.ts';

/** The relay, as the only robot of the events that are posted to it. Every namespace may post. */
const RELAY: ResolvedRobot = {
  cr: {
    apiVersion: API_VERSION,
    kind: KINDS.robot.kind,
    metadata: {
      ...{ namespace: '', name: 'relay', uid: '', generation: 1 },
      ...{ resourceVersion: '', creationTimestamp: '' },
    },
    spec: { webhook: { secretKeyRef: { name: '', key: '' } }, sharedWith: { namespaces: ['*'] } },
  } satisfies DingTalkRobot,
  service: RELAY_SERVICE,
  audience: { locale: 'en', timeZone: 'UTC', keywords: [] },
  verdict: { rollout: 'current', warnings: [] },
};

/**
 * Adds to a plan what posts the events with own conditions to the relay: a trigger and a template for each, since no other
 * subscription has that condition. They are planned as for a direct robot, which is the relay itself.
 * @param resolution the verdicts before the plan
 */
export function planPostedEvents(
  resolution: Resolution,
  planned: Planned,
  snapshot: Snapshot,
  live: LiveState,
  inquiry: Inquiry,
  faults: Faults,
  { waiting }: Pick<Moves, 'waiting'>,
): Planned {
  const target = postedTarget(live);
  const parts = resolution.subscriptions.flatMap((subscription, index) => {
    const { namespace, name } = subscription.cr.metadata;
    const route = planned.plan.routes.get(relayRouteName(namespace, name));
    if (!route?.events.some(({ catalogueName }) => catalogueName === undefined)) return [];
    const { verdict = subscription.verdict } = planned.resolution.subscriptions[index] ?? {};
    const isNew = !target.events.has(resourceKey(subscription.cr));
    if (isNew && waiting.has(resourceKey(subscription.cr))) return [];
    const since = isNew ? firstMoment([route], undefined, snapshot.serverTime) : undefined;
    const part = postedPart(subscription, since);
    return [verdict.rollout === part.verdict.rollout ? part : { ...part, verdict }];
  });
  if (parts.length === 0) return planned;
  const context = contextFor(resolution, [RELAY], snapshot, target, inquiry);
  const candidates = candidatesOf(parts, context, new Map(), faults);
  const { configMapBytes } = snapshot.config.limits;
  const limits = {
    ...snapshot.config.limits,
    configMapBytes: configMapBytes - bytesOf(planned.plan.configMap),
  };
  const account = { ...snapshot, config: { ...snapshot.config, limits } };
  const capacity = {
    budget: reserveBudget({ ...resolution, robots: [], subscriptions: parts }, account, target, faults),
    destinations: unlimited,
  };
  const configMap = { ...planned.plan.configMap };
  const posted = new Map<string, SubscriptionPlacement>();
  const verdicts = new Map<string, ResolvedSubscription['verdict']>();
  for (const candidate of candidates) {
    const key = resourceKey(candidate.subscription.cr);
    const { verdict, plan } = placeCandidate(candidate, context, capacity, faults) ?? {};
    if (verdict) verdicts.set(key, verdict);
    if (!plan) continue;
    for (const [name, value] of Object.entries(plan.configMap)) setOwn(configMap, name, value);
    posted.set(key, { keys: plan.keys, entry: plan.entry });
  }
  const entries = [...planned.plan.entries, ...[...posted.values()].map(({ entry }) => entry)];
  return {
    plan: { ...planned.plan, configMap, entries, posted },
    resolution: {
      ...planned.resolution,
      subscriptions: combined(planned.resolution.subscriptions, verdicts),
    },
  };
}

/** The live state with the keys of posted events only. */
const postedTarget = (live: LiveState): LiveState =>
  targets.get(live, [], () => {
    const events = new Map<string, LiveKey[]>();
    for (const each of live.relay) {
      const owner = parseKey(each.key);
      if (owner?.kind !== 'relay' || !owner.subscription) continue;
      const key = objectKey(owner.subscription.namespace, owner.subscription.name);
      events.set(key, [...(events.get(key) ?? []), each]);
    }
    return { ...live, events, relay: live.relay.filter(isShared) };
  });

const targets = new ObjectMemo<LiveState, LiveState>();

/** The events with own conditions, as the relay knows them. Doubts about them are weighed by the route. */
const postedPart = (
  subscription: ResolvedSubscription,
  countsFrom: string | undefined,
): ResolvedSubscription =>
  postedParts.get(subscription, [countsFrom], () => {
    const { namespace, name } = subscription.cr.metadata;
    const events = subscription.events
      .filter(({ catalogueName }) => catalogueName === undefined)
      .map(({ raw: _, sharedTemplate: __, ...event }) => ({
        ...event,
        name: postedEventName(event.name),
        posted: postedEventBody(eventKeyName(namespace, name, event.name)),
        doubts: [],
        warnings: [],
      }));
    const { verdict } = subscription;
    return {
      ...subscription,
      ...{ robots: [RELAY], events, verdict: { ...verdict, warnings: [] } },
      ...(countsFrom !== undefined && { countsFrom }),
    };
  });

const postedParts = new ObjectMemo<ResolvedSubscription, ResolvedSubscription>();
