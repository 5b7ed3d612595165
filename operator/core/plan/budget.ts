import type { Finding } from '../../api/finding.ts';
import { SUBSCRIPTIONS_KEY } from '../../argocd/names.ts';
import { foreignText } from '../../argocd/subscriptions-block/subscriptions-block.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import { foreignKeys, type LiveState } from '../model/live.ts';
import type { LiveObject, Target } from '../model/snapshot.ts';

/**
 * The size, in bytes, up to which an object is written if live resources grow: Kubernetes refuses 1 MiB, and part of an object
 * is counted roughly.
 */
const ACCEPTED_BYTES = 1_032_192;

/** How much one robot or subscription needs, in the objects and of the quota of its namespace. */
export interface Need {
  readonly namespace: string;
  readonly subscriptions: 0 | 1;
  /** Of the ConfigMap and the Secret together. */
  readonly keys: number;
  /** Keys and values of the ConfigMap, in bytes. */
  readonly configMap: number;
  readonly secret: number;
}

type Quota = Pick<OperatorConfiguration['limits']['perNamespace'], 'subscriptions' | 'keys' | 'bytes'>;

/**
 * The bytes of the two objects, and the quota of each namespace. Kubernetes refuses an object of more than 1 MiB as a whole,
 * and then no edit of any namespace is written. So the budget refuses single resources before that. Live resources get their
 * bytes first and keep them: no new resource, no growth of another resource and no lowered limit takes them away.
 */
export class Budget {
  readonly #limits: { readonly configMap: number; readonly secret: number };
  readonly #left: { configMap: number; secret: number };
  /** Bytes beyond the limits, for live resources only. */
  readonly #reserve: { readonly configMap: number; readonly secret: number };
  readonly #quota: Quota;
  readonly #used = new Map<string, { [Unit in keyof Quota]: number }>();
  readonly #held = new Map<string, Need>();

