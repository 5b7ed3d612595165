import { isDeepStrictEqual } from 'node:util';
import type { DingTalkRobot } from '../api/kinds.ts';
import { objectKey } from '../api/names.ts';
import { type CredentialReading, type ReadSecret, secretReads } from '../cluster/read-credential.ts';
import { type SecretReference, secretReferences } from '../cluster/secret-references.ts';
import type { CredentialSecret } from '../core/model/snapshot.ts';
import { type LoopClocks, type Moment, momentIn, timeUntil } from '../lib/clocks.ts';
import { GrowingPauses } from '../lib/growing-pauses.ts';
import { Alarm } from './alarm.ts';

/**
 * First pause before a Secret that could not be read is read again; the pause doubles up to the ordinary interval.
 */
const FIRST_RETRY_MS = 1_000;
/**
 * Time between two checks of all references for due ones, in milliseconds. With thousands of references, each check
 * takes long.
 */
const LOOK_EVERY_MS = 1_000;
/**
 * How long news waits for the reads that are under way, in milliseconds. At a start, each of hundreds of Secrets would
 * bring a run of its own.
 */
const TOGETHER_MS = 200;
const NEVER: Moment = { wall: Number.POSITIVE_INFINITY, monotonic: Number.POSITIVE_INFINITY };

/** Pauses between two reads of a Secret that changes all the time. */
const AFTER_CHANGES = { firstMs: 1_000, maxMs: 30_000 } as const;

interface Entry extends CredentialReading {
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
  /** Called when reads have brought something that a lookup did not have: once for reads at the same time. */
  readonly onChange: () => void;
  /** Called by each lookup with the namespaces of all Secrets that robots refer to, and at the end without any. */
  readonly onLook?: (namespaces: ReadonlySet<string>) => void;
}

/**
 * The Secrets that robots refer to. The operator reads a Secret when a robot that refers to the Secret changes, when a
 * watch says that the Secret has changed, and at an interval. A missing Secret is read again sooner, since people often
 * apply the robot first. Nothing waits for a read: a lookup returns the known Secrets, and a callback announces new ones.
 */
