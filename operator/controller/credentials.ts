import type { DingTalkRobot } from '../api/kinds.ts';
import { objectKey, RECONCILE_AT } from '../core/names.ts';
import type { CredentialSecret } from '../core/snapshot.ts';

/** First pause before a Secret that was not to be had is read again; it doubles up to the ordinary interval. */
const FIRST_RETRY_MS = 1_000;

/** Reads one Secret; never throws. */
export type ReadSecret = (namespace: string, name: string) => Promise<CredentialSecret>;

interface Entry {
  readonly secret: CredentialSecret;
  /** Generation and annotation of the robots that refer to it, when it was read. */
  readonly version: string;
  readonly readAgainAt: number;
  readonly failures: number;
}

/**
 * The Secrets that robots refer to. The operator may `get` but not watch them, so it reads a Secret when a robot
 * that refers to it changes, and again every so often; one that is missing is looked for sooner, since people often
 * apply the robot first.
 */
export class CredentialCache {
  readonly #read: ReadSecret;
  readonly #intervalMs: number;
  #entries = new Map<string, Entry>();

  constructor(read: ReadSecret, intervalMs: number) {
    this.#read = read;
    this.#intervalMs = intervalMs;
  }

  /** Brings the Secrets of these robots up to date, forgets all others, and returns what is known of them. */
  async refresh(robots: readonly DingTalkRobot[], now: Date): Promise<ReadonlyMap<string, CredentialSecret>> {
    const wanted = references(robots);
    const entries = await Promise.all(
      [...wanted].map(async ([key, { namespace, name, version }]): Promise<[string, Entry]> => {
        const known = this.#entries.get(key);
        if (known && known.version === version && now.getTime() < known.readAgainAt) return [key, known];
        const secret = await this.#read(namespace, name);
        const failures = secret.state === 'found' ? 0 : (known?.failures ?? 0) + 1;
        const pause = failures === 0 ? this.#intervalMs : FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20);
        const readAgainAt = now.getTime() + Math.min(pause, this.#intervalMs);
        return [key, { secret, version, readAgainAt, failures }];
      }),
    );
    this.#entries = new Map(entries);
    return new Map(entries.map(([key, { secret }]) => [key, secret]));
  }

  /** When the next Secret has to be read again. */
  nextReadAt(): Date | undefined {
    const times = [...this.#entries.values()].map(({ readAgainAt }) => readAgainAt);
    return times.length === 0 ? undefined : new Date(Math.min(...times));
  }
}

/** Each Secret once, with what makes it worth reading again. A suspended robot needs none. */
function references(robots: readonly DingTalkRobot[]) {
  const found = new Map<string, { namespace: string; name: string; version: string }>();
  for (const { metadata, spec } of robots) {
    if (spec.suspend || metadata.deletionTimestamp !== undefined) continue;
    for (const field of [spec.webhook, spec.signing]) {
      if (!field) continue;
      const { namespace } = metadata;
      const { name } = field.secretKeyRef;
      const key = objectKey(namespace, name);
      const version = `${metadata.uid}.${metadata.generation}.${metadata.annotations?.[RECONCILE_AT] ?? ''}`;
      const before = found.get(key);
      found.set(key, { namespace, name, version: before ? `${before.version} ${version}` : version });
    }
  }
  return found;
}
