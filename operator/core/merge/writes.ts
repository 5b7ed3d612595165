import { readLiveState } from '../live.ts';
import { SUBSCRIPTIONS_KEY } from '../names.ts';
import type { Target } from '../snapshot.ts';
import { spliceBlock } from '../subscriptions-block.ts';
import type { Plan } from './plan.ts';

/**
 * One request on a target object. `apply` gives the whole set of our keys, so what is not in it goes, unless somebody
 * co-owns it: then it is in `stale` and has to be removed by hand.
 */
export type Write =
  | {
      readonly kind: 'apply';
      readonly object: 'ConfigMap' | 'Secret';
      readonly data: Data;
      readonly stale: readonly string[];
    }
  | { readonly kind: 'subscriptions'; readonly text: string | undefined };

type Data = Readonly<Record<string, string>>;

/** What stands between the plan and the target. */
export interface Writes {
  /** In the order in which they have to happen; empty where all is as it should be. */
  readonly steps: readonly Write[];
  /** Why the shared key is left alone, if it is. */
  readonly broken?: string;
}

/**
 * The requests that turn what is live into the plan. A service must find its URL: the Secret gets what is new before
 * the ConfigMap names it, and loses what is old after. Nothing is written to an object that does not exist.
 */
export function writesFor(plan: Plan, target: Target): Writes {
  if (!target.configMap || !target.secret) return { steps: [] };
  const live = readLiveState(target);
  const ourKeys = [...live.services.values(), ...[...live.events.values()].flat()].map(({ key }) => key);
  const configMap = difference(plan.configMap, target.configMap.data, ourKeys);
  const secret = difference(plan.secret, target.secret.data, [...live.secretKeys]);
  const before = target.configMap.data[SUBSCRIPTIONS_KEY];
  const spliced = spliceBlock(before, plan.entries);
  const kept = Object.fromEntries(secret.stale.map((key) => [key, target.secret?.data[key] as string]));

  const steps: Write[] = [];
  if (secret.changed)
    steps.push({ kind: 'apply', object: 'Secret', data: { ...plan.secret, ...kept }, stale: [] });
  if (configMap.changed || configMap.stale.length > 0) {
    steps.push({ kind: 'apply', object: 'ConfigMap', data: plan.configMap, stale: configMap.stale });
  }
  if (spliced.ok && spliced.text !== before) steps.push({ kind: 'subscriptions', text: spliced.text });
  if (secret.stale.length > 0) {
    steps.push({ kind: 'apply', object: 'Secret', data: plan.secret, stale: secret.stale });
  }
  return spliced.ok ? { steps } : { steps, broken: spliced.message };
}

/** Whether any wanted key differs, and which of ours are wanted no more. */
function difference(
  wanted: Data,
  live: Data,
  ours: readonly string[],
): { changed: boolean; stale: string[] } {
  return {
    changed: Object.entries(wanted).some(([key, value]) => live[key] !== value),
    stale: ours.filter((key) => wanted[key] === undefined).sort(),
  };
}
