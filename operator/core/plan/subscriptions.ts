import type { NotificationSubscription } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { SUBSCRIPTIONS_KEY, templateKey, triggerKey } from '../../argocd/names.ts';
import { isMadeFrom } from '../../argocd/provenance.ts';
import { labelSelector } from '../../argocd/selector.ts';
import { formatEntries, type SubscriptionEntry } from '../../argocd/subscriptions-block/lines.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { setOwn } from '../../lib/own.ts';
import type { EventFragment } from '../compile/fragments.ts';
import { compileSubscription } from '../compile/subscription.ts';
import { checkFinding } from '../gate/verdicts.ts';
import { liveKeysOf, liveRecipients } from '../model/live.ts';
import type { ResolvedSubscription } from '../model/resolved.ts';
import type { Refusal, Verdict } from '../model/verdict.ts';
import type { Budget, Need } from './budget.ts';
import type { Candidate, DraftPlan } from './candidate.ts';
import { countsFrom } from './counts-from.ts';
import { type Claim, claimOf, type Destinations } from './destinations.ts';
import { weighDoubts } from './doubts.ts';
import { fieldOfEvent } from './fields.ts';
import { planLastGood } from './last-good.ts';
import { withLiveMessages, withLiveZones } from './live-messages.ts';
import { subscriptionHolder, subscriptionNeed } from './needs.ts';
import type { PlanContext, SubscriptionPlan } from './placements.ts';
import type { Reach } from './reach.ts';

/** The capacity that all subscriptions share, and can use up. */
export interface Capacity {
  readonly budget: Budget;
  readonly destinations: Pick<Destinations, 'take' | 'keepLive' | 'release'>;
}

/**
 * Plans one subscription: the keys of the newest generation if nothing refuses them, else those of the live version, else none;
 * and the verdict, which changes if the keys are refused.
 */
export function planSubscription(
  { subscription, draft, reach }: Candidate,
  context: PlanContext,
  capacity: Capacity,
): { readonly verdict: Verdict; readonly plan?: SubscriptionPlan } {
  const { verdict } = subscription;
  if (verdict.rollout === 'none') return { verdict };
  if (verdict.rollout === 'current') {
    if (!draft) return { verdict };
    const { warnings } = draft.doubts;
    const judged =
      warnings.length === 0 ? verdict : { ...verdict, warnings: [...verdict.warnings, ...warnings] };
    const refusal = refusalOf({ subscription, draft, reach }, context, capacity);
    if (!refusal) return { verdict: judged, plan: draft };
    return withLastGood(subscription, context, capacity, { ...judged, rollout: 'lastGood', refusal });
  }
  return withLastGood(subscription, context, capacity, verdict);
}

function refusalOf(
  { subscription, draft, reach }: Candidate & { readonly draft: DraftPlan },
  { inquiry }: PlanContext,
  { budget, destinations }: Capacity,
): Refusal | undefined {
  const { cr } = subscription;
  return (
    draft.doubts.refusal ??
    destinations.take(resourceKey(cr), claimOfDraft(draft, reach)) ??
    budget.take(subscriptionHolder(cr), needOf(subscription, draft)) ??
    // The engine comes last: it is not asked about keys without room, which can be large. If it refuses, the room is freed.
    (draft.isLive ? undefined : checkFinding(inquiry, draft.candidate, fieldOfEvent(subscription)))
  );
}

function withLastGood(
  subscription: ResolvedSubscription,
  context: PlanContext,
  { budget, destinations }: Capacity,
  verdict: Verdict,
) {
  const key = resourceKey(subscription.cr);
  const holder = subscriptionHolder(subscription.cr);
  const plan = destinations.keepLive(key) ? planLastGood({ ...subscription, verdict }, context) : undefined;
  if (plan) {
    budget.keep(holder, needOf(subscription, plan));
    return { verdict, plan };
  }
  destinations.release(key);
  budget.release(holder);
  return { verdict };
}

const needOf = ({ cr }: ResolvedSubscription, plan: SubscriptionPlan) =>
  needs.get(plan, [cr.metadata.namespace], () =>
    subscriptionNeed(cr.metadata.namespace, plan.configMap, plan.entry),
  );

const needs = new ObjectMemo<SubscriptionPlan, Need>();

/** The destinations of a draft; the same object each time. */
export const claimOfDraft = (draft: DraftPlan, reach: Reach): Claim =>
  claims.get(draft, [reach], () => claimOf(draft.entry, reach));

const claims = new ObjectMemo<DraftPlan, Claim>();

