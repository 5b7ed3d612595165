import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import type { Target } from '../../core/model/snapshot.ts';
import type { Cut } from './adoption.ts';

/**
 * The target as it is without what is taken over, for a decision on what it should become. It has the resourceVersion of
 * the real one, so what is written on the strength of it fails if that changes.
 */
export function cutTarget({ configMap, secret }: Target, { keys, subscriptions }: Cut): Target {
  if (!configMap) return { secret };
  const data = Object.fromEntries(
    Object.entries(configMap.data).filter(([key]) => key !== SUBSCRIPTIONS_KEY && !keys.includes(key)),
  );
  const shared = subscriptions === undefined ? {} : { [SUBSCRIPTIONS_KEY]: subscriptions };
  return { configMap: { ...configMap, data: { ...data, ...shared } }, secret };
}
