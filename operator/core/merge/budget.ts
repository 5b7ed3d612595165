import { foreignKeys } from '../live.ts';
import { SUBSCRIPTIONS_KEY } from '../names.ts';
import type { LiveObject } from '../snapshot.ts';
import { foreignText } from '../subscriptions-block.ts';
import type { Finding } from '../verdict.ts';
import type { SubscriptionPlan } from './plan.ts';

/** What an entry of the shared key takes beside its names: markers, field names, quotes. */
const ENTRY_OVERHEAD = 100;

/**
 * The room in the ConfigMap. Kubernetes refuses one of more than 1 MiB as a whole, and then nobody's edits land; so
 * what does not fit is refused one by one, before.
 */
export class Budget {
  #left: number;

  /** @param limit for all keys and values together, in bytes */
  constructor(limit: number, configMap: LiveObject | undefined, robots: Readonly<Record<string, string>>) {
    this.#left = limit - foreignBytes(configMap) - bytesOf(robots);
  }

  /** Takes the room that a subscription needs; what is missing otherwise. */
  take(plan: SubscriptionPlan): Finding | undefined {
    const needed = bytesOf(plan.configMap) + ENTRY_OVERHEAD + Buffer.byteLength(JSON.stringify(plan.entry));
    if (needed <= this.#left) {
      this.#left -= needed;
      return undefined;
    }
    const message =
      `Argo CD's ConfigMap has no room for it: ${needed} bytes are needed, ${needed - Math.max(0, this.#left)} are missing. ` +
      'Use fewer events or robots; it goes in by itself once others leave.';
    return { reason: 'TargetFull', message };
  }
}

function foreignBytes(configMap: LiveObject | undefined): number {
  if (!configMap) return 0;
  const shared = foreignText(configMap.data[SUBSCRIPTIONS_KEY]) ?? '';
  return bytesOf(foreignKeys(configMap)) + Buffer.byteLength(shared);
}

const bytesOf = (data: Readonly<Record<string, string>>): number =>
  Object.entries(data).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
