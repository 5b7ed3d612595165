import { accessHash } from '../compile/access.ts';
import { checkFinding } from '../gate/verdicts.ts';
import { type LiveKey, liveKeysOf, liveRecipients } from '../live.ts';
import type { ResolvedSubscription } from '../resolve/subscriptions.ts';
import type { PlanSettings, SubscriptionPlan } from './plan.ts';
import { servicesOf, withoutServices } from './retained.ts';

/**
 * The version that is live, for a subscription whose newest one is refused. It stays as it is, but for recipients that
 * are gone, and only with the access that it was compiled with: what was withdrawn since, a grant of a project or the
 * trust in raw templates, can't be held on to by breaking one's own CR. Undefined if nothing may stay.
 */
export function planPrevious(
  subscription: ResolvedSubscription,
  settings: PlanSettings,
): SubscriptionPlan | undefined {
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
  if (isWithdrawn(subscription, keys)) return undefined;
  const listed = names.flatMap((name) => [...liveRecipients(settings.live, name)]);
  // Somebody may have reset the shared key; whom to send to is in the templates too.
  const before = new Set(listed.length > 0 ? listed : keys.flatMap(servicesOf));
  const recipients = [...before].filter((service) => settings.services.has(service)).sort();
  if (recipients.length === 0 || names.length === 0) return undefined;
  const gone = [...before].filter((service) => !settings.services.has(service));
  const configMap = Object.fromEntries(
    keys.map(({ key, value }) => [key, key.startsWith('template.') ? withoutServices(value, gone) : value]),
  );
  // Somebody may have edited it by hand into something that stops everybody.
  const isPending = subscription.verdict.refusal?.reason === 'GateUnavailable';
  const finding = isPending ? undefined : checkFinding(settings.inquiry, configMap, () => 'the live version');
  if (finding && finding.reason !== 'GateUnavailable') return undefined;
  return { configMap, keys: Object.keys(configMap), entry: { recipients, triggers: names } };
}

/** A generation that is live and is now found to be dangerous is no "previous version". */
function isWithdrawn({ cr, verdict }: ResolvedSubscription, keys: readonly LiveKey[]): boolean {
  const reason = verdict.refusal?.reason;
  const isDangerous = reason === 'ExpressionNotAllowed' || reason === 'TooExpensive';
  return isDangerous && keys.some(({ provenance }) => provenance.generation === cr.metadata.generation);
}
