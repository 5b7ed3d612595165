import type { BackoffOptions } from '../lib/backoff.ts';
import type { Log } from '../lib/log.ts';
import type { ReflectorSource } from './list.ts';
import type { CacheChange } from './object-cache.ts';
import type { KubernetesObject } from './objects.ts';

/** What a reflector tells its owner. `synced` comes once, after the changes of the first complete list. */
export type ReflectorEvent<T> = CacheChange<T> | { readonly type: 'synced' };

export interface ReflectorOptions<T extends KubernetesObject> extends ReflectorSource<T> {
  /** For logs. */
  readonly name: string;
  readonly fieldSelector?: string | undefined;
  /** Called for each change, in order, after the cache holds it. To be taken as a hint: read the cache. */
  readonly onChange: (event: ReflectorEvent<T>) => void;
  /** Applied to every object before it is kept, to drop what nobody needs. */
  readonly transform?: ((object: T) => T) | undefined;
  /** The kind itself may not exist, as one that another product brings along: the collection is empty until it does. */
  readonly mayBeMissing?: boolean | undefined;
  readonly backoff: BackoffOptions;
  /** How often the whole collection is listed anew, whatever the watch says, in milliseconds. Default 10 min. */
  readonly relistAfterMs?: number;
  /**
   * How long a watch may be silent before it is opened anew, in milliseconds. Default 75 s: an API server sends
   * a bookmark about once a minute, so that only a dead watch is silent for longer.
   */
  readonly idleTimeoutMs?: number;
  /** Local wall clock, in milliseconds. */
  readonly now: () => number;
  readonly log: Log;
  /** Waits; rejects when the signal aborts. Default: the process' timers. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}
