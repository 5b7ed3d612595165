/**
 * A client of DingTalk's custom robots. sign.ts and signatures.ts sign URLs, answers.ts reads an answer → outcome.ts, and
 * explanations.ts says what an outcome means and what to do.
 */

import { createSecureContext } from 'node:tls';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { Deadline } from '../lib/deadline.ts';
import { textWithin } from '../lib/text-within.ts';
import { readAnswer } from './answers.ts';
import type { Credential } from './credential.ts';
import { connectionOutcome, type DeliveryOutcome } from './outcome.ts';
import { readSignature } from './sign.ts';
import { freshUrl } from './signatures.ts';

/** DingTalk's answers have some hundred bytes; a longer answer comes from another server. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** Shorter than this, it is a word or a number that any answer may have, and no secret. */
const MIN_SECRET_LENGTH = 8;

export interface DingTalkClientOptions {
  /** CA certificates to trust, PEM; absent: those of Node. */
  readonly ca?: readonly string[] | undefined;
  /** Limit for one message, from the connection to the end of the answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Local wall clock, in milliseconds since 1970: signatures are dated by it, unless the caller knows a better time. */
  readonly now: () => number;
}

/** The one way from here to DingTalk, over one connection pool. */
export interface DingTalkClient {
  /**
   * Posts a message as JSON to a robot, with a fresh signature if it has a signing secret. Never rejects: no answer is an
   * outcome too. Nothing of the credential is in the outcome, whatever the other side echoes.
   * @param at the time of the signature; default: now by the local wall clock
   */
  send(robot: Credential, message: object, at?: Date): Promise<DeliveryOutcome>;
  /** Breaks off all connections. */
  close(): Promise<void>;
}

/** Makes a client, which goes by HTTPS_PROXY and NO_PROXY of the environment and follows no redirect. */
export function createDingTalkClient({ ca, timeoutMs, now }: DingTalkClientOptions): DingTalkClient {
  // Made once: to read the certificates takes longer than the rest of a connection.
  const trust = ca ? { secureContext: createSecureContext({ ca: [...ca] }) } : {};
  const dispatcher = new EnvHttpProxyAgent({
    allowH2: false,
    connect: trust,
    requestTls: trust,
    proxyTls: trust,
  });
  return {
    send: async (robot, message, at = new Date(now())) => {
      const url = freshUrl(robot, at);
      const hide = hider(robot, url);
      const outcome = await post(dispatcher, url, message, timeoutMs, hide);
      return outcome.words === undefined ? outcome : { ...outcome, words: hide(outcome.words) };
    },
    close: () => dispatcher.destroy(),
  };
}

async function post(
  dispatcher: Dispatcher,
  url: string,
  message: object,
  timeoutMs: number,
  hide: (text: string) => string,
): Promise<DeliveryOutcome> {
  const deadline = new Deadline(timeoutMs, () => new Error(`DingTalk did not answer within ${timeoutMs} ms`));
  try {
    const { statusCode, body } = await request(url, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'argocd-dingtalk' },
      body: JSON.stringify(message),
      signal: deadline.signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const text = await textWithin(body, MAX_ANSWER_BYTES);
    if (text !== undefined) return readAnswer(statusCode, hide(text));
    const words = `HTTP ${statusCode}: the answer has more than ${MAX_ANSWER_BYTES} bytes`;
    return { reason: 'UnexpectedAnswer', class: 'final', words };
  } catch (error) {
    return connectionOutcome(error);
  } finally {
    deadline.dispose();
  }
}

/**
 * Masks what this very request was sent with. Redaction knows credentials by their looks; these need not be guessed. The
 * answer passes it before words are cut out of it, so that no half of a credential stays.
 */
function hider({ url, signingSecret }: Credential, signedUrl: string): (text: string) => string {
  const sign = readSignature(signedUrl)?.sign;
  const token = new URL(url).searchParams.get('access_token');
  const secrets = [token, signingSecret, sign, sign && encodeURIComponent(sign)].filter(
    (secret) => typeof secret === 'string' && secret.length >= MIN_SECRET_LENGTH,
  ) as string[];
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}
