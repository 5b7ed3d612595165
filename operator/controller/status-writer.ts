import type { StatusUpdate, WantedStatus } from '../core/status/status-update.ts';
import type { Log } from '../lib/log.ts';
import { Pace } from '../lib/pace.ts';
import { InTurn } from './in-turn.ts';
import { Rests } from './rests.ts';

/** Half of the requests that may be under way at once: a write of a target never waits behind a crowd of statuses. */
const MAX_IN_FLIGHT = 8;
/** Per namespace: a namespace whose writes hang leaves room for others. */
const MAX_OF_NAMESPACE = 2;
/** The limits of Argo CD's own controllers: ARGOCD_K8S_CLIENT_QPS and ARGOCD_K8S_CLIENT_BURST. */
const PER_SECOND = 50;
const BURST = 100;
/** While a write of the target is on its way: it waits for the same API server. */
const WHILE_BUSY = { perSecond: 10, burst: 10 } as const;
/** Of statuses that only record a renewed signature. All robots of an installation have theirs renewed at once. */
const RENEWALS_PER_SECOND = 5;

/** The result of sending a status: written, or stale because the CR has changed or gone meanwhile. */
export type StatusOutcome = 'written' | 'outdated';

export interface StatusWriterOptions {
  /** The CR as it is now, with the answers to the operator's writes; undefined if it is gone. */
  readonly current: (wanted: WantedStatus) => StatusUpdate['cr'] | undefined;
  /** Writes one status and reports the change. After any exception, it is called again later. */
  readonly write: (update: StatusUpdate) => Promise<StatusOutcome>;
  /** In milliseconds, only ever forward. */
  readonly clock: () => number;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** Whether a run or a write of the target is about to come. */
  readonly isBusy: () => boolean;
  readonly onOutcome: (outcome: StatusOutcome | 'failed') => void;
  /** Called with the number of statuses that are not written yet, each time that it may have changed. */
  readonly onPending: (count: number) => void;
  readonly log: Log;
}

