import type { Log } from '../lib/log.ts';
import type { RecordEvent } from './events.ts';

/** Events are best effort: at most this many wait while the API server accepts none. */
const MAX_WAITING = 1_000;

/** Records events one after the other, so callers do not wait. */
export class BackgroundEvents {
  readonly #record: RecordEvent;
  readonly #log: Log;
  #waiting = 0;
  #last = Promise.resolve();

  constructor(record: RecordEvent, log: Log) {
    this.#record = record;
    this.#log = log;
  }

  /** Resolves at once. */
  readonly record: RecordEvent = async (event) => {
    if (this.#waiting >= MAX_WAITING) {
      const { kind, namespace, name } = event.regarding;
      this.#log.warn(
        { kind, namespace, name, reason: event.reason },
        'too many events are waiting, so this event is not recorded',
      );
      return;
    }
    this.#waiting += 1;
    this.#last = this.#last
      .then(() => this.#record(event))
      .finally(() => {
        this.#waiting -= 1;
      });
  };

  /** Resolves once all events that wait now are recorded, but after this many milliseconds at the latest. */
  async flush(timeoutMs: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, timeoutMs);
    await Promise.race([this.#last, late.promise]);
    clearTimeout(timer);
  }
}
