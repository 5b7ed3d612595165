import { Pace } from '../lib/pace.ts';

/** Gitee publishes no limits of its API; five requests a second are less than a browser sends. */
const PER_SECOND = 5;
const BURST = 10;

/** Requests to one host wait for their turns, one after the other, so that no host is flooded. */
export class HostTurns {
  readonly #clock: () => number;
  readonly #pause: (ms: number) => Promise<unknown>;
  readonly #hosts = new Map<string, { readonly pace: Pace; last: Promise<void> }>();

  /**
   * @param clock in milliseconds, only ever forward
   * @param pause resolves after so many milliseconds
   */
  constructor(clock: () => number, pause: (ms: number) => Promise<unknown>) {
    this.#clock = clock;
    this.#pause = pause;
  }

  /** Resolves when the next request to the host may be sent. The configuration lists all hosts, so there are few. */
  take(host: string): Promise<void> {
    const of = this.#hosts.get(host) ?? {
      pace: new Pace(PER_SECOND, BURST, this.#clock),
      last: Promise.resolve(),
    };
    this.#hosts.set(host, of);
    of.last = of.last.then(async () => {
      for (let wait = of.pace.waitMs(); wait > 0; wait = of.pace.waitMs()) await this.#pause(wait);
      of.pace.take();
    });
    return of.last;
  }
}