/**
 * Writes statuses beside the runs, so no run waits for them. It writes the newest wanted status of each CR.
 * Namespaces take turns, at a pace that does not burden an API server. A status that only records a renewed signature
 * waits for all others, and has a slower pace. A write that fails is tried again on its own.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #queue = new InTurn();
  readonly #pace: Pace;
  readonly #paceWhileBusy: Pace;
  /** The statuses that only record a renewed signature. */
  readonly #renewals = new InTurn();
  readonly #paceOfRenewals: Pace;
  readonly #rests: Rests;
  /** Namespaces of the writes that are under way, by key. */
  readonly #inFlight = new Map<string, string>();
  #wanted: ReadonlyMap<string, WantedStatus> = new Map();
  #timer: NodeJS.Timeout | undefined;
  /** Resolves when nothing is left; set once the writer is told to end. */
  #end: PromiseWithResolvers<void> | undefined;
  #lost = 0;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
    this.#pace = new Pace(PER_SECOND, BURST, options.clock);
    this.#paceWhileBusy = new Pace(WHILE_BUSY.perSecond, WHILE_BUSY.burst, options.clock);
    this.#paceOfRenewals = new Pace(RENEWALS_PER_SECOND, 1, options.clock);
    this.#rests = new Rests(options.random, (key) => {
      this.#look(key);
      this.#send();
    });
  }

  /** Replaces all wanted statuses. A status that is not sent yet and not wanted any more is not sent. */
  want(statuses: readonly WantedStatus[]): void {
    if (this.#end) return;
    const before = this.#wanted;
    this.#wanted = new Map(statuses.map((wanted) => [keyOf(wanted), wanted]));
    for (const [key, { cr }] of before) {
      if (!this.#wanted.has(key)) this.#drop(cr.metadata.namespace, key);
    }
    for (const key of this.#wanted.keys()) this.#look(key);
    this.#send();
  }

  /**
   * Sends the remaining statuses as fast as possible, for at most this long, but no records of renewed signatures. The
   * next start sends the rest.
   */
  async close(timeoutMs: number): Promise<void> {
    this.#end = Promise.withResolvers();
    clearTimeout(this.#timer);
    this.#renewals.clear();
    for (const key of this.#rests.keys()) {
      this.#rests.end(key);
      this.#look(key);
    }
    const deadline = setTimeout(this.#end.resolve, timeoutMs);
    this.#send();
    await this.#end.promise;
    clearTimeout(deadline);
    const count = this.#queue.size + this.#inFlight.size + this.#lost;
    this.#wanted = new Map();
    if (count > 0)
      this.#options.log.warn(
        { count },
        'some statuses are not written before the exit; the next start writes them',
      );
  }

  /** Sends nothing more: another replica may write the statuses now. */
  abandon(): void {
    this.#end ??= Promise.withResolvers();
    clearTimeout(this.#timer);
    for (const [key, { cr }] of this.#wanted) this.#drop(cr.metadata.namespace, key);
    this.#wanted = new Map();
    this.#options.onPending(0);
  }

  /** Queues a CR if its status differs from the wanted one, and removes it from the queue otherwise. */
  #look(key: string): void {
    const wanted = this.#wanted.get(key);
    // A write that is under way is checked when it has ended.
    if (!wanted || this.#inFlight.has(key)) return;
    const { namespace } = wanted.cr.metadata;
    const update = this.#updateFor(wanted);
    if (!update) this.#drop(namespace, key);
    else if (!this.#rests.has(key, versionOf(update))) {
      const [queue, other] = update.isRenewal ? [this.#renewals, this.#queue] : [this.#queue, this.#renewals];
      other.delete(namespace, key);
      if (!update.isRenewal || !this.#end) queue.add(namespace, key);
    }
  }

  #drop(namespace: string, key: string): void {
    this.#queue.delete(namespace, key);
    this.#renewals.delete(namespace, key);
    this.#rests.end(key);
  }

  #send(): void {
    clearTimeout(this.#timer);
    const waits = [
      this.#sendFrom(this.#queue, this.#options.isBusy() ? this.#paceWhileBusy : this.#pace),
      this.#sendFrom(this.#renewals, this.#paceOfRenewals),
    ].filter((ms) => ms > 0);
    if (waits.length > 0) this.#timer = setTimeout(() => this.#send(), Math.min(...waits));
    const pending = this.#queue.size + this.#renewals.size + this.#inFlight.size + this.#rests.size;
    // The writer keeps no decision in memory for their sake.
    if (pending === 0) this.#wanted = new Map();
    this.#options.onPending(pending);
    if (this.#queue.size + this.#inFlight.size === 0) this.#end?.resolve();
  }

  /** @returns how long the next one has to wait for its pace, in milliseconds; 0 if it waits for nothing, or for an answer */
  #sendFrom(queue: InTurn, pace: Pace): number {
    while (queue.size > 0 && this.#inFlight.size < MAX_IN_FLIGHT) {
      const waitMs = this.#end ? 0 : pace.waitMs();
      if (waitMs > 0) return waitMs;
      const key = queue.next((namespace) => this.#mayHaveTurn(namespace));
      if (key === undefined) return 0;
      const wanted = this.#wanted.get(key);
      const update = wanted && this.#updateFor(wanted);
      if (update) void this.#write(key, wanted, update, pace);
      else this.#rests.end(key);
    }
    return 0;
  }

  #mayHaveTurn(namespace: string): boolean {
    if (this.#end) return true;
    const own = [...this.#inFlight.values()].filter((each) => each === namespace);
    return own.length < MAX_OF_NAMESPACE;
  }

  /** Never rejects. */
  async #write(key: string, wanted: WantedStatus, update: StatusUpdate, pace: Pace): Promise<void> {
    pace.take();
    this.#inFlight.set(key, update.cr.metadata.namespace);
    try {
      this.#options.onOutcome(await this.#options.write(update));
      this.#rests.end(key);
    } catch (error) {
      this.#failed(key, update, error);
    }
    this.#inFlight.delete(key);
    // A second write of the same status would have the same result.
    if (this.#wanted.get(key) !== wanted) this.#look(key);
    this.#send();
  }

  #failed(key: string, update: StatusUpdate, err: unknown): void {
    this.#options.onOutcome('failed');
    if (this.#end) {
      this.#lost += 1;
      return;
    }
    const { failures, retryInMs } = this.#rests.begin(key, versionOf(update));
    // A single failure may be a restart of the API server. Repeated failures are logged less and less often.
    const level = failures > 1 && Number.isInteger(Math.log2(failures)) ? 'warn' : 'debug';
    this.#options.log[level]({ err, ...nameOf(update), failures, retryInMs }, 'cannot write a status');
  }

  #updateFor(wanted: WantedStatus): StatusUpdate | undefined {
    const current = this.#options.current(wanted);
    try {
      return current && wanted.updateFor(current);
    } catch (err) {
      this.#options.log.error({ err, ...nameOf(wanted) }, 'cannot compute a status');
      return undefined;
    }
  }
}

type Named = Pick<StatusUpdate, 'kind' | 'cr'>;

const keyOf = ({ kind, cr: { metadata } }: Named): string =>
  `${kind.plural} ${metadata.namespace}/${metadata.name}`;
const versionOf = ({ cr: { metadata } }: Named): string => `${metadata.uid} ${metadata.generation}`;
const nameOf = ({ kind, cr: { metadata } }: Named) => ({
  kind: kind.kind,
  namespace: metadata.namespace,
  name: metadata.name,
});
