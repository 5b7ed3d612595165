import type { Connection } from '../../../operator/kubernetes/connection.ts';
import type { DataObject, KubernetesObject } from '../../../operator/kubernetes/objects.ts';
import { type ResourceAddress, resourcePath } from '../../../operator/kubernetes/paths.ts';

/** How long the watch may be silent: as long as a wait may take. */
const DEADLINE_MS = 600_000;

interface Awaited {
  readonly holds: (object: DataObject) => boolean;
  readonly resolve: (at: number) => void;
  readonly reject: (error: unknown) => void;
}

/** One ConfigMap or Secret as a watch reports it. */
export class WatchedObject implements Disposable {
  readonly #ended = new AbortController();
  readonly #awaited = new Set<Awaited>();
  #present: DataObject | undefined;
  #failure: unknown;

  /** @param address of the object, which need not exist yet */
  static async follow(
    { request, watch }: Pick<Connection, 'request' | 'watch'>,
    { name, ...collection }: ResourceAddress & { readonly name: string },
  ): Promise<WatchedObject> {
    const watched = new WatchedObject();
    const path = resourcePath(collection);
    const query = { fieldSelector: `metadata.name=${name}` };
    const { body } = await request<KubernetesObject & { items: DataObject[] }>({
      method: 'GET',
      path,
      query,
    });
    watched.#present = body.items[0];
    const events = await watch(
      path,
      { ...query, resourceVersion: body.metadata.resourceVersion },
      { signal: watched.#ended.signal, idleTimeoutMs: DEADLINE_MS },
    );
    watched.#read(events).catch((error: unknown) => watched.#fail(error));
    return watched;
  }

  /**
   * Resolves with the first moment, on the clock of `performance`, in which this holds.
   * @throws Error if it does not in time, or if the watch breaks off
   */
  async until(what: string, timeoutMs: number, holds: (object: DataObject) => boolean): Promise<number> {
    if (this.#failure) throw this.#failure;
    if (this.#present && holds(this.#present)) return performance.now();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const awaited = { holds, resolve, reject };
    this.#awaited.add(awaited);
    const late = () => reject(new Error(`not within ${timeoutMs} ms: ${what}`));
    const timer = setTimeout(late, timeoutMs);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#awaited.delete(awaited);
    });
  }

  /** The size of the present keys and values, in bytes. */
  bytes(): number {
    return Object.entries(this.#present?.data ?? {}).reduce(
      (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
      0,
    );
  }

  async #read(events: AsyncIterable<{ readonly object: KubernetesObject }>): Promise<void> {
    for await (const { object } of events) {
      const at = performance.now();
      this.#present = object as DataObject;
      for (const { holds, resolve } of this.#awaited) if (holds(this.#present)) resolve(at);
    }
    throw new Error('the API server has ended the watch');
  }

  #fail(error: unknown): void {
    // What comes after the end is the end of the watch itself.
    if (this.#ended.signal.aborted) return;
    this.#failure = error;
    for (const { reject } of this.#awaited) reject(error);
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
    for (const { reject } of this.#awaited) reject(this.#ended.signal.reason);
  }
}
