/**
 * An abort signal that fires when time runs out or when another signal fires. Unlike `AbortSignal.any`, it can
 * release the other signal, which here lives as long as the process.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onOuterAbort = (): void => this.#controller.abort(this.#outer?.reason);
  #timer: NodeJS.Timeout;

  /** @param reason makes the abort reason for when time runs out */
  constructor(timeoutMs: number, reason: () => Error, outer?: AbortSignal) {
    this.#timer = this.#schedule(timeoutMs, reason);
    this.#outer = outer;
    if (outer?.aborted) this.#onOuterAbort();
    else outer?.addEventListener('abort', this.#onOuterAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Replaces the first time limit by another one, from now on. */
  replace(timeoutMs: number, reason: () => Error): void {
    clearTimeout(this.#timer);
    this.#timer = this.#schedule(timeoutMs, reason);
  }

  /** Starts the time limit again. */
  refresh(): void {
    this.#timer.refresh();
  }

  /** The caller calls it when the work is over, however it ended. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#onOuterAbort);
  }

  #schedule(timeoutMs: number, reason: () => Error): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(reason()), timeoutMs);
  }
}

/** The promise's outcome, or the signal's reason if that comes first. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
