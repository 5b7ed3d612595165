import type { EngineMetrics } from './metrics.ts';
import type { Killed } from './types.ts';

/** The part of an answer that the cache reads: whether the engine answered. */
interface Verdict {
  readonly ok: boolean;
  readonly killed?: Killed['killed'];
}

export interface VerdictCacheOptions {
  readonly maxEntries: number;
  /** Limit of all verdicts together, as JSON, in bytes. */
  readonly maxBytes: number;
  /** How long a killed call counts. Default 10 minutes. */
  readonly killedForMs?: number;
  /** Milliseconds on a clock that is never set. */
  readonly now: () => number;
  readonly metrics?: Pick<EngineMetrics, 'cacheRead'>;
}

/** The memory of an entry beside its texts: the maps that hold it, and the objects of a verdict, in bytes. */
const OVERHEAD = 300;

interface Entry<V> {
  readonly verdict: V;
  readonly asker: string;
  readonly bytes: number;
  /** Infinity for a verdict that is true for ever: the engine gives the same answer to the same request. */
  readonly expires: number;
}

/** The verdicts of one namespace. */
interface Share {
  /** In the order of last use. */
  readonly keys: Set<string>;
  bytes: number;
}

/**
 * The engine's verdicts by the hash of the request. The most recently read ones are kept. An answer stays true. But a
 * killed call can be the fault of a busy machine, so this verdict counts for a while only. If room is short, the
 * namespace with the largest share loses verdicts. So no namespace's questions evict the verdicts of one that asks
 * less.
 */
export class VerdictCache<V extends Verdict> {
  readonly #options: VerdictCacheOptions;
  readonly #entries = new Map<string, Entry<V>>();
  readonly #shares = new Map<string, Share>();
  #bytes = 0;
  #hits = 0;
  #misses = 0;

  constructor(options: VerdictCacheOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get hits(): number {
    return this.#hits;
  }

  get misses(): number {
    return this.#misses;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    const isHit = entry !== undefined && this.#options.now() < entry.expires;
    if (entry) this.#remove(key, entry);
    if (isHit) this.#add(key, entry);
    if (isHit) this.#hits += 1;
    else this.#misses += 1;
    this.#options.metrics?.cacheRead(isHit ? 'hit' : 'miss');
    return isHit ? entry.verdict : undefined;
  }

  /**
   * Keeps a verdict. To make room, it removes the verdicts of the largest share that were not read for the longest
   * time.
   * @param asker the namespace that asked
   */
  set(key: string, verdict: V, asker = ''): void {
    const { now, killedForMs = 600_000, maxBytes, maxEntries } = this.#options;
    const old = this.#entries.get(key);
    if (old) this.#remove(key, old);
    const bytes = OVERHEAD + Buffer.byteLength(key) + Buffer.byteLength(JSON.stringify(verdict));
    if (bytes > maxBytes) return;
    const expires = verdict.killed ? now() + killedForMs : Number.POSITIVE_INFINITY;
    this.#add(key, { verdict, asker, bytes, expires });
    while (this.#entries.size > maxEntries || this.#bytes > maxBytes) this.#removeOne();
  }

  #removeOne(): void {
    const [first, ...others] = this.#shares.values();
    if (!first) return;
    const largest = others.reduce((most, share) => (share.bytes > most.bytes ? share : most), first);
    const [oldest = ''] = largest.keys;
    const entry = this.#entries.get(oldest);
    if (entry) this.#remove(oldest, entry);
  }

  #add(key: string, entry: Entry<V>): void {
    const share = this.#shares.get(entry.asker) ?? { keys: new Set(), bytes: 0 };
    this.#shares.set(entry.asker, share);
    share.keys.add(key);
    share.bytes += entry.bytes;
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }

  #remove(key: string, { asker, bytes }: Entry<V>): void {
    const share = this.#shares.get(asker);
    share?.keys.delete(key);
    if (share) share.bytes -= bytes;
    if (share?.keys.size === 0) this.#shares.delete(asker);
    this.#entries.delete(key);
    this.#bytes -= bytes;
  }
}
