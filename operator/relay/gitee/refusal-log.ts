import type { Log } from '../../lib/log.ts';

/** Of one subscription. Everybody can post to its path. */
const REST_MS = 10 * 60_000;
const MAX_KNOWN = 1_000;

/** Logs that posts to the path of a subscription are refused, which its owner cannot see: rarely, however many these are. */
export class RefusalLog {
  readonly #log: Log;
  readonly #clock: () => number;
  readonly #toldAt = new Map<string, number>();

  /** @param clock in milliseconds, only ever forward */
  constructor(log: Log, clock: () => number) {
    this.#log = log;
    this.#clock = clock;
  }

  /**
   * @param subscription `namespace/name`
   * @param isLate whether the signature is right, and only its time is wrong
   */
  tell(subscription: string, isLate: boolean): void {
    const now = this.#clock();
    if (now - (this.#toldAt.get(subscription) ?? Number.NEGATIVE_INFINITY) < REST_MS) return;
    if (this.#toldAt.size >= MAX_KNOWN) this.#toldAt.clear();
    this.#toldAt.set(subscription, now);
    this.#log.warn({ subscription }, isLate ? LATE : WRONG);
  }
}

const LATE =
  'a post to the path of a subscription is refused, since its signature is of another time; the clocks may differ, or somebody repeats it';
const WRONG =
  'a post to the path of a subscription is refused, since its signature is wrong; the hook may have another key, or it is not from Gitee';