/** The moment in the engine's questions: any moment is as valid, and a question must stay the same. */
const ANY_MOMENT = '2000-01-01T00:00:00Z';

/** The keys of the newest generation, for a subscription that resolved; undefined as long as it has no robot to send to. */
export function draftSubscription(
  subscription: ResolvedSubscription,
  context: PlanContext,
): DraftPlan | undefined {
  if (subscription.verdict.rollout !== 'current') return undefined;
  const { live, services, maxEventAgeSeconds, argocdUrl } = context;
  const inputs = [
    ...[liveKeysOf(live, subscription.cr), maxEventAgeSeconds, argocdUrl],
    ...subscription.robots.map(({ service }) => services.has(service)),
  ];
  const draft = drafts.getIf(
    subscription,
    inputs,
    () => compileDraft(subscription, context),
    (each) => each?.isLive === true && isSent(each, context),
  );
  // The moment of a trigger that is not sent yet is the present one.
  return draft === undefined || isSent(draft, context) ? draft : compileDraft(subscription, context);
}

/** Time has no influence on a draft that is live. */
const drafts = new ObjectMemo<ResolvedSubscription, DraftPlan | undefined>();

const isSent = ({ entry }: DraftPlan, { live }: PlanContext): boolean =>
  entry.triggers.every((trigger) => {
    const recipients = liveRecipients(live, trigger);
    return entry.recipients.every((each) => recipients.has(each));
  });

function compileDraft(subscription: ResolvedSubscription, context: PlanContext): DraftPlan | undefined {
  const live = new Map(liveKeysOf(context.live, subscription.cr).map((each) => [each.key, each]));
  const robots = withLiveZones(
    subscription.robots.filter((robot) => context.services.has(robot.service)),
    live,
  );
  if (robots.length === 0) return undefined;
  const { recipients, events, templates } = compileSubscription({ ...subscription, robots }, context);
  const ours = new Map([...live].filter(([, { provenance }]) => isMadeFrom(provenance, subscription.cr)));
  const configMap: Record<string, string> = {};
  const moments = events.map((event) => {
    const value = ours.get(triggerKey(event.name))?.value;
    const now = subscription.countsFrom ?? context.countsFrom;
    return countsFrom(event, recipients, value, liveRecipients(context.live, event.name), now);
  });
  for (const [index, moment] of commonMoments(events, moments).entries()) {
    const event = events[index] as EventFragment;
    setOwn(configMap, triggerKey(event.name), event.triggerValue(moment));
  }
  const values = withLiveMessages(templates, robots, live);
  for (const [name, value] of Object.entries(values)) setOwn(configMap, templateKey(name), value);
  const selector = labelSelector(subscription.cr.spec.applications);
  const entry = {
    recipients,
    triggers: events.map((event) => event.name),
    ...(selector !== undefined && { selector }),
  };
  const { cr, accessCondition } = subscription;
  const inputs = [
    accessCondition,
    context.maxEventAgeSeconds,
    recipients.join(),
    entry.triggers.join(),
    values,
  ];
  return {
    configMap,
    candidate: candidates.get(cr, inputs, () => candidateOf(events, values, entry)),
    keys: Object.keys(configMap),
    entry,
    // A live version was accepted before it was written.
    isLive: Object.entries(configMap).every(([key, value]) => live.get(key)?.value === value),
    doubts: weighDoubts(subscription, events, ours),
  };
}

/** Each decision asks about a candidate until it is live. It is the same object each time, so it is hashed once. */
const candidates = new ObjectMemo<NotificationSubscription, DraftPlan['candidate']>();

function candidateOf(
  events: readonly EventFragment[],
  templates: Readonly<Record<string, string>>,
  entry: SubscriptionEntry,
): DraftPlan['candidate'] {
  const candidate: Record<string, string> = {};
  for (const event of events) setOwn(candidate, triggerKey(event.name), event.triggerValue(ANY_MOMENT));
  for (const [name, value] of Object.entries(templates)) setOwn(candidate, templateKey(name), value);
  // One bad selector makes Argo CD's controller refuse all entries.
  if (entry.selector !== undefined) candidate[SUBSCRIPTIONS_KEY] = formatEntries([entry]);
  return candidate;
}

/**
 * Events whose conditions read each other's sends count from the same moment, the latest one: earlier sends belong to
 * conditions that are gone.
 */
function commonMoments(events: readonly EventFragment[], moments: readonly string[]): readonly string[] {
  const latest = moments
    .filter((_, index) => events[index]?.hasCompanion)
    .sort()
    .at(-1);
  return moments.map((moment, index) => (events[index]?.hasCompanion && latest ? latest : moment));
}
