import { createHmac } from 'node:crypto';
import type { IncomingRequest, SignatureState } from './fake-dingtalk-types.ts';

/** How far a timestamp may be from now, in either direction. */
const WINDOW_MS = 60 * 60 * 1000;

/** The signature DingTalk expects for a timestamp in milliseconds: Base64, not yet encoded for a URL. */
export function expectedSign(secret: string, timestamp: string): string {
  return createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
}

/** Judges the signature of a request; only the query counts, not headers. */
export function signatureState(request: IncomingRequest, secret: string | undefined): SignatureState {
  const { timestamp, sign } = request.query;
  if (timestamp === undefined && sign === undefined) return 'absent';
  if (timestamp === undefined || sign === undefined || secret === undefined) return 'invalid';
  if (request.repeated.includes('timestamp') || request.repeated.includes('sign')) return 'invalid';
  if (!/^\d+$/.test(timestamp)) return 'invalid';
  if (Math.abs(request.at - Number(timestamp)) > WINDOW_MS) return 'expired';
  return sign === expectedSign(secret, timestamp) ? 'valid' : 'invalid';
}
