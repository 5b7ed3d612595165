import { setTimeout as delay } from 'node:timers/promises';
import { type LoopClocks, type Moment, momentIn, timeUntil } from '../lib/clocks.ts';
import { Deadline } from '../lib/deadline.ts';
import type { Log } from '../lib/log.ts';
import { redactError } from '../lib/redact.ts';
import { ConflictError, ForbiddenError, NotFoundError, RequestError } from './api-error.ts';
import { freeInMs, GIVEN_UP_SECONDS, type SeenLease, seenLease } from './candidacy.ts';
import type { Fence } from './fence.ts';
import type { Lease, LeaseSpec } from './lease.ts';

/** How long a Lease lasts without renewal. The defaults of client-go, which most controllers of a cluster have. */
const LEASE_MS = 15_000;
/**
 * How long the leader writes after the renewal that succeeded last, counted from its request. The rest of the Lease is
 * left for writes that are under way, and for clocks that do not run equally fast.
 */
const WRITE_MS = 10_000;
/** Between two attempts to renew or to take the Lease. */
const RETRY_MS = 2_000;
/** Longest wait for the answer to one attempt. */
const REQUEST_MS = 5_000;
/** How often the leader looks whether its time is over: a timer may be late by the length of a suspension. */
const LOOK_EVERY_MS = 1_000;
/** At the end, in milliseconds. */
const RELEASE_MS = 2_000;
/** The API server refuses a greater one. */
const MOST_TRANSITIONS = 2 ** 31 - 1;

export interface LeaderElectionOptions {
  /** The Lease on the API server, see lease.ts. */
  readonly store: {
    read(signal: AbortSignal): Promise<Lease | undefined>;
    write(before: Lease | undefined, spec: LeaseSpec, signal: AbortSignal): Promise<Lease>;
  };
  /** Differs from that of every other process. */
  readonly identity: string;
  readonly clocks: LoopClocks;
  /** The API server's clock: people and tools compare it with the times of the Lease. */
  readonly serverTime: () => Date;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** Whether this process would rather leave the Lease to another one: it waits for one duration longer. */
  readonly isReluctant: () => boolean;
  readonly onElected: () => void;
  /** Called once after each onElected, and at the latest when the first write would be refused. */
  readonly onLost: () => void;
  readonly log: Log;
  /** Waits; rejects when the signal aborts. Default: the process' timers. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Holds a Lease, or waits until it is free. At most one of all processes holds it. `leftMs` says at any moment how long
 * this process may still write: it needs no answer from anybody, and is over before another process may begin.
 *
 * https://pkg.go.dev/k8s.io/client-go/tools/leaderelection describes the same protocol.
 */
export class LeaderElection implements Fence {
  readonly #options: LeaderElectionOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #lease: Lease | undefined;
  /** The `acquireTime` of the last request. Nobody who edits the name of the holder by hand writes this, too. */
  #acquiredAt: string | undefined;
  #seen: SeenLease | undefined;
  /** When a reluctant candidate saw the Lease free for the first time, on the monotonic clock. */
  #freeSince: number | undefined;
  #writesUntil: Moment | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Whether the last call back was onElected. */
  #isElected = false;
  #terms = 0;
  #waitsFor: string | undefined;
  #failures = 0;
  #missingRight: string | undefined;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
  }

  /** Whether this process holds the Lease now. */
  get leads(): boolean {
    return this.leftMs() > 0;
  }

  /** Whether {@link start} was called. */
  get isCandidate(): boolean {
    return this.#running !== undefined;
  }

  /** How often this process was elected; differs from one term of office to the next. */
  get term(): number {
    return this.#terms;
  }

  /** Why this process may not read or write the Lease, if the API server has said so the last time. */
  get missingRight(): string | undefined {
    return this.#missingRight;
  }

  leftMs(): number {
    return this.#writesUntil ? timeUntil(this.#writesUntil, this.#options.clocks) : 0;
  }

