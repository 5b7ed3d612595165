import { timingSafeEqual } from 'node:crypto';
import type { Log } from '../lib/log.ts';

/** How often a key is read again, in milliseconds. */
const REREAD_MS = 30_000;
/** How often a caller whom it does not fit may have it read again. */
const RECHECK_MS = 1_000;

/** Whether somebody may come in; `unknown` while the relay cannot say. */
export type TokenVerdict = 'right' | 'wrong' | 'unknown';

/** Where a key comes from, and in what time. */
export interface KeySource {
  /** Reads the text of the key; undefined if there is none. */
  readonly read: () => Promise<string | undefined>;
  /** In milliseconds, only ever forward. */
  readonly clock: () => number;
  readonly log: Log;
}

export interface DoorKeyOptions extends KeySource {
  /** What stays in memory of the text. */
  readonly keep: (text: string) => Buffer;
  /** How long the former key fits after a change. */
  readonly formerValidMs: number;
  /** For the log: `the capability of the relay`. */
  readonly name: string;
  /** For the log: the Secret had a key and has none any more. */
  readonly lost: string;
  /** For the log: the Secret has none from the beginning. Absent if there is nothing to say. */
  readonly missing?: string;
}

/** The key of a door, which the callers and the relay know from the same Secret. */
export class DoorKey {
  readonly #options: DoorKeyOptions;
  #present: Buffer | undefined;
  #former: { readonly kept: Buffer; readonly until: number } | undefined;
  /** The reading that is under way, or waits for its moment. */
  #next: Promise<boolean> | undefined;
  #lastReadAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #isFailing = false;
  #isMissing = false;
  #wasRead = false;
  #end = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(options: DoorKeyOptions) {
    this.#options = options;
  }

  get isKnown(): boolean {
    return this.#present !== undefined;
  }

  /** Whether the Secret was read at all. */
  get wasRead(): boolean {
    return this.#wasRead;
  }

  /** Reads the key now and from now on; resolves after the first reading, whatever it gave. */
  async start(): Promise<void> {
    await this.#reread();
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.start(), REREAD_MS);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#end.resolve();
  }

  /**
   * Judges a caller. One whom the key does not fit may have a new one: the Secret is read again first, once in a second for all.
   * @param fits whether a key is the caller's, in a time that does not depend on the key
   */
  async judgeBy(fits: (kept: Buffer) => boolean): Promise<TokenVerdict> {
    if (this.#opens(fits)) return 'right';
    const isFresh = await this.#reread();
    if (this.#opens(fits)) return 'right';
    return isFresh && this.isKnown ? 'wrong' : 'unknown';
  }

  #opens(fits: (kept: Buffer) => boolean): boolean {
    const [present, former] = [this.#present, this.#former];
    const isPresent = present !== undefined && fits(present);
    const isFormer = former !== undefined && fits(former.kept);
    return isPresent || (isFormer && this.#options.clock() < (former?.until ?? 0));
  }

  /** A reading that begins after the call, or is to begin: a present one may be too old to know a new key. */
  #reread(): Promise<boolean> {
    this.#next ??= this.#readInTurn();
    return this.#next;
  }

  /** @returns whether the key is as the Secret has it now */
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
    const { read, log, clock, keep, name } = this.#options;
    try {
      const text = (await read())?.trim();
      if (this.#isFailing) log.info({}, `${name} can be read again`);
      this.#isFailing = false;
      this.#wasRead = true;
      this.#take(text === undefined || text === '' ? undefined : keep(text), clock());
      return true;
    } catch (err) {
      if (!this.#isFailing) log.warn({ err }, `cannot read ${name}; the known one stays`);
      this.#isFailing = true;
      return false;
    }
  }

  #take(kept: Buffer | undefined, now: number): void {
    const { log, formerValidMs, name, lost, missing } = this.#options;
    const before = this.#present;
    if (before !== undefined && kept !== undefined && isSame(before, kept)) return;
    this.#present = kept;
    if (before) this.#former = { kept: before, until: now + formerValidMs };
    if (kept === undefined && before) log.warn({}, lost);
    else if (before) log.info({}, `${name} has changed`);
    else if (kept === undefined && missing !== undefined && !this.#isMissing) log.warn({}, missing);
    this.#isMissing = kept === undefined;
  }
}

const isSame = (one: Buffer, other: Buffer): boolean =>
  one.length === other.length && timingSafeEqual(one, other);
