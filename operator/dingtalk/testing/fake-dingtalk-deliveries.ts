import type { Delivery } from './fake-dingtalk-types.ts';

/** `timeout` in milliseconds (15 000); `describe` says what is waited for, for the error. */
export interface WaitOptions {
  readonly timeout?: number;
  readonly describe?: string;
}

/** Takes a delivery and settles if it is the one. */
type Waiter = (delivery: Delivery) => void;

/** Everything that was sent to the fake, in order, and who waits for what. */
export class Deliveries {
  readonly all: Delivery[] = [];
  /** Connections that did not come to a request, for instance because the client does not trust the certificate. */
  readonly failedConnections: string[] = [];
  readonly #waiters = new Set<Waiter>();

  add(delivery: Delivery): void {
    this.all.push(delivery);
    for (const waiter of [...this.#waiters]) waiter(delivery);
  }

  /**
   * Gives the first delivery, past or future, that meets the predicate.
   *
   * @throws Error that lists what came instead when the time is over; whatever the predicate throws.
   */
  waitFor(predicate: (delivery: Delivery) => boolean, options: WaitOptions = {}): Promise<Delivery> {
    const { timeout = 30_000, describe = 'a delivery' } = options;
    return new Promise((resolve, reject) => {
      const past = this.all.find(predicate);
      if (past !== undefined) {
        resolve(past);
        return;
      }
      const settle = (outcome: () => void): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        outcome();
      };
      const waiter: Waiter = (delivery) => {
        try {
          if (predicate(delivery)) settle(() => resolve(delivery));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const timer = setTimeout(() => settle(() => reject(this.#timedOut(timeout, describe))), timeout);
      this.#waiters.add(waiter);
    });
  }

  #timedOut(timeout: number, describe: string): Error {
    const came = this.all.map(
      ({ method, path, token, errcode, errmsg, rawBody }) =>
        `  ${method} ${path} token=${token ?? 'none'} answered ${errcode} ${errmsg}: ${rawBody.slice(0, 300)}`,
    );
    const failed = this.failedConnections.map((reason) => `  connection failed: ${reason}`);
    const summary = [...came, ...failed].join('\n') || '  nothing';
    return new Error(`timed out after ${timeout} ms waiting for ${describe}; what came:\n${summary}`);
  }
}
