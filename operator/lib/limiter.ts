import { abortable } from './deadline.ts';

/** Lets a bounded number of tasks run at once; the others wait in order of arrival. */
export class Limiter {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(max: number) {
    this.#free = max;
  }

  /**
   * Runs the task when its turn comes; fails only as the task fails.
   * @param signal ends the wait; the call then rejects with the signal's reason. It does not end the task.
   */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(signal);
    try {
      return await task();
    } finally {
      // The place goes straight to the next in line, so a newcomer cannot slip in between.
      const [next] = this.#waiting;
      if (next) next();
      else this.#free += 1;
    }
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let isNext = false;
    const begin = (): void => {
      this.#waiting.delete(begin);
      isNext = true;
      resolve();
    };
    this.#waiting.add(begin);
    if (!signal) return promise;
    try {
      await abortable(promise, signal);
    } catch (error) {
      // The turn came in the same moment: it is not lost.
      if (isNext) return;
      this.#waiting.delete(begin);
      throw error;
    }
  }
}
