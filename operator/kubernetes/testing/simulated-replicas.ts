import { recordingLog } from '../../lib/testing/recording-log.ts';
import { ConflictError, ForbiddenError, NotFoundError, RequestError } from '../api-error.ts';
import { LeaderElection } from '../leader-election.ts';
import type { Lease, LeaseSpec } from '../lease.ts';

/** A Lease on a simulated API server. Its time is that of vitest's fake timers. */
export class SimulatedLease {
  /** Half of the time from a request to its answer, in milliseconds. */
  #latencyMs = 5;
  lease: Lease | undefined;
  /** Whether it refuses everybody. */
  forbids = false;
  #version = 0;

  write(before: Lease | undefined, spec: LeaseSpec): Lease {
    if (before && !this.lease) throw new NotFoundError('PATCH lease', 404, { reason: 'NotFound' });
    if (before?.metadata?.resourceVersion !== this.lease?.metadata?.resourceVersion)
      throw new ConflictError('PATCH lease', 409, { reason: 'Conflict' });
    const merged = { ...this.lease?.spec, ...spec };
    this.lease = { metadata: { uid: 'a', resourceVersion: `${++this.#version}` }, spec: merged };
    return this.lease;
  }

  get latencyMs(): number {
    return this.#latencyMs;
  }

  setLatency(ms: number): void {
    this.#latencyMs = ms;
  }

  /** Somebody removes the Lease. */
  remove(): void {
    this.lease = undefined;
  }
}

/** One process that wants the Lease. Things happen to it. */
export class SimulatedReplica {
  readonly election: LeaderElection;
  readonly log = recordingLog();
  /** What it was told: `elected`, `lost`. */
  readonly told: string[] = [];
  isReluctant = false;
  readonly #server: SimulatedLease;
  readonly #rate: number;
  #wallOffsetMs = 0;
  #gate: PromiseWithResolvers<void> | undefined;
  #partitioned = false;
  #dead = false;

  /** @param rate how fast its monotonic clock goes; 1 is right */
  constructor(server: SimulatedLease, identity: string, rate = 1) {
    this.#server = server;
    this.#rate = rate;
    const monotonic = () => performance.now() * this.#rate;
    this.election = new LeaderElection({
      store: {
        read: (signal) => this.#exchange(signal, () => server.lease),
        write: (before, spec, signal) => this.#exchange(signal, () => server.write(before, spec)),
      },
      identity,
      clocks: { wall: () => Date.now() + this.#wallOffsetMs, monotonic },
      serverTime: () => new Date(),
      random: () => 0.5,
      isReluctant: () => this.isReluctant,
      onElected: () => this.told.push('elected'),
      onLost: () => this.told.push('lost'),
      log: this.log,
      sleep: (ms, signal) => this.#later(ms / this.#rate, signal),
    });
  }

  /** Whether it would send a write now; a paused or dead process sends nothing. */
  get writes(): boolean {
    return !this.#dead && !this.#gate && this.election.leads;
  }

  /** Sets its wall clock on by so many milliseconds. */
  setWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  /** SIGSTOP: nothing goes on until `resume`, though answers arrive. */
  pause(): void {
    this.#gate ??= Promise.withResolvers();
  }

  resume(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** No answer comes any more. A request that was sent may still arrive. */
  partition(on: boolean): void {
    this.#partitioned = on;
  }

  /** SIGKILL */
  kill(): void {
    this.#dead = true;
    this.pause();
  }

  async #exchange<T>(signal: AbortSignal, atServer: () => T): Promise<T> {
    await this.#later(this.#server.latencyMs, signal);
    // What a partitioned process sends can be delivered long after, or never.
    if (this.#partitioned) {
      await this.#later(3_600_000, signal);
      throw new RequestError('no answer');
    }
    if (this.#server.forbids) throw new ForbiddenError('GET lease', 403, { reason: 'Forbidden' });
    const answer = atServer();
    await this.#later(this.#server.latencyMs, signal);
    return answer;
  }

  async #later(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      while (this.#gate) await this.#gate.promise;
    }
  }
}
