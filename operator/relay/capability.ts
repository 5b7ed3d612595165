import { createHash, timingSafeEqual } from 'node:crypto';
import type { Log } from '../lib/log.ts';

/** How often the capability is read again, in milliseconds. */
const REREAD_MS = 30_000;
/** How often a caller with an unknown token may have it read again. */
const RECHECK_MS = 1_000;
/** How long the former capability is valid after a change: Argo CD may load its Secret later than the relay. */
const FORMER_VALID_MS = 5 * 60_000;

/** Whether a token opens the door; `unknown` while the relay cannot say. */
export type TokenVerdict = 'right' | 'wrong' | 'unknown';

export interface CapabilityOptions {
  /** Reads the text of the capability; undefined if there is none. */
  readonly read: () => Promise<string | undefined>;
  /** In milliseconds, only ever forward. */
  readonly clock: () => number;
  readonly log: Log;
}

/** The capability, which Argo CD and the relay read from the same Secret. Only its hash stays in memory. */
export class Capability {
  readonly #options: CapabilityOptions;
  #present: Buffer | undefined;
  #former: { readonly hash: Buffer; readonly until: number } | undefined;
  /** The reading that is under way, or waits for its moment. */
  #next: Promise<boolean> | undefined;
  #lastReadAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #isFailing = false;
  #wasRead = false;
  #end = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(options: CapabilityOptions) {
    this.#options = options;
  }

  get isKnown(): boolean {
    return this.#present !== undefined;
  }

  /** Whether it was read at all. The operator writes it with the first route, so there is none before. */
  get wasRead(): boolean {
    return this.#wasRead;
  }

  /** Reads the capability now and from now on; resolves after the first reading, whatever it gave. */
  async start(): Promise<void> {
    await this.#reread();
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.start(), REREAD_MS);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#end.resolve();
  }

  /** Judges a token. An unknown one may be a new one: the Secret is read again first, once in a second for all callers. */
  async judge(token: string): Promise<TokenVerdict> {
    const hash = hashOf(token);
    if (this.#opens(hash)) return 'right';
    const isFresh = await this.#reread();
    if (this.#opens(hash)) return 'right';
    return isFresh && this.isKnown ? 'wrong' : 'unknown';
  }

  #opens(hash: Buffer): boolean {
    const [present, former] = [this.#present, this.#former];
    const isPresent = present !== undefined && timingSafeEqual(hash, present);
    const isFormer = former !== undefined && timingSafeEqual(hash, former.hash);
    return isPresent || (isFormer && this.#options.clock() < (former?.until ?? 0));
  }

  /** A reading that begins after the call, or is to begin: a present one may be too old to know a new token. */
  #reread(): Promise<boolean> {
    this.#next ??= this.#readInTurn();
    return this.#next;
  }

  /** @returns whether the capability is as the Secret has it now */
  async #readInTurn(): Promise<boolean> {
    const { clock } = this.#options;
    const waitMs = this.#lastReadAt + RECHECK_MS - clock();
    await (waitMs > 0 ? this.#pause(waitMs) : undefined);
    this.#lastReadAt = clock();
    // Those who ask from now on need a later reading.
    this.#next = undefined;
    return !this.#isClosed && this.#read();
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    await Promise.race([promise, this.#end.promise]);
    clearTimeout(timer);
  }

  async #read(): Promise<boolean> {
    const { read, log, clock } = this.#options;
    try {
      const text = (await read())?.trim();
      if (this.#isFailing) log.info({}, 'the capability of the relay can be read again');
      this.#isFailing = false;
      this.#wasRead = true;
      this.#take(text === undefined || text === '' ? undefined : hashOf(text), clock());
      return true;
    } catch (err) {
      if (!this.#isFailing) log.warn({ err }, 'cannot read the capability of the relay; the known one stays');
      this.#isFailing = true;
      return false;
    }
  }

  #take(hash: Buffer | undefined, now: number): void {
    const { log } = this.#options;
    const before = this.#present;
    if (before !== undefined && hash !== undefined && timingSafeEqual(before, hash)) return;
    this.#present = hash;
    if (before) this.#former = { hash: before, until: now + FORMER_VALID_MS };
    if (hash === undefined && before)
      log.warn({}, 'the Secret of Argo CD has no capability for the relay any more; the operator writes it');
    else if (before) log.info({}, 'the capability of the relay has changed');
  }
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
