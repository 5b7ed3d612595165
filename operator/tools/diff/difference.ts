import { isDeepStrictEqual } from 'node:util';
import { eventKeyName, SUBSCRIPTIONS_KEY, triggerKey } from '../../argocd/names.ts';
import { spliceBlock } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { readTrigger } from '../../argocd/trigger-value.ts';
import type { Decision } from '../../core/decide.ts';
import type { Target } from '../../core/model/snapshot.ts';
import { own } from '../../lib/own.ts';

/** One key of an object before and after; absent on the side where it is not there. */
export interface KeyChange {
  readonly key: string;
  readonly before?: string;
  readonly after?: string;
}

/** A trigger by which applications could be notified that have been notified before, or never. */
export interface ChangedTrigger {
  /** Its name in Argo CD's configuration. */
  readonly trigger: string;
  /** Services that it newly sends to, or all if its condition is another one. Sorted. */
  readonly recipients: readonly string[];
}

/** What two decisions on one and the same target differ in. */
export interface Difference {
  /** By key, sorted. */
  readonly configMap: readonly KeyChange[];
  /** Values are signed URLs: not for printing. */
  readonly secret: readonly KeyChange[];
  readonly triggers: readonly ChangedTrigger[];
  /**
   * Those that were there before and whose event has no time: of an application for which it was true and is true still, the
   * recipients, all of them old ones, are told again.
   */
  readonly repeats: readonly ChangedTrigger[];
}

/** Compares what two decisions want to stand in the target. */
export function differenceOf(before: Decision, after: Decision, target: Target): Difference {
  return {
    configMap: changes(configMapOf(before, target), configMapOf(after, target)),
    secret: changes(before.plan.secret, after.plan.secret),
    triggers: changedTriggers(before, after),
    repeats: repeatedTriggers(before, after),
  };
}

type Data = Readonly<Record<string, string>>;

/** Our keys, and the shared one as it would be; unchanged where it can't be written. */
function configMapOf({ plan }: Decision, { configMap }: Target): Data {
  const live = configMap?.data[SUBSCRIPTIONS_KEY];
  const splice = spliceBlock(live, plan.entries);
  const text = splice.ok ? splice.text : live;
  return { ...plan.configMap, ...(text !== undefined && { [SUBSCRIPTIONS_KEY]: text }) };
}

function changes(before: Data, after: Data): KeyChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => {
    const [was, is] = [own(before, key), own(after, key)];
    if (was === is) return [];
    return [{ key, ...(was !== undefined && { before: was }), ...(is !== undefined && { after: is }) }];
  });
}

/** What was sent is remembered by the bytes of the condition and the recipient; so either one makes a new start. */
function changedTriggers(before: Decision, after: Decision): ChangedTrigger[] {
  const earlier = recipientsOf(before);
  return [...recipientsOf(after)].flatMap(([trigger, services]) => {
    const known = (hasSameCondition(trigger, before, after) ? earlier.get(trigger) : undefined) ?? new Set();
    const recipients = [...services].filter((service) => !known.has(service)).sort();
    return recipients.length === 0 ? [] : [{ trigger, recipients }];
  });
}

/** An event that has a time counts from its change on, so what happened before is not told again. */
function repeatedTriggers(before: Decision, after: Decision): ChangedTrigger[] {
  const earlier = recipientsOf(before);
  const timeless = timelessTriggers(after);
  return [...recipientsOf(after)].flatMap(([trigger, services]) => {
    const recipients = [...services].filter((service) => earlier.get(trigger)?.has(service)).sort();
    const isRepeated = timeless.has(trigger) && !hasSameCondition(trigger, before, after);
    return isRepeated && recipients.length > 0 ? [{ trigger, recipients }] : [];
  });
}

function timelessTriggers({ resolution }: Decision): Set<string> {
  const names = resolution.subscriptions.flatMap(({ cr: { metadata }, events }) =>
    events
      .filter(({ trigger }) => trigger.eventTime === undefined)
      .map(({ name }) => eventKeyName(metadata.namespace, metadata.name, name)),
  );
  return new Set(names);
}

function hasSameCondition(trigger: string, before: Decision, after: Decision): boolean {
  const key = triggerKey(trigger);
  const [was, is] = [before, after].map(({ plan }) => conditionsOf(own(plan.configMap, key)));
  return isDeepStrictEqual(was, is);
}

function recipientsOf({ plan }: Decision): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const {
    entry: { triggers, recipients },
  } of plan.subscriptions.values()) {
    for (const trigger of triggers)
      found.set(trigger, new Set([...(found.get(trigger) ?? []), ...recipients]));
  }
  return found;
}

/** The conditions of a trigger, also of one that was edited by hand; of what can't be read, the value itself. */
function conditionsOf(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return readTrigger(value)?.map(({ when }) => when) ?? [value];
}
