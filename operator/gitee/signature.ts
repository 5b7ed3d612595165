import { createHmac, timingSafeEqual } from 'node:crypto';
import { own } from '../lib/own.ts';

/** The Secret of Argo CD's namespace, and the key in it, that has the installation's key. */
export const GITEE_KEY = { secret: 'argocd-dingtalk-gitee', key: 'key' } as const;

/** A signature covers its time and nothing else, so a copy of it opens the door for this long, before and after its time. */
export const GITEE_WINDOW_MS = 10 * 60_000;

/** `late`: the signature is right, but its time is further away than the window. */
export type GiteeVerdict = 'right' | 'wrong' | 'late';

/** The names of the headers, as Node has them. */
const [TOKEN_HEADER, TIMESTAMP_HEADER] = ['x-gitee-token', 'x-gitee-timestamp'];

/**
 * The signing key of one subscription's hook: it opens no other subscription's path, and the installation's key cannot be computed
 * from it.
 * @param installationKey the text in the Secret
 * @param uid of the subscription: a subscription that is made again has another key
 */
export const giteeKey = (installationKey: string, uid: string): string =>
  createHmac('sha256', installationKey).update(uid).digest('base64url');

/** The signature that Gitee sends in `X-Gitee-Token`: base64, and not encoded for URLs. */
export const giteeSignature = (key: string, timestamp: string): string =>
  createHmac('sha256', key).update(`${timestamp}\n${key}`).digest('base64');

/**
 * Judges the headers of a post by Gitee, in a time that depends on no secret.
 * @param headers with names in lower case
 * @param key of the hook
 */
export function verifyGitee(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  key: string,
  nowMs: number,
): GiteeVerdict {
  const [token, timestamp] = [textOf(own(headers, TOKEN_HEADER)), textOf(own(headers, TIMESTAMP_HEADER))];
  const [given, wanted] = [Buffer.from(withoutEscapes(token)), Buffer.from(giteeSignature(key, timestamp))];
  const isRight = timingSafeEqual(
    given.length === wanted.length ? given : Buffer.alloc(wanted.length),
    wanted,
  );
  if (!isRight || !/^\d{13}$/.test(timestamp)) return 'wrong';
  return Math.abs(nowMs - Number(timestamp)) <= GITEE_WINDOW_MS ? 'right' : 'late';
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 200) : '');

/** Gitee's documentation asks for a signature that is encoded for URLs, although gitee.com does not. Base64 has no `%`. */
const withoutEscapes = (token: string): string =>
  token.replace(/%(2B|2F|3D)/gi, (each) => decodeURIComponent(each));
