import { type CompileSettings, compileSubscription } from '../compile/subscription.ts';
import type { LiveKey, LiveState } from '../live.ts';
import { objectKey, templateKey, triggerKey } from '../names.ts';
import { shortHash } from '../provenance.ts';
import type { ResolvedSubscription } from '../resolve/subscriptions.ts';
import type { SubscriptionEntry } from '../subscriptions-block.ts';
import type { SubscriptionPlacement } from './plan.ts';
import { withoutServices } from './retained.ts';
import { sinceOf } from './since.ts';

/** One subscription's part of the plan. */
export interface SubscriptionPlan extends SubscriptionPlacement {
  readonly configMap: Readonly<Record<string, string>>;
}

/** What is the same for all subscriptions of a run. */
export interface PlanSettings extends CompileSettings {
  readonly live: LiveState;
  /** Services that the plan has: nobody may be sent to any other. */
  readonly services: ReadonlySet<string>;
  /** RFC 3339, whole seconds, by the API server's clock. */
  readonly moment: string;
}

/** This generation's keys, or those of the version that is live, or undefined for none. */
export function planSubscription(
  subscription: ResolvedSubscription,
  settings: PlanSettings,
): SubscriptionPlan | undefined {
  switch (subscription.verdict.course) {
    case 'current':
      return planCurrent(subscription, settings);
    case 'previous':
      return planPrevious(subscription, settings);
    case 'none':
      return undefined;
  }
}

function planCurrent(
  subscription: ResolvedSubscription,
  settings: PlanSettings,
): SubscriptionPlan | undefined {
  const robots = subscription.robots.filter((robot) => settings.services.has(robot.service));
  if (robots.length === 0) return undefined;
  const { recipients, events, provenance } = compileSubscription({ ...subscription, robots }, settings);
  const live = new Map(liveKeys(subscription, settings).map((each) => [each.key, each]));
  const configMap: Record<string, string> = {};
  for (const event of events) {
    const previous = live.get(triggerKey(event.name));
    const value = previous?.provenance.uid === provenance.uid ? previous.value : undefined;
    const since = sinceOf(event, recipients, value, liveRecipients(event.name, settings), settings.moment);
    configMap[triggerKey(event.name)] = event.triggerValue(since);
    configMap[templateKey(event.name)] = event.templateValue;
  }
  const entry = { recipients, triggers: events.map((event) => event.name) };
  return { configMap, keys: Object.keys(configMap), entry };
}

/**
 * The live version stays as it is, but for recipients that are gone, and only inside the fence that it was compiled
 * with: a grant that was withdrawn can't be held on to by breaking one's own CR.
 */
function planPrevious(
  subscription: ResolvedSubscription,
  settings: PlanSettings,
): SubscriptionPlan | undefined {
  const { uid } = subscription.cr.metadata;
  const fence = shortHash(subscription.fence);
  const keys = liveKeys(subscription, settings).filter(
    ({ provenance }) => uid.startsWith(provenance.uid) && provenance.hash === fence,
  );
  const names = keys.flatMap(({ key }) => (key.startsWith('trigger.') ? [key.slice('trigger.'.length)] : []));
  const before = new Set(names.flatMap((name) => [...liveRecipients(name, settings)]));
  const recipients = [...before].filter((service) => settings.services.has(service)).sort();
  if (recipients.length === 0 || names.length === 0) return undefined;
  const gone = [...before].filter((service) => !settings.services.has(service));
  const configMap = Object.fromEntries(
    keys.map(({ key, value }) => [key, key.startsWith('template.') ? withoutServices(value, gone) : value]),
  );
  const entry: SubscriptionEntry = { recipients, triggers: names };
  return { configMap, keys: Object.keys(configMap), entry };
}

function liveKeys({ cr }: ResolvedSubscription, { live }: PlanSettings): readonly LiveKey[] {
  return live.events.get(objectKey(cr.metadata.namespace, cr.metadata.name)) ?? [];
}

function liveRecipients(trigger: string, { live }: PlanSettings): ReadonlySet<string> {
  const entries = live.entries.filter(({ triggers }) => triggers.includes(trigger));
  return new Set(entries.flatMap(({ recipients }) => recipients));
}
