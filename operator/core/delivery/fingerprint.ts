import { createHmac } from 'node:crypto';
import type { Credential } from '../../dingtalk/credential.ts';
import { ObjectMemo } from '../../lib/memo.ts';

/**
 * Eight hex digits that identify a robot's credentials and keywords: the value changes with each of them, and is the same in
 * every process. The fingerprint is in the status, which everybody may read. So the credentials are the key of an HMAC: eight
 * digits reveal nothing about 64.
 */
export function deliveryFingerprint(
  uid: string,
  credential: Credential,
  keywords: readonly string[],
): string {
  return known.get(credential, [uid, ...keywords], () => {
    const { url, signingSecret } = credential;
    const key = JSON.stringify([url, signingSecret ?? null]);
    const message = JSON.stringify([uid, ...[...keywords].sort()]);
    return createHmac('sha256', key).update(message).digest('hex').slice(0, 8);
  });
}

/** Each run needs it again for each robot. */
const known = new ObjectMemo<Credential, string>();
