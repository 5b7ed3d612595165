import { ObjectMemo } from '../lib/memo.ts';
import type { Credential } from './credential.ts';
import { readSignature, SIGNATURE_VALIDITY_MS, sign, signedUrl, type UrlSignature } from './sign.ts';

/** A signature of the future is one of a clock that has since been set back. */
const FUTURE_TOLERANCE_MS = 60_000;

/** The URL that a robot is reached by, and until when it is signed (absent: needs no signature). */
export interface SignedRobot {
  readonly url: string;
  readonly until?: Date;
}

/** The live URL, if it is right and its signature is valid now; else undefined. */
export function readSignedUrl(
  liveUrl: string | undefined,
  credential: Credential,
  now: Date,
): SignedRobot | undefined {
  if (liveUrl === undefined) return undefined;
  const { url, signingSecret } = credential;
  if (signingSecret === undefined) return liveUrl === url ? { url } : undefined;
  const signature = signatures.get(credential, [liveUrl], () => rightSignature(liveUrl, url, signingSecret));
  if (!signature) return undefined;
  const age = now.getTime() - signature.timestampMs;
  if (age < -FUTURE_TOLERANCE_MS || age >= SIGNATURE_VALIDITY_MS) return undefined;
  return { url: liveUrl, until: new Date(signature.timestampMs + SIGNATURE_VALIDITY_MS) };
}

/** Every decision needs it again for every robot. */
const signatures = new ObjectMemo<Credential, UrlSignature | undefined>();

function rightSignature(liveUrl: string, url: string, secret: string): UrlSignature | undefined {
  const signature = readSignature(liveUrl);
  if (!signature || signature.base !== url) return undefined;
  return signature.sign === sign(secret, signature.timestampMs) ? signature : undefined;
}

/** A fresh URL for a robot. */
export function freshUrl({ url, signingSecret }: Credential, now: Date): string {
  return signingSecret === undefined ? url : signedUrl(url, signingSecret, now.getTime());
}

/** When a signature that is valid until then has to be renewed. */
export function renewalTime(until: Date, renewAfterMs: number): Date {
  return new Date(until.getTime() - SIGNATURE_VALIDITY_MS + renewAfterMs);
}

/** The end of a URL's signature, also of one that another program made; undefined if the URL has no signature. */
export function signatureEnd(url: string): Date | undefined {
  const signature = readSignature(url);
  return signature && new Date(signature.timestampMs + SIGNATURE_VALIDITY_MS);
}

/**
 * Whether DingTalk still accepts a live URL of a robot whose Secret cannot be read now. It accepts an unsigned URL always, and a
 * signed one until its hour ends. It also accepts a signature whose time is less than an hour ahead, so such a URL stays after a
 * clock was set back. A signature whose time is further ahead does not count as valid.
 */
export function hasValidSignature(liveUrl: string, now: Date): boolean {
  const signature = readSignature(liveUrl);
  return !signature || Math.abs(now.getTime() - signature.timestampMs) < SIGNATURE_VALIDITY_MS;
}
