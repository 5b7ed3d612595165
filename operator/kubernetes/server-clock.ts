/** One answer of the API server, with the local times around it. All in milliseconds since 1970. */
export interface ServerTimeSample {
  /** The answer's `Date` header: the server's time cut to whole seconds. */
  readonly serverTime: number;
  /** Local clock when the request left. */
  readonly sentAt: number;
  /** Local clock when the answer's head arrived. */
  readonly receivedAt: number;
}

/** `Date` headers are whole seconds: a smaller difference cannot be distinguished from zero. */
const GRANULARITY_MS = 1_000;

/**
 * The API server's clock, learnt from its answers. A single answer confines the offset to an interval of one second
 * plus the round trip. The estimate moves only when an answer contradicts it, and then no further than that answer
 * demands. So it approaches the true offset, does not flutter, and follows a clock that jumps.
 */
export class ServerClock {
  readonly #local: () => number;
  readonly #monotonic: () => number;
  #offsetMs = 0;
  /** The difference between the local clocks when the offset was learnt; it changes when the wall clock is set. */
  #learntAtMs: number | undefined;

  /**
   * @param local the local wall clock, in milliseconds since 1970
   * @param monotonic a clock that nobody sets, in milliseconds; it may pause while the machine sleeps. Default: the
   * wall clock, which is then never in doubt.
   */
  constructor(local: () => number, monotonic: () => number = local) {
    this.#local = local;
    this.#monotonic = monotonic;
  }

  /** Learns from one answer. */
  observe(sample: ServerTimeSample): void {
    const lowest = sample.serverTime - sample.receivedAt;
    const highest = sample.serverTime + GRANULARITY_MS - sample.sentAt;
    // The local clock was set back in mid-request: the interval has no meaning.
    if (lowest > highest) return;
    this.#learntAtMs = this.#difference();
    this.#offsetMs = Math.min(Math.max(this.#offsetMs, lowest), highest);
  }

  /**
   * Whether the local wall clock was set, or the machine slept, since the last answer. Nobody can tell which of the
   * two without another answer, and until then the API server's time is not known.
   */
  isInDoubt(): boolean {
    return this.#learntAtMs !== undefined && Math.abs(this.#difference() - this.#learntAtMs) > GRANULARITY_MS;
  }

  #difference(): number {
    return this.#local() - this.#monotonic();
  }

  /** How far the API server is ahead of the local clock, in milliseconds; 0 while it is within a second. */
  skewMs(): number {
    return Math.abs(this.#offsetMs) > GRANULARITY_MS ? this.#offsetMs : 0;
  }

  /** The API server's time. */
  now(): Date {
    return new Date(this.#local() + this.skewMs());
  }
}
