import { createHmac } from 'node:crypto';
import type { Credential } from '../../dingtalk/credential.ts';

/**
 * Eight hex digits that stand for a robot's credentials and keywords: another value when one of them changes, the same
 * in any process. It stands in the status, where everybody may read it, so the credentials are the key of an HMAC: eight
 * digits tell nothing about 64.
 */
export function deliveryFingerprint(
  uid: string,
  { url, signingSecret }: Credential,
  keywords: readonly string[],
): string {
  const key = JSON.stringify([url, signingSecret ?? null]);
  const message = JSON.stringify([uid, ...[...keywords].sort()]);
  return createHmac('sha256', key).update(message).digest('hex').slice(0, 8);
}
