import { accessHash } from '../compile/access.ts';
import { checkFinding } from '../gate/verdicts.ts';
import { type LiveKey, liveKeysOf, liveRecipients } from '../live.ts';
import type { ResolvedSubscription } from '../resolve/subscriptions.ts';
import type { PlanSettings, SubscriptionPlan } from './plan.ts';
import { servicesOf, withoutServices } from './retained.ts';

/** What of a subscription is live, and may be with the access that it has today. */
export interface LiveVersion {
  readonly keys: readonly LiveKey[];
  /** Names of its triggers. */
  readonly triggers: readonly string[];
  /** The services that it is sent to, and those of them that are gone from the plan. */
  readonly recipients: readonly string[];
  readonly gone: readonly string[];
}

/**
 * The live version as it may stay: only with the access that it was compiled with. What was withdrawn since, a grant of a
 * project or the trust in raw templates, can't be held on to by breaking one's own CR. Undefined if nothing may stay.
 */
export function liveVersion(
  subscription: ResolvedSubscription,
  settings: PlanSettings,
): LiveVersion | undefined {
  const { uid, namespace } = subscription.cr.metadata;
  const isTrusted = settings.trustedNamespaces.includes(namespace);
  const granted = [
    accessHash(subscription.fence, false),
    ...(isTrusted ? [accessHash(subscription.fence, true)] : []),
  ];
  const keys = liveKeysOf(settings.live, subscription.cr).filter(
    ({ provenance }) => uid.startsWith(provenance.uid) && granted.includes(provenance.hash),
  );
  const names = keys.flatMap(({ key }) => (key.startsWith('trigger.') ? [key.slice('trigger.'.length)] : []));
  // As the entry has them: the ConfigMap's keys are in another order, and to change it would be a write for nothing.
  const order = settings.live.entries.flatMap((entry) => entry.triggers);
  const triggers = names.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const listed = triggers.flatMap((name) => [...liveRecipients(settings.live, name)]);
  // Somebody may have reset the shared key; whom to send to is in the templates too.
  const before = new Set(listed.length > 0 ? listed : keys.flatMap(servicesOf));
  const recipients = [...before].filter((service) => settings.services.has(service)).sort();
  if (recipients.length === 0 || triggers.length === 0) return undefined;
  return { keys, triggers, recipients, gone: [...before].filter((each) => !settings.services.has(each)) };
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
  return { configMap, keys: Object.keys(configMap), entry: { recipients, triggers } };
}

/** A generation that is live and is now found to be dangerous is no "previous version". */
function isWithdrawn({ cr, verdict }: ResolvedSubscription, keys: readonly LiveKey[]): boolean {
  const reason = verdict.refusal?.reason;
  const isDangerous = reason === 'ExpressionNotAllowed' || reason === 'TooExpensive';
  return isDangerous && keys.some(({ provenance }) => provenance.generation === cr.metadata.generation);
}
