import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { readBlock, type SubscriptionEntry } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import { own } from '../../lib/own.ts';
import { type LiveState, ourLiveKeys } from '../model/live.ts';
import type { LiveObject, Target } from '../model/snapshot.ts';
import type { TargetWrite } from './writes.ts';

/** Our keys of one object with their values; an entry of the shared key counts as a key of its own, see {@link entryKey}. */
export type OurPart = ReadonlyMap<string, string>;

/** Our part of both objects. */
export interface OurParts {
  readonly ConfigMap: OurPart;
  readonly Secret: OurPart;
}

/** The name under which what the shared key has of a trigger is kept; no key of a ConfigMap holds a slash. */
export const entryKey = (trigger: string): string => `${SUBSCRIPTIONS_KEY}/${trigger}`;

/** Whether a key stands for a part of the shared key. */
export const isEntryKey = (key: string): boolean => key.startsWith(`${SUBSCRIPTIONS_KEY}/`);

/** What is ours in the target now. */
export function ourParts(live: LiveState, { secret }: Target): OurParts {
  return {
    ConfigMap: new Map([
      ...ourLiveKeys(live).map(({ key, value }) => [key, value] as const),
      ...entriesOf(live.entries),
    ]),
    Secret: new Map([...live.secretKeys].map((key) => [key, own(secret?.data, key) ?? ''])),
  };
}

/** What is ours once a step is done. */
export function afterStep(before: OurParts, step: TargetWrite): OurParts {
  if (step.kind === 'apply' && step.object === 'Secret')
    return { ...before, Secret: new Map(Object.entries(step.data)) };
  const isApply = step.kind === 'apply';
  const rest = [...before.ConfigMap].filter(([key]) => isEntryKey(key) === isApply);
  const written = isApply ? Object.entries(step.data) : entriesOf(readBlock(step.text).entries);
  return { ...before, ConfigMap: new Map([...rest, ...written]) };
}

/** The keys that are gone from the object or have another value, sorted; all of them if the object is gone. */
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
