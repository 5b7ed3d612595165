import { isDeepStrictEqual } from 'node:util';
import { eventKeyName, SUBSCRIPTIONS_KEY, triggerKey } from '../../argocd/names.ts';
import { spliceBlock } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { readTrigger } from '../../argocd/trigger-value.ts';
import type { Decision } from '../../core/decide.ts';
import type { Snapshot, Target } from '../../core/model/snapshot.ts';
import { own } from '../../lib/own.ts';

/** One key of an object before and after; absent on the side without the key. */
export interface KeyChange {
  readonly key: string;
  readonly before?: string;
  readonly after?: string;
}

/** A trigger by which Argo CD could notify about an Application again, or for the first time. */
export interface ChangedTrigger {
  /** Its name in Argo CD's configuration. */
  readonly trigger: string;
  /** Services that it newly sends to, or all if its condition changes. Sorted. */
  readonly recipients: readonly string[];
}

/** The differences between two decisions on the same target. */
export interface Difference {
  /** By key, sorted. */
  readonly configMap: readonly KeyChange[];
  /** Values are signed URLs: not for printing. */
  readonly secret: readonly KeyChange[];
  /** How many RelayRoutes would be created, changed or deleted. */
  readonly routes: number;
  readonly triggers: readonly ChangedTrigger[];
  /**
   * Triggers that existed before and whose event has no time: if the condition was and still is true for an Application, Argo CD
   * notifies the recipients, which are all old ones, again.
   */
  readonly repeats: readonly ChangedTrigger[];
}

/** Compares the targets that two decisions plan. */
export function differenceOf(
  before: Decision,
  after: Decision,
  { target, relay }: Pick<Snapshot, 'target' | 'relay'>,
): Difference {
  return {
    configMap: changes(configMapOf(before, target), configMapOf(after, target)),
    secret: changes(before.plan.secret, after.plan.secret),
    routes: changedRoutes(before, after, relay),
    triggers: changedTriggers(before, after),
    repeats: repeatedTriggers(before, after),
  };
}

/** Both decisions are on the same RelayRoutes. */
function changedRoutes(before: Decision, after: Decision, relay: Snapshot['relay']): number {
  const [was, is] = [before, after].map(({ routes: { apply, remove } }) => {
    const specs = new Map<string, unknown>(relay?.routes);
    for (const { name, spec } of apply) specs.set(name, spec);
    for (const name of remove) specs.delete(name);
    return specs;
  }) as [Map<string, unknown>, Map<string, unknown>];
  const names = new Set([...was.keys(), ...is.keys()]);
  return [...names].filter((name) => !isDeepStrictEqual(was.get(name), is.get(name))).length;
}

type Data = Readonly<Record<string, string>>;

/** Our keys, and the planned value of the shared key; unchanged if it can't be written. */
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

/** Argo CD's notes contain a hash of the condition and the recipient; if one of them changes, the trigger starts again. */
function changedTriggers(before: Decision, after: Decision): ChangedTrigger[] {
  const earlier = recipientsOf(before);
  return [...recipientsOf(after)].flatMap(([trigger, services]) => {
    const known = (hasSameCondition(trigger, before, after) ? earlier.get(trigger) : undefined) ?? new Set();
    const recipients = [...services].filter((service) => !known.has(service)).sort();
    return recipients.length === 0 ? [] : [{ trigger, recipients }];
  });
}

/** An event with a time counts from its change on, so earlier occurrences are not sent again. */
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

/** The conditions of a trigger, also if it was edited by hand; the value itself if it can't be read. */
function conditionsOf(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return readTrigger(value)?.map(({ when }) => when) ?? [value];
}
