import { isTemplateKey, isTriggerKey, triggerName } from '../../argocd/names.ts';
import { formatProvenance, isMadeFrom } from '../../argocd/provenance.ts';
import { labelSelector } from '../../argocd/selector.ts';
import { formatTemplate, readTemplate } from '../../argocd/template-value.ts';
import { readWrittenTrigger } from '../../argocd/trigger-value.ts';
import { hasOwnCondition, isStillAllowed } from '../compile/access-hash.ts';
import { hasScope, splitCondition } from '../compile/condition.ts';
import { checkFinding } from '../gate/verdicts.ts';
import type { Inquiry } from '../model/inquiry.ts';
import { type LiveKey, liveKeysOf, liveRecipients } from '../model/live.ts';
import type { ResolvedSubscription } from '../model/resolved.ts';
import { awaitsEngine } from '../model/verdict.ts';
import { mayUse } from '../resolve/sharing.ts';
import type { PlanContext, SubscriptionPlan } from './placements.ts';

/** The live keys of a subscription that its present access still allows. */
export interface LiveVersion {
  readonly keys: readonly LiveKey[];
  /** Names of its triggers. */
  readonly triggers: readonly string[];
  /** The services that messages go to. */
  readonly recipients: readonly string[];
  /** Services that its templates still name, but that are gone or not shared any more. */
  readonly gone: readonly string[];
}

/**
 * The subscription with the access of its live version, where that is less than the present access. A subscription that gains
 * a grant must not lose its live version while the engine checks the newest one, or because of a mistake in the newest one.
 */
export function atLiveAccess(
  subscription: ResolvedSubscription,
  { live, isStillGranted }: PlanContext,
): ResolvedSubscription {
  const { cr } = subscription;
  const trigger = liveKeysOf(live, cr).find(({ key }) => isTriggerKey(key));
  const when = trigger && readWrittenTrigger(trigger.value)?.when;
  if (when === undefined || hasScope(when, subscription.accessCondition)) return subscription;
  const { accessCondition } = splitCondition(when);
  const isGranted = accessCondition !== undefined && isStillGranted(cr.metadata.namespace, accessCondition);
  return isGranted ? { ...subscription, accessCondition } : subscription;
}

/**
 * The part of the live version that may stay: the keys that are still allowed. Nobody keeps a permission that was withdrawn (a
 * grant of a project, the trust in raw templates and conditions, the consent of an owner) by breaking their own CR. Events that
 * need none of these stay. Undefined if nothing may stay.
 */
export function liveVersion(
  subscription: ResolvedSubscription,
  context: PlanContext,
): LiveVersion | undefined {
  const { namespace } = subscription.cr.metadata;
  const now = { namespace, accessCondition: subscription.accessCondition, ...context };
  const keys = liveKeysOf(context.live, subscription.cr).filter(
    ({ provenance }) => isMadeFrom(provenance, subscription.cr) && isStillAllowed(provenance, now),
  );
  const names = keys.flatMap(({ key }) => triggerName(key) ?? []);
  // In the order of the entry: the keys of the ConfigMap have another one, and a new order would be a needless write.
  const order = context.live.entries.flatMap((entry) => entry.triggers);
  const triggers = names.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const listed = triggers.flatMap((name) => [...liveRecipients(context.live, name)]);
  // Somebody may have reset the shared key; the templates name the services too.
  const before = new Set(listed.length > 0 ? listed : keys.flatMap(servicesOf));
  const isUsable = (service: string): boolean => {
    const robot = context.services.get(service);
    return robot !== undefined && mayUse(namespace, robot) && !subscription.elsewhere?.has(service);
  };
  const recipients = [...before].filter(isUsable).sort();
  if (recipients.length === 0 || triggers.length === 0) return undefined;
  const gone = keys.flatMap(servicesOf).filter((service) => !recipients.includes(service));
  return { keys, triggers, recipients, gone: [...new Set(gone)] };
}

