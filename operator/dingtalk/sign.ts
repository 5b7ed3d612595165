import { createHmac } from 'node:crypto';

/**
 * DingTalk refuses a request whose timestamp is this many milliseconds or more away from its own clock.
 *
 * Rule: https://help.dingtalk.io/open/dingstart/customize-robot-security-settings ("Additional Signature").
 */
export const SIGNATURE_VALIDITY_MS = 3_600_000;

/** The signature parameters of a URL, and the URL without them. */
export interface UrlSignature {
  /** The URL as it was before it was signed. */
  readonly base: string;
  /** Milliseconds since the epoch. */
  readonly timestampMs: number;
  /** Base64 of 32 bytes, not URL-encoded. */
  readonly sign: string;
}

const SIGNATURE_PARAMETERS = ['timestamp', 'sign'];
const BASE64_OF_32_BYTES = /^[A-Za-z0-9+/]{43}=$/;

/**
 * DingTalk's signature for a custom robot: base64 of HMAC-SHA256 with the signing secret as key and
 * `<timestamp>\n<secret>` as message.
 *
 * @param secret the robot's signing secret as DingTalk shows it (mostly `SEC…`); used as UTF-8
 * @param timestampMs milliseconds since the epoch, a non-negative integer
 * @returns standard base64 with padding, 44 characters, not URL-encoded
 * @throws RangeError if the secret is empty or the timestamp is no non-negative integer
 *
 * Rule: https://help.dingtalk.io/open/dingstart/customize-robot-security-settings
 */
export function sign(secret: string, timestampMs: number): string {
  if (secret === '') throw new RangeError('the signing secret is empty');
  if (!Number.isSafeInteger(timestampMs) || timestampMs < 0) {
    throw new RangeError(`the timestamp must be whole milliseconds since the epoch, not ${timestampMs}`);
  }
  return createHmac('sha256', secret).update(`${timestampMs}\n${secret}`).digest('base64');
}

/**
 * A robot's URL with a fresh signature: `…?access_token=…&timestamp=…&sign=…`.
 *
 * The signature is URL-encoded exactly once (DingTalk answers 310000 to a double encoding). A signature that the
 * URL carries already is replaced, never repeated; `access_token` comes first, other parameters stay.
 *
 * @param baseUrl the robot's URL, with or without a query, without a fragment
 * @throws RangeError as {@link sign}, and if the URL has a fragment (parameters after it never reach the server)
 */
export function signedUrl(baseUrl: string, secret: string, timestampMs: number): string {
  if (baseUrl.includes('#')) throw new RangeError('a URL with a fragment cannot be signed');
  const { path, parameters } = splitUrl(baseUrl);
  const kept = parameters.filter((p) => !SIGNATURE_PARAMETERS.includes(nameOf(p)));
  const token = kept.filter((p) => nameOf(p) === 'access_token');
  const others = kept.filter((p) => nameOf(p) !== 'access_token');
  const signature = encodeURIComponent(sign(secret, timestampMs));
  return `${path}?${[...token, ...others, `timestamp=${timestampMs}`, `sign=${signature}`].join('&')}`;
}

/**
 * The signature that a URL carries, as {@link signedUrl} writes it.
 *
 * @returns undefined unless there is exactly one well-formed timestamp and exactly one well-formed sign
 *   (base64 of 32 bytes after one URL decoding; a sign encoded twice is not well-formed)
 */
export function readSignature(url: string): UrlSignature | undefined {
  if (url.includes('#')) return undefined;
  const { path, parameters } = splitUrl(url);
  const timestamp = only(parameters, 'timestamp');
  const signature = decoded(only(parameters, 'sign'));
  if (timestamp === undefined || !/^(?:0|[1-9]\d{0,15})$/.test(timestamp)) return undefined;
  if (!Number.isSafeInteger(Number(timestamp))) return undefined;
  if (signature === undefined || !BASE64_OF_32_BYTES.test(signature)) return undefined;
  const kept = parameters.filter((p) => !SIGNATURE_PARAMETERS.includes(nameOf(p)));
  const base = kept.length === 0 ? path : `${path}?${kept.join('&')}`;
  return { base, timestampMs: Number(timestamp), sign: signature };
}

/** Works on the text, because the URL class would encode it again. */
function splitUrl(url: string): { path: string; parameters: string[] } {
  const question = url.indexOf('?');
  if (question < 0) return { path: url, parameters: [] };
  const query = url.slice(question + 1);
  return { path: url.slice(0, question), parameters: query.split('&').filter((p) => p !== '') };
}

function nameOf(parameter: string): string {
  const equals = parameter.indexOf('=');
  return equals < 0 ? parameter : parameter.slice(0, equals);
}

function only(parameters: readonly string[], name: string): string | undefined {
  const found = parameters.filter((p) => nameOf(p) === name);
  const [first] = found;
  return found.length === 1 && first !== undefined ? first.slice(name.length + 1) : undefined;
}

function decoded(value: string | undefined): string | undefined {
  try {
    return value === undefined ? undefined : decodeURIComponent(value);
  } catch {
    return undefined; // A stray % is not URL encoding.
  }
}