export class CredentialCache {
  readonly #options: CredentialCacheOptions;
  readonly #alarm: Alarm;
  readonly #limiter = secretReads();
  readonly #entries = new Map<string, Entry>();
  readonly #reading = new Set<string>();
  /** Secrets that have changed since they were read. */
  readonly #outdated = new Set<string>();
  /** Secrets of which a watch has told while they were read, and the versions. */
  readonly #told = new Map<string, string | undefined>();
  readonly #pauses: GrowingPauses;
  #wanted: ReadonlyMap<string, SecretReference> = new Map();
  /** When the alarm fires. */
  #lookAt = NEVER;
  /** Set while news waits. */
  #news: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: CredentialCacheOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clocks, () => this.#readDue());
    this.#pauses = new GrowingPauses({ ...AFTER_CHANGES, clocks: options.clocks });
  }

  /**
   * The known Secrets of these robots; all others are forgotten. A Secret is absent until its first read, and until
   * its next read after a robot that refers to it has changed.
   */
  look(robots: readonly DingTalkRobot[]): ReadonlyMap<string, CredentialSecret> {
    this.#wanted = secretReferences(robots);
    for (const key of this.#entries.keys()) if (!this.#wanted.has(key)) this.#forget(key);
    this.#readDue();
    if (!this.#closed)
      this.#options.onLook?.(new Set([...this.#wanted.values()].map(({ namespace }) => namespace)));
    const known = [...this.#wanted].flatMap(([key, reference]) => {
      const entry = this.#entries.get(key);
      return covers(entry, reference) ? [[key, entry.secret] as const] : [];
    });
    return new Map(known);
  }

  /**
   * A watch tells of a Secret. If a robot refers to the Secret, and this version is not known yet, the Secret is read
   * again: at once, or after a pause if it changes all the time.
   * @param resourceVersion undefined: the Secret does not exist any more
   */
  changed(namespace: string, name: string, resourceVersion: string | undefined): void {
    const key = objectKey(namespace, name);
    const reference = this.#wanted.get(key);
    if (this.#closed || !reference) return;
    if (this.#reading.has(key)) {
      this.#told.set(key, resourceVersion);
      return;
    }
    const entry = this.#entries.get(key);
    if (!entry || isAsRead(entry, resourceVersion)) return;
    this.#outdated.add(key);
    const pause = this.#pauseOf(key, reference);
    if (pause <= 0) void this.#readOne(key, reference);
    else this.#lookWithin(pause);
  }

  /** How many of the Secrets that robots refer to are in each state; `unread`: not read yet. */
  counts(): Record<CredentialSecret['state'] | 'unread', number> {
    const counts = { found: 0, missing: 0, unreadable: 0, unread: 0 };
    for (const key of this.#wanted.keys()) counts[this.#entries.get(key)?.secret.state ?? 'unread'] += 1;
    return counts;
  }

  /** Starts no more reads. */
  close(): void {
    this.#closed = true;
    this.#alarm.set(undefined);
    clearTimeout(this.#news);
    this.#options.onLook?.(new Set());
  }

  #readDue(): void {
    if (this.#closed) return;
    let next = Number.POSITIVE_INFINITY;
    for (const [key, reference] of this.#wanted) {
      if (this.#reading.has(key)) continue;
      const pause = this.#pauseOf(key, reference);
      if (pause > 0) next = Math.min(next, pause);
      else void this.#readOne(key, reference);
    }
    this.#lookIn(Math.max(next, LOOK_EVERY_MS));
  }

  #tell(): void {
    clearTimeout(this.#news);
    this.#news = undefined;
    this.#options.onChange();
  }

  /** How long to wait before the next read of a Secret, in milliseconds. */
  #pauseOf(key: string, reference: SecretReference): number {
    const entry = this.#entries.get(key);
    if (!covers(entry, reference)) return 0;
    const due = timeUntil(entry.readAgainAt, this.#options.clocks);
    return this.#outdated.has(key) ? Math.min(due, this.#pauses.waitMs(key)) : due;
  }

  #forget(key: string): void {
    this.#entries.delete(key);
    this.#outdated.delete(key);
    this.#pauses.forget(key);
  }

  /**
   * Looks at this one reference in time. A check of all references after each read takes seconds where there are
   * thousands.
   */
  #lookWithin(ms: number): void {
    if (ms < timeUntil(this.#lookAt, this.#options.clocks)) this.#lookIn(ms);
  }

  #lookIn(ms: number): void {
    const { clocks } = this.#options;
    this.#lookAt = momentIn(ms, clocks);
    this.#alarm.set(Number.isFinite(ms) ? new Date(clocks.wall() + ms) : undefined);
  }

  async #readOne(key: string, { namespace, name, keys, versions }: SecretReference): Promise<void> {
    const { read, clocks, intervalMs } = this.#options;
    this.#reading.add(key);
    if (this.#outdated.delete(key)) this.#pauses.begin(key);
    // At the end, or when another replica leads, thousands may still wait for their turn.
    const reading = await this.#limiter.run(namespace, async () =>
      this.#closed || !this.#wanted.has(key) ? undefined : read(namespace, name, keys),
    );
    this.#reading.delete(key);
    const isTold = this.#told.has(key);
    const told = this.#told.get(key);
    this.#told.delete(key);
    const wanted = this.#wanted.get(key);
    if (this.#closed || !wanted) return;
    if (!reading) {
      void this.#readOne(key, wanted);
      return;
    }
    const { resourceVersion } = reading;
    const known = this.#entries.get(key);
    // A Secret that has not changed stays the same value, so decisions can compare by identity.
    const isSame = known !== undefined && isDeepStrictEqual(known.secret, reading.secret);
    const secret = isSame ? known.secret : reading.secret;
    const failures = secret.state === 'found' ? 0 : (known?.failures ?? 0) + 1;
    const pause = failures === 0 ? intervalMs : FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20);
    const readAgainAt = momentIn(Math.min(pause, intervalMs), clocks);
    const entry = { secret, resourceVersion, versions, readAgainAt, failures };
    this.#entries.set(key, entry);
    if (!covers(entry, wanted)) {
      void this.#readOne(key, wanted);
      return;
    }
    this.#lookWithin(timeUntil(readAgainAt, clocks));
    if (!covers(known, wanted) || !isSame) this.#news ??= setTimeout(() => this.#tell(), TOGETHER_MS);
    if (this.#news && this.#reading.size === 0) this.#tell();
    if (isTold) this.changed(namespace, name, told);
  }
}

const isAsRead = (entry: Entry, resourceVersion: string | undefined): boolean =>
  resourceVersion === undefined
    ? entry.secret.state === 'missing'
    : entry.resourceVersion === resourceVersion;

const covers = (entry: Entry | undefined, { versions }: SecretReference): entry is Entry =>
  entry !== undefined && [...versions].every((version) => entry.versions.has(version));
