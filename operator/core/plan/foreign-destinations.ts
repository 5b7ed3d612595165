import { readForeignEntries } from '../../argocd/foreign-entries.ts';
import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import type { LiveObject } from '../model/snapshot.ts';

/**
 * How many destinations others have on every application, by their entries of the shared key: triggers times recipients
 * of those without a selector, and of those with one the heaviest selector, since most select a team each. What is only
 * known to Argo CD, default triggers and subscriptions by annotation, is not in it.
 */
export function foreignDestinations(configMap: LiveObject | undefined): number {
  let onAll = 0;
  const bySelector = new Map<string, number>();
  for (const { triggers, recipients, selector } of readForeignEntries(configMap?.data[SUBSCRIPTIONS_KEY])) {
    const count = triggers.length * recipients.length;
    if (selector === undefined) onAll += count;
    else bySelector.set(selector, (bySelector.get(selector) ?? 0) + count);
  }
  return onAll + Math.max(0, ...bySelector.values());
}