  /** Becomes a candidate; the second call does nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Gives the Lease up, if this process holds it, so that another one need not wait. The caller has ended its writes. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    const mayRelease = this.leads;
    this.#lose('stopped');
    if (!mayRelease) return;
    try {
      await this.#release(AbortSignal.timeout(RELEASE_MS));
    } catch (err) {
      this.#options.log.debug({ err }, 'cannot give the Lease up; it runs out by itself');
    }
  }

  async #release(signal: AbortSignal): Promise<void> {
    const { store, identity } = this.#options;
    const given = { holderIdentity: '', leaseDurationSeconds: GIVEN_UP_SECONDS };
    const released = { ...given, renewTime: this.#now() };
    try {
      await store.write(this.#lease, released, signal);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      // A renewal may have been under way whose answer nobody has waited for.
      const lease = await store.read(signal);
      if (lease?.spec?.holderIdentity === identity) await store.write(lease, released, signal);
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { random, sleep = (ms, abort) => delay(ms, undefined, { signal: abort }) } = this.#options;
    while (!signal.aborted) {
      const waitMs = await this.#attempt();
      const jitter = 0.9 + 0.2 * random();
      await sleep(waitMs ?? RETRY_MS * jitter, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  }

  /** Never rejects. @returns when to come again, if not after the ordinary pause */
  async #attempt(): Promise<number | undefined> {
    const late = () => new RequestError(`the Lease: no answer within ${REQUEST_MS} ms`);
    const deadline = new Deadline(REQUEST_MS, late, this.#stop.signal);
    try {
      const waitMs = this.#writesUntil ? await this.#renew(deadline.signal) : await this.#candidate(deadline);
      this.#failures = 0;
      this.#missingRight = undefined;
      return waitMs;
    } catch (err) {
      if (this.#stop.signal.aborted) return undefined;
      this.#failures += 1;
      this.#missingRight = err instanceof ForbiddenError ? redactError(err) : undefined;
      // A lost race is no failure; otherwise the first failure may be a restart of the API server.
      const level = this.#failures > 1 && Number.isInteger(Math.log2(this.#failures)) ? 'warn' : 'debug';
      this.#options.log[level]({ err, failures: this.#failures }, 'cannot read or write the Lease');
      return undefined;
    } finally {
      deadline.dispose();
    }
  }

  async #renew(signal: AbortSignal): Promise<number | undefined> {
    const { store, identity, clocks } = this.#options;
    try {
      await this.#hold(this.#lease, signal);
      return undefined;
    } catch (error) {
      if (error instanceof NotFoundError) {
        // While its own time runs, nobody else can have taken the Lease since.
        if (this.leads) this.#seen = undefined;
        this.#lose('somebody has removed the Lease');
        return 0;
      }
      if (!(error instanceof ConflictError)) throw error;
    }
    this.#lease = await store.read(signal);
    if (this.#lease?.spec?.holderIdentity === identity) return 0;
    // Somebody may remove the Lease before this process looks again.
    this.#seen = seenLease(this.#seen, this.#lease, clocks.monotonic(), LEASE_MS);
    this.#lose('another process holds the Lease');
    return undefined;
  }

  async #candidate(deadline: Deadline): Promise<number | undefined> {
    const { store, identity, clocks, log, isReluctant } = this.#options;
    const lease = await store.read(deadline.signal);
    // The limit is for each request: a server that is slow for both would never get a leader.
    deadline.refresh();
    const now = clocks.monotonic();
    this.#seen = seenLease(this.#seen, lease, now, LEASE_MS);
    const holder = lease?.spec?.holderIdentity ?? '';
    // Its own time to write is over, and nobody else has taken the Lease since.
    const isOwn = holder === identity && lease?.spec?.acquireTime === (this.#acquiredAt ?? 'never');
    const waitMs = isOwn ? 0 : freeInMs(this.#seen, now);
    if (waitMs > 0) {
      this.#freeSince = undefined;
      if (holder !== this.#waitsFor) log.info({ holder }, 'another replica leads; this one waits');
      this.#waitsFor = holder;
      return Math.min(waitMs, RETRY_MS);
    }
    this.#freeSince ??= now;
    if (isReluctant() && now < this.#freeSince + LEASE_MS) return undefined;
    await this.#hold(lease, deadline.signal);
    return undefined;
  }

  /** Writes the Lease, which then counts from the moment before the request. */
  async #hold(before: Lease | undefined, signal: AbortSignal): Promise<void> {
    const { store, identity, clocks } = this.#options;
    const writesUntil = momentIn(WRITE_MS, clocks);
    const { spec } = before ?? {};
    const isOurs = this.#writesUntil !== undefined;
    const now = this.#now();
    this.#acquiredAt = (isOurs && spec?.acquireTime) || now;
    this.#lease = await store.write(
      before,
      {
        holderIdentity: identity,
        leaseDurationSeconds: LEASE_MS / 1_000,
        renewTime: now,
        acquireTime: this.#acquiredAt,
        leaseTransitions: Math.min((spec?.leaseTransitions ?? 0) + (isOurs ? 0 : 1), MOST_TRANSITIONS),
      },
      signal,
    );
    this.#writesUntil = writesUntil;
    this.#seen = seenLease(this.#seen, this.#lease, clocks.monotonic(), LEASE_MS);
    this.#look();
    // The process may have been suspended while the answer was on its way. Or its time ran out meanwhile, and is back
    // with this answer.
    if (this.leads && !this.#isElected) this.#begin();
  }

  #begin(): void {
    const { identity, onElected, log } = this.#options;
    this.#freeSince = undefined;
    this.#waitsFor = undefined;
    this.#isElected = true;
    this.#terms += 1;
    log.info({ identity }, 'this replica leads');
    onElected();
  }

  #look(): void {
    clearTimeout(this.#timer);
    const left = this.leftMs();
    if (left <= 0) this.#lose('the Lease could not be renewed in time');
    else this.#timer = setTimeout(() => this.#look(), Math.min(left, LOOK_EVERY_MS));
  }

  #lose(reason: string): void {
    clearTimeout(this.#timer);
    if (!this.#writesUntil) return;
    this.#writesUntil = undefined;
    if (!this.#isElected) return;
    this.#isElected = false;
    if (!this.#stop.signal.aborted) this.#options.log.warn({ reason }, 'this replica does not lead any more');
    this.#options.onLost();
  }

  #now(): string {
    return this.#options.serverTime().toISOString().replace('Z', '000Z');
  }
}
