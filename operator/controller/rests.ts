import { Backoff } from '../lib/backoff.ts';

const BACKOFF = { initialMs: 500, maxMs: 30_000 } as const;

/** What has failed and rests before it is tried again, each by itself and longer each time. */
export class Rests {
  readonly #random: () => number;
  readonly #onEnd: (key: string) => void;
  /** Until they succeed. Something else under the same key is no second attempt. */
  readonly #failed = new Map<string, { readonly version: string; readonly backoff: Backoff }>();
  readonly #resting = new Map<string, NodeJS.Timeout>();

  /**
   * @param random 0 ≤ n < 1
   * @param onEnd told when one may be tried again
   */
  constructor(random: () => number, onEnd: (key: string) => void) {
    this.#random = random;
    this.#onEnd = onEnd;
  }

  /** What rests now. */
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

  /** Notes a failure. @returns how many there were in a row, and how long it rests now, in milliseconds */
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

  /** Forgets its failures: it has succeeded, or nobody wants it any more. */
  end(key: string): void {
    clearTimeout(this.#resting.get(key));
    this.#resting.delete(key);
    this.#failed.delete(key);
  }
}
