import { FIELD_MANAGER } from '../../api/field-managers.ts';
import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import type { Target } from '../../core/model/snapshot.ts';
import type { Cut } from './adoption.ts';

/**
 * The target without the configuration that is taken over, as the basis for a decision. It has the resourceVersion of the real
 * target, so a write that follows from it fails if the real target changes.
 */
export function cutTarget({ configMap, secret }: Target, { keys, subscriptions }: Cut): Target {
  if (!configMap) return { secret };
  const data = Object.fromEntries(
    Object.entries(configMap.data).filter(([key]) => key !== SUBSCRIPTIONS_KEY && !keys.includes(key)),
  );
  const shared = subscriptions === undefined ? {} : { [SUBSCRIPTIONS_KEY]: subscriptions };
  return { configMap: { ...configMap, data: { ...data, ...shared } }, secret };
}

/**
 * The target as if no tool applied it server-side, for a switch whose user says that the source follows. The operator does not write a
 * key that a tool applies as a whole; the switch may, since its write takes the key from the tool.
 */
export function withoutAppliers({ configMap, ...rest }: Target): Target {
  const managers = configMap?.managers.filter(
    ({ name, operation }) => operation !== 'Apply' || name === FIELD_MANAGER,
  );
  return { ...rest, ...(configMap && managers && { configMap: { ...configMap, managers } }) };
}
