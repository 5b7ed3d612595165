import { Backoff } from '../lib/backoff.ts';

const BACKOFF = { initialMs: 500, maxMs: 30_000 } as const;

/** Failed tasks that rest before the next attempt, each on its own and longer each time. */
export class Rests {
  readonly #random: () => number;
  readonly #onEnd: (key: string) => void;
  /** Until they succeed. A different task under the same key does not count as a second attempt. */
  readonly #failed = new Map<string, { readonly version: string; readonly backoff: Backoff }>();
  readonly #resting = new Map<string, NodeJS.Timeout>();

  /**
   * @param random 0 ≤ n < 1
   * @param onEnd called when a task may be tried again
   */
  constructor(random: () => number, onEnd: (key: string) => void) {
    this.#random = random;
    this.#onEnd = onEnd;
  }

  /** The keys that rest now. */
  get size(): number {
    return this.#resting.size;
  }

  keys(): string[] {
    return [...this.#resting.keys()];
  }

  /** Whether this version of it may not be tried yet. */
  has(key: string, version: string): boolean {
    if (this.#failed.get(key)?.version !== version) this.end(key);
    return this.#resting.has(key);
  }

  /**
   * Records a failure. @returns how many failures there were in a row, and how long the task rests now, in
   * milliseconds
   */
  begin(key: string, version: string): { readonly failures: number; readonly retryInMs: number } {
    const before = this.#failed.get(key);
    this.end(key);
    const backoff =
      before?.version === version ? before.backoff : new Backoff({ ...BACKOFF, random: this.#random });
    const retryInMs = Math.round(backoff.next());
    this.#failed.set(key, { version, backoff });
    const wake = () => {
      this.#resting.delete(key);
      this.#onEnd(key);
    };
    this.#resting.set(key, setTimeout(wake, retryInMs));
    return { failures: backoff.failures, retryInMs };
  }

  /** Forgets the failures of a task: it has succeeded, or it is not wanted any more. */
  end(key: string): void {
    clearTimeout(this.#resting.get(key));
    this.#resting.delete(key);
    this.#failed.delete(key);
  }
}
