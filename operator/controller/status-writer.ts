import type { StatusUpdate, WantedStatus } from '../core/status/status-update.ts';
import type { Log } from '../lib/log.ts';
import { InTurn } from './in-turn.ts';
import { Pace } from './pace.ts';
import { Rests } from './rests.ts';

/** Half of the requests that may be under way at once: a target is never written behind a crowd of statuses. */
const MAX_IN_FLIGHT = 8;
/** So that a namespace whose writes hang leaves room for others. */
const MAX_OF_NAMESPACE = 2;
/** What Argo CD's own controllers allow themselves: ARGOCD_K8S_CLIENT_QPS and ARGOCD_K8S_CLIENT_BURST. */
const PER_SECOND = 50;
const BURST = 100;

/** What became of a status that was sent: written, or about something that has changed or gone meanwhile. */
export type StatusOutcome = 'written' | 'outdated';

export interface StatusWriterOptions {
  /** The CR as it is now, with the answers to our writes; undefined if it is gone. */
  readonly current: (wanted: WantedStatus) => StatusUpdate['cr'] | undefined;
  /** Writes one status and tells of it. Whatever it throws, it is called again later. */
  readonly write: (update: StatusUpdate) => Promise<StatusOutcome>;
  /** In milliseconds, only ever forward. */
  readonly clock: () => number;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  readonly onOutcome: (outcome: StatusOutcome | 'failed') => void;
  /** Told how many statuses have yet to be written, each time that it may have changed. */
  readonly onPending: (count: number) => void;
  readonly log: Log;
}

/**
 * Writes statuses beside the runs, so that none waits for them: the newest that is wanted of each CR, namespaces in turn, at a
 * pace that an API server does not notice. One that can't be written is tried again by itself.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #queue = new InTurn();
  readonly #pace: Pace;
  readonly #rests: Rests;
  /** Namespaces of what is under way, by key. */
  readonly #inFlight = new Map<string, string>();
  #wanted: ReadonlyMap<string, WantedStatus> = new Map();
  #timer: NodeJS.Timeout | undefined;
  /** Resolved when nothing is left; there once it has been told to end. */
  #end: PromiseWithResolvers<void> | undefined;
  #lost = 0;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
    this.#pace = new Pace(PER_SECOND, BURST, options.clock);
    this.#rests = new Rests(options.random, (key) => {
      this.#look(key);
      this.#send();
    });
  }

  /** Replaces all that was wanted before: what has not been sent yet and is not wanted any more is not sent. */
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

  /** Sends what is left, as fast as it goes, but for no longer than this; what remains then the next start tells. */
  async close(timeoutMs: number): Promise<void> {
    this.#end = Promise.withResolvers();
    clearTimeout(this.#timer);
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

  /** Puts a CR in line if its status differs from what is wanted, and takes it out if it doesn't. */
  #look(key: string): void {
    const wanted = this.#wanted.get(key);
    // What is under way is looked at when it has ended.
    if (!wanted || this.#inFlight.has(key)) return;
    const { namespace } = wanted.cr.metadata;
    const update = this.#updateFor(wanted);
    if (!update) this.#drop(namespace, key);
    else if (!this.#rests.has(key, versionOf(update))) this.#queue.add(namespace, key);
  }

  #drop(namespace: string, key: string): void {
    this.#queue.delete(namespace, key);
    this.#rests.end(key);
  }

  #send(): void {
    while (this.#queue.size > 0 && this.#inFlight.size < MAX_IN_FLIGHT) {
      const waitMs = this.#end ? 0 : this.#pace.waitMs();
      if (waitMs > 0) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#send(), waitMs);
        break;
      }
      const key = this.#queue.next((namespace) => this.#mayHaveTurn(namespace));
      if (key === undefined) break;
      const wanted = this.#wanted.get(key);
      const update = wanted && this.#updateFor(wanted);
      if (update) void this.#write(key, wanted, update);
      else this.#rests.end(key);
    }
    const pending = this.#queue.size + this.#inFlight.size + this.#rests.size;
    // What was decided on is no longer held for their sake.
    if (pending === 0) this.#wanted = new Map();
    this.#options.onPending(pending);
    if (this.#queue.size + this.#inFlight.size === 0) this.#end?.resolve();
  }

  #mayHaveTurn(namespace: string): boolean {
    if (this.#end) return true;
    const own = [...this.#inFlight.values()].filter((each) => each === namespace);
    return own.length < MAX_OF_NAMESPACE;
  }

  /** Never rejects. */
  async #write(key: string, wanted: WantedStatus, update: StatusUpdate): Promise<void> {
    this.#pace.take();
    this.#inFlight.set(key, update.cr.metadata.namespace);
    try {
      this.#options.onOutcome(await this.#options.write(update));
      this.#rests.end(key);
    } catch (error) {
      this.#failed(key, update, error);
    }
    this.#inFlight.delete(key);
    // The same again would say the same again.
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
    // Once may be a restart of the API server; who persists is told of less and less often.
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
