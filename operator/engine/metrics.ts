import type { CallName, Killed } from './types.ts';

/** The result of a call. `refused` is an answer; `unavailable` says nothing about the request. */
export type CallResult = 'ok' | 'refused' | Killed['killed'] | 'unavailable';

/** Why the process ended; `outside`: something outside of the operator ended it. */
export type EndCause = Killed['killed'] | 'idle' | 'closed' | 'outside';

/** Receives the events of the engine; an exporter implements it, or reads EngineCounters. */
export interface EngineMetrics {
  /** @param seconds from the request's turn to its answer, without a start */
  called(call: CallName, result: CallResult, seconds: number): void;
  /** The process is there and ready. */
  started(seconds: number): void;
  /** The process is gone. */
  ended(cause: EndCause): void;
  cacheRead(result: 'hit' | 'miss'): void;
}

/** Upper bounds in seconds of the buckets that calls are counted in; one more bucket takes the rest. */
export const DURATION_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

/** How long the calls of one kind took. */
export interface DurationHistogram {
  /** Calls per bucket, not cumulative; the last is for those beyond all bounds. */
  readonly counts: readonly number[];
  readonly sumSeconds: number;
}

/** Counts the events, in plain numbers. */
export class EngineCounters implements EngineMetrics {
  readonly calls = new Map<CallName, Map<CallResult, number>>();
  readonly durations = new Map<CallName, DurationHistogram>();
  readonly ends = new Map<EndCause, number>();
  readonly cache = { hit: 0, miss: 0 };
  starts = 0;
  lastStartSeconds = 0;
  isRunning = false;

  called(call: CallName, result: CallResult, seconds: number): void {
    const results = this.calls.get(call) ?? new Map<CallResult, number>();
    this.calls.set(call, results.set(result, (results.get(result) ?? 0) + 1));
    if (result === 'unavailable') return;
    const { counts, sumSeconds } = this.durations.get(call) ?? EMPTY;
    const bucket = DURATION_BUCKETS.findIndex((bound) => seconds <= bound);
    this.durations.set(call, {
      counts: counts.with(bucket, (counts.at(bucket) ?? 0) + 1),
      sumSeconds: sumSeconds + seconds,
    });
  }

  started(seconds: number): void {
    this.starts += 1;
    this.lastStartSeconds = seconds;
    this.isRunning = true;
  }

  ended(cause: EndCause): void {
    this.ends.set(cause, (this.ends.get(cause) ?? 0) + 1);
    this.isRunning = false;
  }

  cacheRead(result: 'hit' | 'miss'): void {
    this.cache[result] += 1;
  }
}

const EMPTY: DurationHistogram = {
  counts: new Array<number>(DURATION_BUCKETS.length + 1).fill(0),
  sumSeconds: 0,
};
