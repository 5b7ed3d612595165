import { compileSubscription, type EventFragment } from '../compile/subscription.ts';
import { fieldOfEvent } from '../gate/fields.ts';
import { checkFinding } from '../gate/verdicts.ts';
import { liveKeysOf, liveRecipients } from '../live.ts';
import { templateKey, triggerKey } from '../names.ts';
import type { ResolvedSubscription } from '../resolve/subscriptions.ts';
import type { Verdict } from '../verdict.ts';
import type { Budget } from './budget.ts';
import type { PlanSettings, SubscriptionPlan } from './plan.ts';
import { planPrevious } from './previous.ts';
import { sinceOf } from './since.ts';

/**
 * This generation's keys if the engine takes them, those of the version that is live, or undefined for none; and the
 * verdict, which may be another one than before if the engine does not take them.
 */
export function planSubscription(
  subscription: ResolvedSubscription,
  settings: PlanSettings,
  budget: Budget,
): { readonly verdict: Verdict; readonly plan?: SubscriptionPlan } {
  const { verdict } = subscription;
  if (verdict.course === 'none') return { verdict };
  if (verdict.course === 'current') {
    const plan = planCurrent(subscription, settings);
    if (!plan) return { verdict };
    const refusal =
      (plan.isLive
        ? undefined
        : checkFinding(settings.inquiry, plan.candidate, fieldOfEvent(subscription.cr))) ?? budget.take(plan);
    if (!refusal) return { verdict, plan };
    return withPrevious(subscription, settings, budget, { ...verdict, course: 'previous', refusal });
  }
  return withPrevious(subscription, settings, budget, verdict);
}

function withPrevious(
  subscription: ResolvedSubscription,
  settings: PlanSettings,
  budget: Budget,
  verdict: Verdict,
) {
  const plan = planPrevious({ ...subscription, verdict }, settings);
  // What is live has its room; it is taken so that nobody else gets it.
  return plan && !budget.take(plan) ? { verdict, plan } : { verdict };
}

/** Stands for `since` in what the engine is asked: one moment is as valid as another, and an answer has to keep. */
const ANY_MOMENT = '2000-01-01T00:00:00Z';

interface CurrentPlan extends SubscriptionPlan {
  /** What the engine is asked about. */
  readonly candidate: Readonly<Record<string, string>>;
  /** Whether all of it stands in the ConfigMap already. */
  readonly isLive: boolean;
}

function planCurrent(subscription: ResolvedSubscription, settings: PlanSettings): CurrentPlan | undefined {
  const robots = subscription.robots.filter((robot) => settings.services.has(robot.service));
  if (robots.length === 0) return undefined;
  const { recipients, events, provenance } = compileSubscription({ ...subscription, robots }, settings);
  const live = new Map(liveKeysOf(settings.live, subscription.cr).map((each) => [each.key, each]));
  const configMap: Record<string, string> = {};
  const candidate: Record<string, string> = {};
  const moments = events.map((event) => {
    const previous = live.get(triggerKey(event.name));
    const value = previous?.provenance.uid === provenance.uid ? previous.value : undefined;
    return sinceOf(event, recipients, value, liveRecipients(settings.live, event.name), settings.moment);
  });
  for (const [index, since] of commonMoments(events, moments).entries()) {
    const event = events[index] as EventFragment;
    configMap[triggerKey(event.name)] = event.triggerValue(since);
    configMap[templateKey(event.name)] = event.templateValue;
    candidate[triggerKey(event.name)] = event.triggerValue(ANY_MOMENT);
    candidate[templateKey(event.name)] = event.templateValue;
  }
  return {
    configMap,
    candidate,
    keys: Object.keys(configMap),
    entry: { recipients, triggers: events.map((event) => event.name) },
    // What is live was accepted before it went there.
    isLive: Object.entries(configMap).every(([key, value]) => live.get(key)?.value === value),
  };
}

/**
 * Events that look at each other's sends count from one moment on, the latest: what was sent before it was sent by a
 * condition that is no more.
 */
function commonMoments(events: readonly EventFragment[], moments: readonly string[]): readonly string[] {
  const latest = moments
    .filter((_, index) => events[index]?.hasCompanion)
    .sort()
    .at(-1);
  return moments.map((moment, index) => (events[index]?.hasCompanion && latest ? latest : moment));
}
