import { setTimeout as delay } from 'node:timers/promises';
import { Backoff } from '../lib/backoff.ts';
import { ApiError, ExpiredError, ForbiddenError, NotFoundError, RequestError } from './api-error.ts';
import { listAll } from './list.ts';
import { MissingRight } from './missing-right.ts';
import { type CacheChange, ObjectCache } from './object-cache.ts';
import { isNewerVersion, type KubernetesObject } from './objects.ts';
import type { ReflectorEvent, ReflectorOptions } from './reflector-options.ts';
import { RefreshCallers } from './refresh-callers.ts';
import { type WatchEvent, WatchIdleError } from './watch.ts';

/** Longest requested watch. An API server ends it in order, with a last bookmark. */
const MAX_WATCH_MS = 300_000;
/**
 * Shortest requested watch: it must be able to live until it counts as good, even if a new list is due before that.
 */
const MIN_WATCH_MS = 10_000;
/** A watch that lived this long was a good one, even if nothing happened. */
const GOOD_WATCH_MS = 5_000;
/** After so many failures in a row the fault may be in the resourceVersion itself, as after a restore of etcd. */
const FAILURES_BEFORE_RELIST = 3;
/**
 * A server that was away may have lost versions and have made new ones beyond ours: then only a list shows the truth.
 * The first failure is the end of the watch, the second one that the server is not there.
 */
const ABSENCES_BEFORE_RELIST = 2;
/**
 * A server may not have reached the version yet, as after a restore. It accepts such a watch and stays silent for
 * ever.
 */
const SILENCES_BEFORE_RELIST = 2;
const MAX_RETRY_AFTER_MS = 300_000;
/**
 * Longest wait for a kind that does not exist. A request costs nothing, and users wait for the kind once it exists.
 */
const MAX_KIND_WAIT_MS = 5_000;

/**
 * A cache of one collection that follows it by list and watch and never gives up. Every failure is logged and tried
 * again; only stop() ends the reflector. Objects are shared and must not be changed.
 */
