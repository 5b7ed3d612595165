import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { foreignEntries } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import type { LiveObject } from '../model/snapshot.ts';

/**
 * How many destinations others have on every application, by their entries of the shared key: triggers times recipients
 * of those without a selector, and of those with one the heaviest selector, since most select a team each. What is only
 * known to Argo CD, default triggers and subscriptions by annotation, is not in it.
 */
export function foreignDestinations(configMap: LiveObject | undefined): number {
  let onAll = 0;
  const bySelector = new Map<string, number>();
  for (const entry of foreignEntries(configMap?.data[SUBSCRIPTIONS_KEY])) {
    const count = lengthOf(entry, 'triggers') * lengthOf(entry, 'recipients');
    const selector = entry instanceof Map ? entry.get('selector') : undefined;
    if (typeof selector !== 'string' || selector.trim() === '') onAll += count;
    else bySelector.set(selector, (bySelector.get(selector) ?? 0) + count);
  }
  return onAll + Math.max(0, ...bySelector.values());
}

function lengthOf(entry: unknown, field: string): number {
  const list: unknown = entry instanceof Map ? entry.get(field) : undefined;
  return Array.isArray(list) ? list.length : 0;
}