  constructor(
    { configMapBytes, secretBytes, perNamespace }: OperatorConfiguration['limits'],
    { configMap, secret }: Target,
    live: LiveState,
  ) {
    this.#quota = perNamespace;
    this.#reserve = {
      configMap: Math.max(0, ACCEPTED_BYTES - configMapBytes),
      secret: Math.max(0, ACCEPTED_BYTES - secretBytes),
    };
    this.#limits = { configMap: configMapBytes, secret: secretBytes };
    this.#left = {
      configMap: configMapBytes - foreignConfigMapBytes(configMap) - sharedBytes(live),
      secret: secretBytes - foreignSecretBytes(secret, live),
    };
  }

  /** Reserves the needs of a live resource, even beyond the limits. */
  keep(holder: string, need: Need): void {
    this.release(holder);
    this.#hold(holder, need, 1);
  }

  /**
   * Replaces the reservation of a resource by the needs of its newest version. The resource keeps its reservation if that
   * fails.
   * @param tolerance by how many bytes the resource may grow beyond the limits, as long as Kubernetes accepts the object
   * @returns the lack; undefined if there is room
   */
  take(holder: string, need: Need, tolerance = 0): Finding | undefined {
    const held = this.#held.get(holder);
    // In most decisions most resources have not changed.
    if (held && isSameNeed(held, need)) return undefined;
    this.release(holder);
    const lack = this.#lack(need, held, tolerance);
    const stays = lack ? held : need;
    if (stays) this.#hold(holder, stays, 1);
    return lack;
  }

  /** Frees the reservation of a resource. */
  release(holder: string): void {
    const held = this.#held.get(holder);
    if (held) this.#hold(holder, held, -1);
  }

  #hold(holder: string, need: Need, sign: 1 | -1): void {
    if (sign > 0) this.#held.set(holder, need);
    else this.#held.delete(holder);
    this.#left.configMap -= sign * need.configMap;
    this.#left.secret -= sign * need.secret;
    const used = this.#usedBy(need.namespace);
    used.subscriptions += sign * need.subscriptions;
    used.keys += sign * need.keys;
    used.bytes += sign * bytesOfNeed(need);
  }

  #usedBy(namespace: string) {
    const known = this.#used.get(namespace);
    if (known) return known;
    const used = { subscriptions: 0, keys: 0, bytes: 0 };
    this.#used.set(namespace, used);
    return used;
  }

  /**
   * Nothing is missing for a resource that does not grow. The message names no amount of other resources: it would change with
   * each of their edits, for every resource that waits.
   */
  #lack(need: Need, held: Need | undefined, tolerance: number): Finding | undefined {
    for (const [object, name] of OBJECTS) {
      const growth = need[object] - (held?.[object] ?? 0);
      const reserve = growth <= tolerance ? this.#reserve[object] : 0;
      const left = Math.max(0, this.#left[object] + reserve);
      if (growth <= 0 || need[object] <= left) continue;
      const message =
        `Argo CD's ${name} has no room for this resource: ${need[object]} bytes are needed beside the keys of others, and ` +
        `limits.${object}Bytes is ${this.#limits[object]}. Use fewer events or robots. The operator merges the resource as ` +
        'soon as others are removed.';
      return { reason: 'TargetFull', message };
    }
    const used = this.#usedBy(need.namespace);
    for (const unit of UNITS) {
      const needed = AMOUNT[unit](need);
      const before = held ? AMOUNT[unit](held) : 0;
      const tolerated = unit === 'bytes' ? tolerance : 0;
      if (needed <= before + tolerated || used[unit] + needed <= this.#quota[unit]) continue;
      const message =
        `Namespace ${need.namespace} may have ${this.#quota[unit]} ${unit} in Argo CD's objects, and there is no room left ` +
        `for the ${needed} that this resource needs. Remove robots, subscriptions or events of the namespace, or ask the ` +
        `platform team to raise limits.perNamespace.${unit}. The operator merges the resource as soon as there is room.`;
      return { reason: 'NamespaceQuotaExceeded', message };
    }
    return undefined;
  }
}

const isSameNeed = (a: Need, b: Need): boolean =>
  a === b ||
  (a.namespace === b.namespace &&
    a.subscriptions === b.subscriptions &&
    a.keys === b.keys &&
    a.configMap === b.configMap &&
    a.secret === b.secret);

const OBJECTS = [
  ['configMap', 'ConfigMap'],
  ['secret', 'Secret'],
] as const;
const UNITS = ['subscriptions', 'keys', 'bytes'] as const;
const bytesOfNeed = ({ configMap, secret }: Need): number => configMap + secret;
const AMOUNT: { readonly [Unit in keyof Quota]: (need: Need) => number } = {
  subscriptions: (need) => need.subscriptions,
  keys: (need) => need.keys,
  bytes: bytesOfNeed,
};

/** Keys and values of an object. */
type Data = Readonly<Record<string, string>>;

function foreignConfigMapBytes(configMap: LiveObject | undefined): number {
  if (!configMap) return 0;
  const shared = foreignText(configMap.data[SUBSCRIPTIONS_KEY]) ?? '';
  return bytesOf(foreignKeys(configMap)) + Buffer.byteLength(shared) + (configMap.unseenBytes ?? 0);
}

/** No tenant pays for what all relayed robots share. */
const sharedBytes = ({ relay }: LiveState): number =>
  bytesOf(Object.fromEntries(relay.map(({ key, value }) => [key, value])));

function foreignSecretBytes(secret: LiveObject | undefined, { secretKeys }: LiveState): number {
  if (!secret) return 0;
  const foreign = Object.entries(secret.data).filter(([key]) => !secretKeys.has(key));
  return bytesOf(Object.fromEntries(foreign)) + (secret.unseenBytes ?? 0);
}

/** The bytes of keys and values. */
export const bytesOf = (data: Data): number =>
  Object.entries(data).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
