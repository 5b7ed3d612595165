import type { DingTalkRobot } from '../api/kinds.ts';
import { type CredentialSecret, MAX_CREDENTIAL_BYTES } from '../core/model/snapshot.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { readSecret } from '../kubernetes/credentials.ts';
import { decodeSecretValue, secretValueBytes } from '../kubernetes/secret-values.ts';
import { FairLimiter } from '../lib/fair-limiter.ts';
import { own } from '../lib/own.ts';
import { redactError } from '../lib/redact.ts';
import { secretReferences } from './secret-references.ts';

/** A Secret as it was read. */
export interface CredentialReading {
  readonly secret: CredentialSecret;
  /** Absent if there is no Secret, or if nothing is known about it. */
  readonly resourceVersion?: string | undefined;
}

/** Reads one Secret, and keeps these keys of it; never throws. */
export type ReadSecret = (
  namespace: string,
  name: string,
  keys: ReadonlySet<string>,
) => Promise<CredentialReading>;

/** How many Secrets are read at once, in all and per namespace; each can have a megabyte. */
export const secretReads = (): FairLimiter => new FairLimiter(8, 2);

/** Reads a Secret as the core knows it: plain text, or missing, or the reason why it could not be read. */
export function readCredential({ request }: Pick<Connection, 'request'>): ReadSecret {
  return async (namespace, name, keys) => {
    try {
      const read = await readSecret(request, namespace, name);
      if (!read.found) return { secret: { state: 'missing' } };
      return { secret: credentialsIn(read.data, keys), resourceVersion: read.resourceVersion };
    } catch (error) {
      return { secret: { state: 'unreadable', message: redactError(error) } };
    }
  };
}

/** All Secrets that robots refer to, by `namespace/name`, each as it is now. */
export async function readCredentials(
  read: ReadSecret,
  robots: readonly DingTalkRobot[],
): Promise<ReadonlyMap<string, CredentialSecret>> {
  const limiter = secretReads();
  const entries = [...secretReferences(robots)].map(async ([key, { namespace, name, keys }]) => {
    const { secret } = await limiter.run(namespace, () => read(namespace, name, keys));
    return [key, secret] as const;
  });
  return new Map(await Promise.all(entries));
}

/** The values that robots ask for, from a Secret whose values are in base64. */
function credentialsIn(
  values: Readonly<Record<string, string>>,
  keys: ReadonlySet<string>,
): CredentialSecret {
  const data = new Map<string, string>();
  const tooLong = new Set<string>();
  for (const key of keys) {
    const value = own(values, key);
    if (value === undefined) continue;
    if (secretValueBytes(value) > MAX_CREDENTIAL_BYTES) tooLong.add(key);
    else data.set(key, decodeSecretValue(value));
  }
  return { state: 'found', data: Object.fromEntries(data), ...(tooLong.size > 0 && { tooLong }) };
}
