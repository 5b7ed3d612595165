import { resourceKey } from '../../api/names.ts';
import { eventKeyName, postedEventName, relayedEventName, triggerKey } from '../../argocd/names.ts';
import { readTrigger } from '../../argocd/trigger-value.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import { splitCondition } from '../../core/compile/condition.ts';
import type { CompileSettings } from '../../core/compile/fragments.ts';
import { compileSubscription } from '../../core/compile/subscription.ts';
import type { Decision } from '../../core/decide.ts';
import { liveRecipients } from '../../core/model/live.ts';
import { liveRoutes } from '../../core/model/live-routes.ts';
import type { ResolvedEvent, ResolvedSubscription } from '../../core/model/resolved.ts';
import type { Snapshot } from '../../core/model/snapshot.ts';
import { countsFromOf } from '../../core/plan/counts-from.ts';
import { eventName } from '../../core/resolve/event-name.ts';
import { own } from '../../lib/own.ts';
import { type Clause, conditionClauses, liveClauses } from './clauses.ts';
import type { ClusterView } from './cluster-view.ts';

/** One event of a subscription as Argo CD or the relay has it, or, if the caller may not read that, as planned. */
export interface EventView {
  readonly name: string;
  /** The name of its trigger in Argo CD's configuration, and the trigger. */
  readonly trigger: string;
  readonly value: string;
  /** Services that it is sent to. */
  readonly recipients: readonly string[];
  /** The name of the trigger by which Argo CD posts it to the relay, which sends it to these services; absent if Argo CD sends it. */
  readonly posted?: string;
  readonly clauses: readonly Clause[];
  /** As the resource has it; absent if the resource is refused. */
  readonly event?: ResolvedEvent;
  /** Whether the view is from the ConfigMap; otherwise the moment from which the event counts is not known. */
  readonly isLive: boolean;
  /** The moment from which the event counts, RFC 3339; absent if it is not known. */
  readonly since?: string;
}

/** In place of a `since` that is not known: before all times of an Application. */
const LONG_AGO = '1970-01-01T00:00:00Z';

/** The events of a subscription that Argo CD has, or the relay. An event that both have is shown as Argo CD has it. */
export function eventViews(subscription: ResolvedSubscription, cluster: ClusterView): EventView[] {
  const { snapshot, decision, sees } = cluster;
  return subscription.cr.spec.events.map(eventName).flatMap((name) => {
    const head = headOf(subscription, name, decision, snapshot.config);
    const planned = sees.configMap ? [] : plannedView(head);
    if (planned.length > 0) return planned;
    const value = own(snapshot.target.configMap?.data, triggerKey(head.trigger));
    const recipients = [...liveRecipients(decision.live, head.trigger)].sort();
    return value === undefined ? routedView(head, snapshot) : [liveView({ ...head, recipients }, value)];
  });
}

/** An event as its RelayRoute has it: the relay judges the same condition as Argo CD would. */
function routedView(head: ViewHead, snapshot: Snapshot): EventView[] {
  const { cr } = head.subscription;
  const route = liveRoutes(snapshot).bySubscription.get(resourceKey(cr))?.spec;
  const event = route?.events.find(({ trigger }) => trigger === head.trigger);
  const value = own(route?.configMap, triggerKey(head.trigger));
  if (!route || !event || value === undefined) return [];
  const recipients = route.robots.map(({ service }) => service).sort();
  const { namespace, name } = cr.metadata;
  const posted =
    event.catalogueName === undefined
      ? eventKeyName(namespace, name, postedEventName(event.name))
      : relayedEventName(event.catalogueName);
  return [{ ...liveView({ ...head, recipients }, value), posted }];
}

/** The input for dividing an event's condition into its parts. */
export interface ViewHead {
  readonly name: string;
  readonly trigger: string;
  readonly recipients: readonly string[];
  readonly subscription: ResolvedSubscription;
  readonly settings: CompileSettings;
}

/** @param name of the event; its recipients come from the decision */
export function headOf(
  subscription: ResolvedSubscription,
  name: string,
  { plan, resolution }: Pick<Decision, 'plan' | 'resolution'>,
  { limits }: OperatorConfiguration,
): ViewHead {
  const { namespace, name: owner } = subscription.cr.metadata;
  const settings: CompileSettings = {
    argocdUrl: resolution.argocdUrl,
    maxEventAgeSeconds: Math.round(limits.maxEventAge / 1000),
  };
  const recipients = plan.subscriptions.get(resourceKey(subscription.cr))?.entry.recipients ?? [];
  return { name, trigger: eventKeyName(namespace, owner, name), recipients, subscription, settings };
}

/** An event as planned, as if it had always counted; none if it is sent to nobody or refused. */
export function plannedView(head: ViewHead): EventView[] {
  const { name, trigger, recipients, subscription } = head;
  const made = compiled(head, subscription.accessCondition);
  if (!made || recipients.length === 0) return [];
  const { event, fragment } = made;
  const clauses = made.clauses(LONG_AGO).filter(({ kind }) => kind !== 'since');
  return [
    { name, trigger, recipients, isLive: false, value: fragment.triggerValue(LONG_AGO), clauses, event },
  ];
}

/**
 * The live condition may differ from the resource: then the view has as much of it as is understood, at least its parts. Different
 * grants are understood: the caller may have given another configuration than the operator's.
 */
function liveView(head: ViewHead, value: string): EventView {
  const { name, trigger, recipients, subscription } = head;
  const view = { name, trigger, recipients, value, isLive: true };
  const when = readTrigger(value)?.[0]?.when ?? '';
  const split = splitCondition(when);
  for (const accessCondition of [subscription.accessCondition, split.accessCondition]) {
    const made = accessCondition === undefined ? undefined : compiled(head, accessCondition);
    if (!made) continue;
    const { event, clauses, fragment } = made;
    // The condition of an event without a time does not contain the moment.
    if (fragment.when(LONG_AGO) === when) return { ...view, clauses: clauses(LONG_AGO), event };
    const since = countsFromOf(fragment, when);
    if (since !== undefined) return { ...view, since, clauses: clauses(since), event };
  }
  return { ...view, clauses: when === '' ? [] : liveClauses(split) };
}

/** The event as this generation has it; undefined if the generation is refused. */
function compiled({ name, trigger, recipients, subscription, settings }: ViewHead, accessCondition: string) {
  const event = subscription.events.find((each) => each.name === name);
  if (!event || subscription.verdict.rollout !== 'current') return undefined;
  const robots = subscription.robots.filter(({ service }) => recipients.includes(service));
  const { events } = compileSubscription({ ...subscription, robots, accessCondition }, settings);
  const fragment = events.find((each) => each.name === trigger);
  if (!fragment) return undefined;
  const { maxEventAgeSeconds } = settings;
  const clauses = (since: string) =>
    conditionClauses(event, { ...subscription, accessCondition, recipients, maxEventAgeSeconds }, since);
  return { event, fragment, clauses };
}
