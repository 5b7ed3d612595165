import { mayStay } from '../compile/access.ts';
import { checkFinding } from '../gate/verdicts.ts';
import { type LiveKey, liveKeysOf, liveRecipients } from '../live.ts';
import { labelSelector } from '../resolve/label-selector.ts';
import { mayUse } from '../resolve/sharing.ts';
import type { ResolvedSubscription } from '../resolve/subscriptions.ts';
import type { PlanSettings, SubscriptionPlan } from './plan.ts';
import { servicesOf, withoutServices } from './retained.ts';
import { readWhen } from './since.ts';

/** What of a subscription is live, and may be with the access that it has today. */
export interface LiveVersion {
  readonly keys: readonly LiveKey[];
  /** Names of its triggers. */
  readonly triggers: readonly string[];
  /** The services that it is sent to; and those that its templates have, but that are gone or not shared any more. */
  readonly recipients: readonly string[];
  readonly gone: readonly string[];
}

/**
 * The live version as it may stay: only with the access that it was compiled with. What was withdrawn since, a grant of a
 * project, the trust in raw templates and conditions or somebody else's consent, can't be held on to by breaking one's own CR.
 * Events that rest on nothing of the kind stay. Undefined if nothing may stay.
 */
export function liveVersion(
  subscription: ResolvedSubscription,
  settings: PlanSettings,
): LiveVersion | undefined {
  const { uid, namespace } = subscription.cr.metadata;
  const now = { namespace, fence: subscription.fence, ...settings };
  const keys = liveKeysOf(settings.live, subscription.cr).filter(
    ({ provenance }) => uid.startsWith(provenance.uid) && mayStay(provenance, now),
  );
  const names = keys.flatMap(({ key }) => (key.startsWith('trigger.') ? [key.slice('trigger.'.length)] : []));
  // As the entry has them: the ConfigMap's keys are in another order, and to change it would be a write for nothing.
  const order = settings.live.entries.flatMap((entry) => entry.triggers);
  const triggers = names.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const listed = triggers.flatMap((name) => [...liveRecipients(settings.live, name)]);
  // Somebody may have reset the shared key; whom to send to is in the templates too.
  const before = new Set(listed.length > 0 ? listed : keys.flatMap(servicesOf));
  const isUsable = (service: string): boolean => {
    const robot = settings.services.get(service);
    return robot !== undefined && mayUse(namespace, robot);
  };
  const recipients = [...before].filter(isUsable).sort();
  if (recipients.length === 0 || triggers.length === 0) return undefined;
  const gone = keys.flatMap(servicesOf).filter((service) => !recipients.includes(service));
  return { keys, triggers, recipients, gone: [...new Set(gone)] };
}

/**
 * The live version, for a subscription whose newest one is refused. It stays as it is, but for recipients that are gone.
 * Undefined if nothing may stay.
 */
export function planPrevious(
  subscription: ResolvedSubscription,
  settings: PlanSettings,
): SubscriptionPlan | undefined {
  const version = liveVersion(subscription, settings);
  if (!version || isWithdrawn(subscription, version.keys)) return undefined;
  const { keys, triggers, recipients, gone } = version;
  const configMap = Object.fromEntries(
    keys.map(({ key, value }) => [key, key.startsWith('template.') ? withoutServices(value, gone) : value]),
  );
  // Somebody may have edited it by hand into something that stops everybody.
  const isPending = subscription.verdict.refusal?.reason === 'GateUnavailable';
  const finding = isPending ? undefined : checkFinding(settings.inquiry, configMap, () => 'the live version');
  if (finding && finding.reason !== 'GateUnavailable') return undefined;
  // Of other criteria the selector is not known; the conditions have it anyway.
  const selector = hasItsCriteria(subscription, keys)
    ? labelSelector(subscription.cr.spec.applications)
    : undefined;
  const entry = { recipients, triggers, ...(selector !== undefined && { selector }) };
  return { configMap, keys: Object.keys(configMap), entry };
}

/** Whether the conditions of a live version demand all that the newest generation's criteria do. */
export function hasItsCriteria({ fence, criteria }: ResolvedSubscription, keys: readonly LiveKey[]): boolean {
  if (criteria === undefined) return false;
  const scope = `(${fence}) and ${criteria} and `;
  const triggers = keys.filter(({ key }) => key.startsWith('trigger.'));
  return triggers.every(({ value }) => readWhen(value)?.startsWith(scope));
}

/** A generation that is live and is now found to be dangerous is no "previous version". */
function isWithdrawn({ cr, verdict }: ResolvedSubscription, keys: readonly LiveKey[]): boolean {
  const reason = verdict.refusal?.reason;
  const isDangerous = reason === 'ExpressionNotAllowed' || reason === 'TooExpensive';
  return isDangerous && keys.some(({ provenance }) => provenance.generation === cr.metadata.generation);
}
