import type { BackoffOptions } from '../lib/backoff.ts';
import type { Log } from '../lib/log.ts';
import type { ReflectorSource } from './list.ts';
import type { CacheChange } from './object-cache.ts';
import type { KubernetesObject } from './objects.ts';

/** The events of a reflector for its owner. `synced` comes once, after the changes of the first complete list. */
export type ReflectorEvent<T> = CacheChange<T> | { readonly type: 'synced' };

export interface ReflectorOptions<T extends KubernetesObject> extends ReflectorSource<T> {
  /** For logs. */
  readonly name: string;
  readonly fieldSelector?: string | undefined;
  /** Called for each change, in order, after the cache holds it. The change is a hint: read the cache. */
  readonly onChange: (event: ReflectorEvent<T>) => void;
  /** Applied to every object before it is kept, to drop unused parts. */
  readonly transform?: ((object: T) => T) | undefined;
  /**
   * The kind itself may not exist, as a kind of another product. Then the collection is empty until the kind exists.
   */
  readonly mayBeMissing?: boolean | undefined;
  /** The operator can do without the right to read the objects. Until it has the right, the collection is empty. */
  readonly mayBeForbidden?: boolean | undefined;
  readonly backoff: BackoffOptions;
  /**
   * How often the whole collection is listed again, whether or not the watch works, in milliseconds. Default 10 min.
   */
  readonly relistAfterMs?: number;
  /**
   * How long a watch may be silent before it is opened again, in milliseconds. Default 75 s. An API server sends a
   * bookmark about once a minute, so only a dead watch is silent for longer.
   */
  readonly idleTimeoutMs?: number;
  /** In milliseconds, only ever forward: a clock that is set must not make a cache look fresh or old. */
  readonly clock: () => number;
  readonly log: Log;
  /** Waits; rejects when the signal aborts. Default: the process' timers. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}
