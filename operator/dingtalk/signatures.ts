import { readSignature, SIGNATURE_VALIDITY_MS, sign, signedUrl } from './sign.ts';

/** A signature of the future is one of a clock that has since been set back. */
const FUTURE_TOLERANCE_MS = 60_000;

/** The credentials of a robot. Secret: they never leave the target Secret. */
export interface Credential {
  /** Webhook URL with the access token, without signature. */
  readonly url: string;
  readonly signingSecret?: string;
}

/** The URL that a robot is reached by, and until when it is signed (absent: needs no signature). */
export interface SignedRobot {
  readonly url: string;
  readonly until?: Date;
}

/** The live URL, if it is right and its signature is valid now; else undefined. */
export function readSignedUrl(
  liveUrl: string | undefined,
  { url, signingSecret }: Credential,
  now: Date,
): SignedRobot | undefined {
  if (liveUrl === undefined) return undefined;
  if (signingSecret === undefined) return liveUrl === url ? { url } : undefined;
  const signature = readSignature(liveUrl);
  if (!signature || signature.base !== url) return undefined;
  if (signature.sign !== sign(signingSecret, signature.timestampMs)) return undefined;
  const age = now.getTime() - signature.timestampMs;
  if (age < -FUTURE_TOLERANCE_MS || age >= SIGNATURE_VALIDITY_MS) return undefined;
  return { url: liveUrl, until: new Date(signature.timestampMs + SIGNATURE_VALIDITY_MS) };
}

/** A fresh URL for a robot. */
export function freshUrl({ url, signingSecret }: Credential, now: Date): string {
  return signingSecret === undefined ? url : signedUrl(url, signingSecret, now.getTime());
}

/** When a signature that is valid until then has to be renewed. */
export function renewalTime(until: Date, renewAfterMs: number): Date {
  return new Date(until.getTime() - SIGNATURE_VALIDITY_MS + renewAfterMs);
}

/** When the signature of a URL ends, whoever made it; undefined if it carries none. */
export function signatureEnd(url: string): Date | undefined {
  const signature = readSignature(url);
  return signature && new Date(signature.timestampMs + SIGNATURE_VALIDITY_MS);
}

/**
 * Whether what is live of a robot that can't be judged now (its Secret can't be read) may stay: an unsigned URL may, a signed
 * one until its hour ends. A signature of the future is taken by DingTalk as long as it is less than an hour away, so it stays
 * that long where a clock has been set back; one that is further away says nothing of when it ends.
 */
export function hasValidSignature(liveUrl: string, now: Date): boolean {
  const signature = readSignature(liveUrl);
  return !signature || Math.abs(now.getTime() - signature.timestampMs) < SIGNATURE_VALIDITY_MS;
}
