import { isDeepStrictEqual } from 'node:util';
import type { DingTalkRobot } from '../api/kinds.ts';
import { type ReadSecret, secretReads } from '../cluster/read-credential.ts';
import { type SecretReference, secretReferences } from '../cluster/secret-references.ts';
import type { CredentialSecret } from '../core/model/snapshot.ts';
import { Alarm } from './alarm.ts';
import { type LoopClocks, type Moment, momentIn, timeUntil } from './clocks.ts';

/** First pause before a Secret that was not to be had is read again; it doubles up to the ordinary interval. */
const FIRST_RETRY_MS = 1_000;
/** How much time lies between two looks at all references for what is due, each of which takes long where there are thousands. */
const LOOK_EVERY_MS = 1_000;
const NEVER: Moment = { wall: Number.POSITIVE_INFINITY, monotonic: Number.POSITIVE_INFINITY };

interface Entry {
  readonly secret: CredentialSecret;
  /** What the reference had when it was read. */
  readonly versions: ReadonlySet<string>;
  readonly readAgainAt: Moment;
  readonly failures: number;
}

export interface CredentialCacheOptions {
  readonly read: ReadSecret;
  /** How often each Secret is read again. */
  readonly intervalMs: number;
  readonly clocks: LoopClocks;
  /** Called when a read brought something that a look did not know. */
  readonly onChange: () => void;
}

/**
 * The Secrets that robots refer to. The operator may `get` but not watch them, so it reads a Secret when a robot that refers to
 * it changes, and again every so often; one that is missing is looked for sooner, since people often apply the robot first.
 * Nobody waits for a read: whoever looks gets what is known, and is told when there is more.
 */
export class CredentialCache {
  readonly #options: CredentialCacheOptions;
  readonly #alarm: Alarm;
  readonly #limiter = secretReads();
  readonly #entries = new Map<string, Entry>();
  readonly #reading = new Set<string>();
  #wanted: ReadonlyMap<string, SecretReference> = new Map();
  /** When the alarm comes. */
  #lookAt = NEVER;
  #closed = false;

  constructor(options: CredentialCacheOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clocks, () => this.#readDue());
  }

  /**
   * What is known of the Secrets of these robots; all others are forgotten. One that has yet to be read, for the first time or
   * since a robot that refers to it has changed, is not in it.
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

  /** Reads nothing any more. */
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
    // Of this one alone: a look at all of them after each read takes seconds where there are thousands.
    const next = timeUntil(readAgainAt, clocks);
    if (next < timeUntil(this.#lookAt, clocks)) this.#lookIn(next);
    if (!covers(known, wanted) || !isDeepStrictEqual(known.secret, secret)) onChange();
  }
}

const covers = (entry: Entry | undefined, { versions }: SecretReference): entry is Entry =>
  entry !== undefined && [...versions].every((version) => entry.versions.has(version));
