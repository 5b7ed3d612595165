import type { EngineMetrics } from './metrics.ts';
import type { Killed } from './types.ts';

/** What the cache has to know of an answer: whether it was one. */
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

interface Entry<V> {
  readonly verdict: V;
  readonly bytes: number;
  /** Infinity for what is true for ever: the engine says the same of the same. */
  readonly expires: number;
}

/**
 * The engine's verdicts by the hash of what it was asked those that were read last. An answer
 * stays true, but that a call was killed can be the fault of a machine that was busy just then: this is believed for
 * a while only.
 */
export class VerdictCache<V extends Verdict> {
  readonly #options: VerdictCacheOptions;
  /** In the order of last use. */
  readonly #entries = new Map<string, Entry<V>>();
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

  /** Keeps a verdict, at the expense of those that were not read for the longest time. */
  set(key: string, verdict: V): void {
    const { now, killedForMs = 600_000, maxBytes, maxEntries } = this.#options;
    const old = this.#entries.get(key);
    if (old) this.#remove(key, old);
    const bytes = Buffer.byteLength(key) + Buffer.byteLength(JSON.stringify(verdict));
    if (bytes > maxBytes) return;
    const expires = verdict.killed ? now() + killedForMs : Number.POSITIVE_INFINITY;
    this.#add(key, { verdict, bytes, expires });
    for (const [oldestKey, oldest] of this.#entries) {
      if (this.#entries.size <= maxEntries && this.#bytes <= maxBytes) break;
      this.#remove(oldestKey, oldest);
    }
  }

  #add(key: string, entry: Entry<V>): void {
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }

  #remove(key: string, entry: Entry<V>): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
