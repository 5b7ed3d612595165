import { fenced } from '../kubernetes/request.ts';
import type { OperatorContext, OperatorParts } from './parts.ts';
import { publishInstallation } from './publication.ts';
import { Reconciler } from './reconciler.ts';
import { createTermParts, type TermParts } from './term-parts.ts';
import { wired } from './wiring.ts';

/**
 * How long after a change the Secrets of new robots are read, if no run has begun meanwhile, in milliseconds. A run that writes
 * takes longer than that, and so does the rest after it.
 */
const READ_AFTER_MS = 100;
/** How long the last statuses and events may take at the end, in milliseconds. */
const FLUSH_MS = 5_000;

/**
 * One term of office: from the moment in which this replica begins to lead until it does not any more. Each term
 * begins without a memory, as a new process does, because another replica may have led in between. All that the next
 * leader has to know is in Argo CD's objects and in the statuses.
 */
export class Term {
  readonly #parts: OperatorParts;
  readonly #own: TermParts;
  readonly #reconciler: Reconciler;
  readonly #over = new AbortController();
  #isAbandoned = false;
  /** Set while a change waits for the reads of Secrets. */
  #toRead: NodeJS.Timeout | undefined;

  constructor(ofProcess: OperatorParts, context: OperatorContext) {
    // A run that goes on after the end of its term knows an old state. The next term of the same process does not let
    // the writes of that run pass.
    const fence = { leftMs: () => (this.#isAbandoned ? 0 : ofProcess.fence.leftMs()) };
    const parts = { ...ofProcess, fence, request: fenced(context.connection.request, fence) };
    this.#parts = parts;
    this.#own = createTermParts(parts, context);
    this.#reconciler = new Reconciler(wired(parts, this.#own, context));
    const { configAsGiven: config, serverClock, log } = context;
    const publication = { config, request: parts.request, now: () => serverClock.now(), log };
    void publishInstallation(publication, this.#over.signal);
  }

  /** @returns when the next run is due @throws if a write failed; the caller then tries the run again */
  run(): Promise<Date | undefined> {
    return this.#reconciler.run();
  }

  /** Called for each change of a cache: the Secrets of new robots are read beside the runs. */
  changed(): void {
    if (this.#over.signal.aborted) return;
    this.#toRead ??= setTimeout(() => {
      this.#toRead = undefined;
      this.#reconciler.readSecrets();
    }, READ_AFTER_MS);
  }

  /** In how many milliseconds a write that waits for its turn may be done; 0 if none waits. */
  turnInMs(): number {
    return this.#own.guard.turnInMs();
  }

  /**
   * Ends the term in good order. The caller lets the present run end between the two calls.
   * @returns whether there is something left to tell, so that one more run is worth it
   */
  async stopChecks(): Promise<boolean> {
    this.#endBeginnings();
    await this.#own.hooks.close();
    // A test message whose answer has just come would be sent again after the restart if no status recorded it.
    return this.#own.checker.close() || this.#reconciler.isUntold;
  }

  /** Ends what has not begun yet. */
  #endBeginnings(): void {
    this.#over.abort();
    clearTimeout(this.#toRead);
  }

  /** Sends the last statuses and events. */
  async flush(): Promise<void> {
    await Promise.all([this.#own.statuses.close(FLUSH_MS), this.#parts.events.flush(FLUSH_MS)]);
  }

  /** Ends the term at once: this replica may not write any more. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#endBeginnings();
    this.#own.checker.abandon();
    this.#own.hooks.abandon();
    this.#own.statuses.abandon();
  }
}
