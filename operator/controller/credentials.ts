import { isDeepStrictEqual } from 'node:util';
import type { DingTalkRobot } from '../api/kinds.ts';
import { type ReadSecret, secretReads } from '../cluster/read-credential.ts';
import { type SecretReference, secretReferences } from '../cluster/secret-references.ts';
import type { CredentialSecret } from '../core/model/snapshot.ts';
import { Alarm } from './alarm.ts';
import { type LoopClocks, type Moment, momentIn, timeUntil } from './clocks.ts';

/**
 * First pause before a Secret that could not be read is read again; the pause doubles up to the ordinary interval.
 */
const FIRST_RETRY_MS = 1_000;
/**
 * Time between two checks of all references for due ones, in milliseconds. With thousands of references, each check
 * takes long.
 */
const LOOK_EVERY_MS = 1_000;
const NEVER: Moment = { wall: Number.POSITIVE_INFINITY, monotonic: Number.POSITIVE_INFINITY };

interface Entry {
  readonly secret: CredentialSecret;
  /** The state of the reference when it was read. */
  readonly versions: ReadonlySet<string>;
  readonly readAgainAt: Moment;
  readonly failures: number;
}

export interface CredentialCacheOptions {
  readonly read: ReadSecret;
  /** How often each Secret is read again. */
  readonly intervalMs: number;
  readonly clocks: LoopClocks;
  /** Called when a read brings something that a lookup did not have. */
  readonly onChange: () => void;
}

/**
 * The Secrets that robots refer to. The operator may `get` but not watch them, so it reads a Secret when a robot that
 * refers to the Secret changes, and at an interval. A missing Secret is read again sooner, since people often apply
 * the robot first. Nothing waits for a read: a lookup returns the known Secrets, and a callback announces new ones.
 */
export class CredentialCache {
  readonly #options: CredentialCacheOptions;
  readonly #alarm: Alarm;
  readonly #limiter = secretReads();
  readonly #entries = new Map<string, Entry>();
  readonly #reading = new Set<string>();
  #wanted: ReadonlyMap<string, SecretReference> = new Map();
  /** When the alarm fires. */
  #lookAt = NEVER;
  #closed = false;

  constructor(options: CredentialCacheOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clocks, () => this.#readDue());
  }

  /**
   * The known Secrets of these robots; all others are forgotten. A Secret is absent until its first read, and until
   * its next read after a robot that refers to it has changed.
   */
  look(robots: readonly DingTalkRobot[]): ReadonlyMap<string, CredentialSecret> {
    this.#wanted = secretReferences(robots);
    for (const key of this.#entries.keys()) if (!this.#wanted.has(key)) this.#entries.delete(key);
    this.#readDue();
    const known = [...this.#wanted].flatMap(([key, reference]) => {
      const entry = this.#entries.get(key);
      return covers(entry, reference) ? [[key, entry.secret] as const] : [];
    });
    return new Map(known);
  }

  /** Starts no more reads. */
  close(): void {
    this.#closed = true;
    this.#alarm.set(undefined);
  }

  #readDue(): void {
    if (this.#closed) return;
    const { clocks } = this.#options;
    let next = Number.POSITIVE_INFINITY;
    for (const [key, reference] of this.#wanted) {
      if (this.#reading.has(key)) continue;
      const entry = this.#entries.get(key);
      const pause = covers(entry, reference) ? timeUntil(entry.readAgainAt, clocks) : 0;
      if (pause > 0) next = Math.min(next, pause);
      else void this.#readOne(key, reference);
    }
    this.#lookIn(Math.max(next, LOOK_EVERY_MS));
  }

  #lookIn(ms: number): void {
    const { clocks } = this.#options;
    this.#lookAt = momentIn(ms, clocks);
    this.#alarm.set(Number.isFinite(ms) ? new Date(clocks.wall() + ms) : undefined);
  }

  async #readOne(key: string, { namespace, name, keys, versions }: SecretReference): Promise<void> {
    const { read, clocks, intervalMs, onChange } = this.#options;
    this.#reading.add(key);
    const secret = await this.#limiter.run(namespace, () => read(namespace, name, keys));
    this.#reading.delete(key);
    const wanted = this.#wanted.get(key);
    if (this.#closed || !wanted) return;
    const known = this.#entries.get(key);
    const failures = secret.state === 'found' ? 0 : (known?.failures ?? 0) + 1;
    const pause = failures === 0 ? intervalMs : FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20);
    const readAgainAt = momentIn(Math.min(pause, intervalMs), clocks);
    const entry = { secret, versions, readAgainAt, failures };
    this.#entries.set(key, entry);
    if (!covers(entry, wanted)) {
      void this.#readOne(key, wanted);
      return;
    }
    // Of this reference alone: a check of all references after each read takes seconds where there are thousands.
    const next = timeUntil(readAgainAt, clocks);
    if (next < timeUntil(this.#lookAt, clocks)) this.#lookIn(next);
    if (!covers(known, wanted) || !isDeepStrictEqual(known.secret, secret)) onChange();
  }
}

const covers = (entry: Entry | undefined, { versions }: SecretReference): entry is Entry =>
  entry !== undefined && [...versions].every((version) => entry.versions.has(version));