/**
 * The plan for a subscription whose newest version is refused: the live version, unchanged except for recipients that are
 * gone. Undefined if nothing may stay.
 */
export function planLastGood(
  newest: ResolvedSubscription,
  context: PlanContext,
): SubscriptionPlan | undefined {
  const subscription = atLiveAccess(newest, context);
  const version = liveVersion(subscription, context);
  if (!version || isDangerous(subscription, version.keys, context.inquiry)) return undefined;
  const { keys, triggers, recipients, gone } = version;
  const configMap = Object.fromEntries(
    keys.map((each) => [each.key, isTemplateKey(each.key) ? withoutServices(each, gone) : each.value]),
  );
  // A hand edit may have made a value that stops Argo CD's engine for all.
  const isPending = awaitsEngine(subscription.verdict);
  const finding = isPending ? undefined : checkFinding(context.inquiry, configMap, () => 'the live version');
  if (finding?.gate === 'refused') return undefined;
  // The selector of other criteria is not known, and the conditions have it anyway.
  const selector = hasItsCriteria(subscription, keys)
    ? labelSelector(subscription.cr.spec.applications)
    : undefined;
  const entry = { recipients, triggers, ...(selector !== undefined && { selector }) };
  return { configMap, keys: Object.keys(configMap), entry };
}

/** Whether the conditions of a live version demand all that the newest generation's criteria do. */
export function hasItsCriteria(
  { accessCondition, criteria }: ResolvedSubscription,
  keys: readonly LiveKey[],
): boolean {
  if (criteria === undefined) return false;
  const triggers = keys.filter(({ key }) => isTriggerKey(key));
  return triggers.every(({ value }) => {
    const when = readWrittenTrigger(value)?.when;
    return when !== undefined && hasScope(when, accessCondition, criteria);
  });
}

/**
 * Whether the live version must go. The policy forbids the conditions of this very generation, or conditions of an older one
 * match regular expressions against long texts. An engine that did not come to an end proves neither.
 */
function isDangerous(
  { cr, accessCondition, verdict }: ResolvedSubscription,
  keys: readonly LiveKey[],
  inquiry: Inquiry,
): boolean {
  const { refusal } = verdict;
  const isForbidden = (refusal?.parts ?? [refusal]).some((part) => part?.gate === 'forbidden');
  if (isForbidden && keys.some(({ provenance }) => provenance.generation === cr.metadata.generation))
    return true;
  return keys.some(({ key, value, provenance }) => {
    const when = isTriggerKey(key) ? readWrittenTrigger(value)?.when : undefined;
    if (!when?.includes('matches') || !hasOwnCondition(provenance, accessCondition)) return false;
    const answer = inquiry.ask({ call: 'inspect', expression: when, role: 'retained' });
    return answer?.ok === true && answer.violation !== undefined;
  });
}

/**
 * The services that a live key of the operator has a message for; none for a trigger, or a template that was edited by hand.
 */
export function servicesOf({ key, value }: { readonly key: string; readonly value: string }): string[] {
  return isTemplateKey(key) ? Object.keys(readTemplate(value)?.webhook ?? {}) : [];
}

/**
 * A live template of the operator without some services. The engine renders every entry of a template's `webhook` map for
 * every send, and any Application can combine a trigger with a service. So an entry stays only if the subscription is sent to
 * its service. A value that has no such map, or another form (edited by hand), stays as it is. A hand edit may have moved the
 * mark of provenance. Without the mark, the key would count as another writer's.
 */
function withoutServices({ value, provenance }: LiveKey, services: readonly string[]): string {
  const template = services.length === 0 ? undefined : readTemplate(value);
  if (!template) return value;
  const webhook = Object.entries(template.webhook).filter(([service]) => !services.includes(service));
  return formatTemplate({ managedBy: formatProvenance(provenance), webhook: Object.fromEntries(webhook) });
}