export class Reflector<T extends KubernetesObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #cache = new ObjectCache<T>();
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  readonly #relistAfterMs: number;
  #running: Promise<void> | undefined;
  /** Ends the present watch or wait, and nothing else. */
  #pause = new AbortController();
  readonly #callers = new RefreshCallers();
  /** Where the next watch starts; undefined: list first. */
  #resourceVersion: string | undefined;
  /** The last watch that could be opened, until a failure has been judged by it. */
  #lastWatch: { readonly openedAt: number; brought: boolean } | undefined;
  /** Watches in a row that brought no event at all. */
  #silences = 0;
  #synced = false;
  /** Whether the kind was last found not to exist. */
  #missing = false;
  #lastListAt: number | undefined;
  #lastContactAt: number | undefined;
  readonly #right: MissingRight;
  /** The last attempt, for {@link missingRight}. */
  #verb: 'list' | 'watch' = 'list';
  /** Whether the server may have lost versions since the last watch, as after a restore of etcd. */
  #isDoubtful = false;
  /** Writes of the operator that are under way. */
  readonly #writes = new Set<Promise<void>>();
  #lists = 0;
  #failures = 0;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#right = new MissingRight(options.log, options.name, options.watchPath);
    this.#backoff = new Backoff(options.backoff);
    // Spread over a fifth of the interval, so caches that started together do not always list together.
    this.#relistAfterMs = (options.relistAfterMs ?? 600_000) * (0.9 + 0.2 * options.backoff.random());
  }

  get name(): string {
    return this.#options.name;
  }

  /** Whether the collection has been listed completely at least once. */
  get synced(): boolean {
    return this.#synced;
  }

  /** How long ago the API server gave a sign of life for this collection, bookmarks included, in milliseconds. */
  get ageMs(): number | undefined {
    return this.#lastContactAt === undefined ? undefined : this.#options.clock() - this.#lastContactAt;
  }

  /**
   * The right that the operator lacks, as `cannot list secrets in the namespace argocd`; undefined while nothing is
   * known to be missing. The last known objects stay, and the reflector comes back by itself.
   */
  get missingRight(): string | undefined {
    return this.#right.text;
  }

  /** Complete lists, and failures of list or watch, since the start: for metrics. */
  get counts(): { readonly lists: number; readonly failures: number } {
    return { lists: this.#lists, failures: this.#failures };
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#cache.get(namespace, name);
  }

  items(): readonly T[] {
    return this.#cache.items();
  }

  /** Puts the answer to a write of the operator into the cache, see {@link ObjectCache.observe}. */
  observe(object: T, writtenOver?: string): void {
    this.#emit(this.#cache.observe(this.#transform(object), writtenOver));
  }

  /**
   * Does a write of the operator whose answer comes into the cache by {@link observe}. The watch may report the write before the answer
   * comes: with a watch that brings the metadata alone, the object would be read for nothing.
   */
  async during<R>(write: () => Promise<R>): Promise<R> {
    const writing = write();
    const settled = writing.then(
      () => undefined,
      () => undefined,
    );
    this.#writes.add(settled);
    try {
      return await writing;
    } finally {
      this.#writes.delete(settled);
    }
  }

  /**
   * Writes the status of one of the objects and puts the answer into the cache. Watch events about the operator's own
   * write do not count as changes, even before the answer comes. An object has at most one write at a time.
   * @param write returns the object as it is now, undefined if nothing was written
   */
  async writeStatus(
    { namespace, name }: { readonly namespace?: string | undefined; readonly name: string },
    write: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    this.#cache.beginStatusWrite(namespace, name);
    let answer: T | undefined;
    try {
      answer = await write();
      return answer;
    } finally {
      this.#emit(this.#cache.endStatusWrite(namespace, name, answer && this.#transform(answer)));
    }
  }

  /**
   * Creates one of the objects, and puts the answer into the cache before the watch reports it.
   * @param write returns the new object
   */
  async create(
    { namespace, name }: { readonly namespace?: string | undefined; readonly name: string },
    write: () => Promise<T>,
  ): Promise<T> {
    this.#cache.beginCreation(namespace, name);
    let answer: T | undefined;
    try {
      answer = await write();
      return answer;
    } finally {
      this.#cache.endCreation(namespace, name, answer && this.#transform(answer));
    }
  }

  /** Begins to list and watch; the second call does nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * Resolves once the cache holds a complete list that began after this call. It ends the present watch or wait for
   * that. A list that fails is tried again as always. Calls at the same time share one list. Where a right is missing,
   * it resolves with the last known objects.
   * @throws Error only if the reflector is stopped
   */
  refresh(): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.reject(this.#stopped());
    const { haveAsked } = this.#callers;
    const refreshed = this.#callers.ask();
    if (!haveAsked) this.#pause.abort();
    return refreshed;
  }

  /** Ends everything; onChange is not called any more. Resolves when the last request has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#pause.abort();
    this.#callers.reject(this.#stopped());
    await this.#running;
  }

  #stopped(): Error {
    return new Error(`the cache ${this.name} was stopped`);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        if (this.#isDoubtful && !this.#listIsNeeded()) await this.#verifyVersion();
        if (this.#listIsNeeded()) await this.#relist();
        await this.#untilRefresh((pause) => this.#watchOnce(pause));
      } catch (error) {
        if (!signal.aborted) await this.#recover(error);
      }
    }
  }

  #listIsNeeded(): boolean {
    return this.#callers.wait || this.#resourceVersion === undefined || this.#relistIsDue();
  }

  /** Lets {@link refresh} and {@link stop} end a watch or a wait early, which is no failure. */
  async #untilRefresh(run: (pause: AbortSignal) => Promise<void>): Promise<void> {
    this.#pause = new AbortController();
    const { signal } = this.#pause;
    if (this.#callers.haveAsked || this.#stop.signal.aborted) this.#pause.abort();
    try {
      await run(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /**
   * Asks for one object, since the answer names the present version of the collection. An API server accepts a watch
   * from a later version, and such a watch is silent until the server has reached that version.
   */
  async #verifyVersion(): Promise<void> {
    this.#verb = 'list';
    const { list, fieldSelector, log, name } = this.#options;
    const page = await list({ limit: 1, fieldSelector }, this.#stop.signal);
    this.#touch();
    this.#isDoubtful = false;
    if (!isNewerVersion(this.#resourceVersion ?? '', page.resourceVersion)) return;
    this.#resourceVersion = undefined;
    log.warn({ cache: name }, 'the versions of the API server have gone back; listing again');
  }

  async #relist(): Promise<void> {
    this.#verb = 'list';
    this.#callers.listBegins();
    this.#cache.beginList();
    const { list, fieldSelector } = this.#options;
    const { items, resourceVersion } = await listAll(list, fieldSelector, this.#stop.signal, () =>
      this.#touch(),
    );
    this.#resourceVersion = resourceVersion;
    this.#lastListAt = this.#options.clock();
    this.#lists += 1;
    this.#isDoubtful = false;
    // The wait for the kind was not a failure, and a new kind may well answer the first time that it is not ready.
    if (this.#missing) this.#backoff.reset();
    this.#missing = false;
    this.#replace(items);
  }

  #replace(items: readonly T[]): void {
    this.#emit(this.#cache.replace(items.map((item) => this.#transform(item))));
    if (!this.#synced) {
      this.#synced = true;
      this.#tell({ type: 'synced' });
    }
    this.#callers.listIsTaken();
  }

  /** Returns when the watch ended in order or a new list is due. */
  async #watchOnce(pause: AbortSignal): Promise<void> {
    this.#verb = 'watch';
    const { watch, watchPath, fieldSelector, idleTimeoutMs = 75_000 } = this.#options;
    const untilRelist = this.#relistAfterMs - this.#sinceLastList();
    const query = {
      resourceVersion: this.#resourceVersion,
      allowWatchBookmarks: true,
      timeoutSeconds: Math.ceil(Math.min(Math.max(untilRelist, MIN_WATCH_MS), MAX_WATCH_MS) / 1_000),
      fieldSelector,
    };
    const events = await watch(watchPath, query, { signal: pause, idleTimeoutMs });
    this.#touch();
    this.#right.isThere();
    const current = { openedAt: this.#options.clock(), brought: false };
    this.#lastWatch = current;
    for await (const event of events) {
      if (pause.aborted) return;
      current.brought = true;
      this.#handle(await this.#completed(event, pause));
      if (pause.aborted) return;
      if (this.#relistIsDue()) return;
    }
    if (!this.#watchWasGood()) throw new Error('the watch ended as soon as it was opened');
  }

  /** Where the watch brings the metadata alone: an event with the whole object, or a bookmark if nothing is new. */
  async #completed(event: WatchEvent, pause: AbortSignal): Promise<WatchEvent> {
    const { read } = this.#options;
    if (!read || event.type === 'BOOKMARK' || event.type === 'DELETED') return event;
    await Promise.all(this.#writes);
    const { metadata } = event.object;
    if (this.#cache.has(metadata)) return { type: 'BOOKMARK', object: event.object };
    const object = await read(metadata.name, pause);
    return object ? { type: event.type, object } : { type: 'BOOKMARK', object: event.object };
  }

  #handle(event: WatchEvent): void {
    this.#touch();
    this.#backoff.reset();
    this.#silences = 0;
    // The caller knows the type of the objects at the path; the stream has checked that each is an object with
    // metadata.
    const object = event.object as T;
    if (event.type === 'DELETED') this.#emit(this.#cache.delete(this.#transform(object)));
    else if (event.type !== 'BOOKMARK') this.#emit(this.#cache.set(this.#transform(object)));
    this.#resourceVersion = object.metadata.resourceVersion;
  }

  async #recover(error: unknown): Promise<void> {
    const { log, name, mayBeMissing } = this.#options;
    const good = this.#watchWasGood();
    this.#lastWatch = undefined;
    if (good) this.#backoff.reset();
    this.#isDoubtful = true;
    if (error instanceof WatchIdleError) {
      this.#silences = (this.#silences + 1) % SILENCES_BEFORE_RELIST;
      if (this.#silences === 0) this.#resourceVersion = undefined;
      log.debug({ cache: name }, 'the watch is silent');
      return;
    }
    if (mayBeMissing && error instanceof NotFoundError) return this.#waitForKind();
    if (error instanceof ExpiredError) {
      this.#resourceVersion = undefined;
      log.info({ cache: name }, 'the watch has fallen too far behind; listing again');
      if (good) return;
    }
    this.#failures += 1;
    const asked = error instanceof ApiError ? Math.min(error.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS) : 0;
    const waitMs = Math.round(asked + this.#backoff.next());
    const { failures } = this.#backoff;
    const isAway = error instanceof RequestError;
    if (failures >= (isAway ? ABSENCES_BEFORE_RELIST : FAILURES_BEFORE_RELIST))
      this.#resourceVersion = undefined;
    if (error instanceof ForbiddenError) this.#lacksRight(error);
    else log.warn({ cache: name, err: error, failures, waitMs }, 'cannot list or watch');
    await this.#sleep(waitMs);
  }

  #lacksRight(error: ForbiddenError): void {
    this.#right.isMissing(this.#verb, error);
    if (!this.#synced && this.#options.mayBeForbidden) this.#replace([]);
    // The last known objects are all that there is.
    else if (this.#synced) this.#callers.listIsTaken();
  }

  /** The kind does not exist, or not any more. This is not an error, and the collection is empty. */
  async #waitForKind(): Promise<void> {
    const { log, name } = this.#options;
    if (!this.#missing)
      log.info({ cache: name }, 'the kind does not exist; looking for the kind again and again');
    this.#missing = true;
    this.#touch();
    this.#resourceVersion = undefined;
    this.#replace([]);
    await this.#sleep(Math.min(Math.round(this.#backoff.next()), MAX_KIND_WAIT_MS));
  }

  #sleep(ms: number): Promise<void> {
    const sleep = this.#options.sleep ?? ((time, signal) => delay(time, undefined, { signal }));
    return this.#untilRefresh((pause) => sleep(ms, pause));
  }

  /** Whether the last watch brought an event or stayed open for a while, and did not break at once. */
  #watchWasGood(): boolean {
    const watch = this.#lastWatch;
    return watch !== undefined && (watch.brought || this.#options.clock() - watch.openedAt >= GOOD_WATCH_MS);
  }

  #relistIsDue(): boolean {
    return this.#sinceLastList() >= this.#relistAfterMs;
  }

  #sinceLastList(): number {
    return this.#options.clock() - (this.#lastListAt ?? Number.NEGATIVE_INFINITY);
  }

  #touch(): void {
    this.#lastContactAt = this.#options.clock();
  }

  #transform(object: T): T {
    return this.#options.transform?.(object) ?? object;
  }

  #emit(changes: readonly CacheChange<T>[]): void {
    for (const change of changes) this.#tell(change);
  }

  #tell(event: ReflectorEvent<T>): void {
    if (this.#stop.signal.aborted) return;
    try {
      this.#options.onChange(event);
    } catch (error) {
      this.#options.log.error({ cache: this.name, err: error }, 'a listener failed');
    }
  }
}
