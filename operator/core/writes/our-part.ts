import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { readBlock, type SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { own } from '../../lib/own.ts';
import { type LiveState, ourLiveKeys } from '../model/live.ts';
import type { LiveObject, Target } from '../model/snapshot.ts';
import type { TargetWrite } from './writes.ts';

/**
 * The operator's keys of one object with their values. An entry of the shared key counts as a separate key, see {@link
 * entryKey}.
 */
export type OurPart = ReadonlyMap<string, string>;

/** The operator's part of both objects. */
export interface OurParts {
  readonly ConfigMap: OurPart;
  readonly Secret: OurPart;
}

/** The name for a trigger's entries in the shared key; no key of a ConfigMap contains a slash. */
export const entryKey = (trigger: string): string => `${SUBSCRIPTIONS_KEY}/${trigger}`;

/** Whether a key is the name of entries in the shared key. */
export const isEntryKey = (key: string): boolean => key.startsWith(`${SUBSCRIPTIONS_KEY}/`);

/** The operator's part of the present target. */
export function ourParts(live: LiveState, { secret }: Target): OurParts {
  return {
    ConfigMap: new Map([
      ...ourLiveKeys(live).map(({ key, value }) => [key, value] as const),
      ...entriesOf(live.entries),
    ]),
    Secret: new Map([...live.secretKeys].map((key) => [key, own(secret?.data, key) ?? ''])),
  };
}

/** The operator's part after a step. */
export function afterStep(before: OurParts, step: TargetWrite): OurParts {
  if (step.kind === 'apply' && step.object === 'Secret')
    return { ...before, Secret: new Map(Object.entries(step.data)) };
  const isApply = step.kind === 'apply';
  const written = isApply ? new Map(Object.entries(step.data)) : entriesOf(readBlock(step.text).entries);
  const part = parts.get(before.ConfigMap, [isApply ? step.data : step.text], () => {
    const next = new Map(before.ConfigMap);
    for (const key of before.ConfigMap.keys())
      if (isEntryKey(key) !== isApply && !written.has(key)) next.delete(key);
    for (const [key, value] of written) next.set(key, value);
    return next;
  });
  return { ...before, ConfigMap: part };
}

/** Two parts that were the same before a step are the same after it. */
const parts = new ObjectMemo<OurPart, OurPart>();

/** The keys that the object lacks or has with another value, sorted; all keys if the object is gone. */
export function lostKeys(part: OurPart, object: LiveObject | undefined): string[] {
  const entries = new Map(entriesOf(readBlock(object?.data[SUBSCRIPTIONS_KEY]).entries));
  const found = (key: string): string | undefined =>
    isEntryKey(key) ? entries.get(key) : own(object?.data, key);
  return [...part].flatMap(([key, value]) => (found(key) === value ? [] : [key])).sort();
}

function entriesOf(entries: readonly SubscriptionEntry[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { triggers, ...rest } of entries) {
    for (const trigger of triggers) {
      const key = entryKey(trigger);
      found.set(key, `${found.get(key) ?? ''}${JSON.stringify(rest)}`);
    }
  }
  return found;
}
