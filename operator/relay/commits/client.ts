import { readFile } from 'node:fs/promises';
import { Agent, type Dispatcher, request } from 'undici';
import type { Commit } from '../../argocd/commit-field.ts';
import { textWithin } from '../../lib/text-within.ts';
import { TrustError, trustedCertificates } from '../../lib/trusted-certificates.ts';
import type { CommitQuestion } from './question.ts';

/** Argo CD's answer to a question. */
export type CommitAnswer =
  | { readonly kind: 'found'; readonly commit: Commit }
  /** There is no such commit, Application or source, or Argo CD cannot read the repository. */
  | { readonly kind: 'unknown' }
  /** The account may not get the Application. */
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'timeout' }
  /** Argo CD cannot be asked at all. `words` have no secret. */
  | { readonly kind: 'unavailable'; readonly words: string };

/** Argo CD's API, as far as commits are concerned. */
export interface CommitClient {
  /** Never rejects. The signal's end is a time-out. */
  ask(question: CommitQuestion, signal: AbortSignal): Promise<CommitAnswer>;
  /** Breaks off all connections. */
  close(): Promise<void>;
}

export interface CommitClientOptions {
  /** Base URL of Argo CD's API server, without credentials. */
  readonly url: string;
  /** Its text is the token. It is read for each question, so that a new token needs no restart. */
  readonly tokenFile?: string | undefined;
  /** CA certificates to trust besides those of Node, PEM. */
  readonly caFile?: string | undefined;
}

/** Questions under way at once; the others wait, within their own time. */
const CONNECTIONS = 4;
/** A connection that nobody waits for any more must not stand in the way of the next one. */
const CONNECT_TIMEOUT_MS = 1_000;
const MAX_ANSWER_BYTES = 64 * 1024;
/** Longer texts are cut: a template shows at most 5000 characters of a value. */
const MAX = { author: 200, message: 5_000, date: 40 } as const;
/** What a header may have, and no token is longer. */
const TOKEN = /^[!-~]{1,8192}$/;
const UNAVAILABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Makes a client. It uses no proxy, since the token is for Argo CD only, and follows no redirect. Files that are missing or wrong are an
 * answer like others, because messages go on without commits; they are read again for a later question.
 */
export function createCommitClient({ url, tokenFile, caFile }: CommitClientOptions): CommitClient {
  let agent: Agent | undefined;
  return {
    ask: async (question, signal) => {
      let used: Agent | undefined;
      try {
        const token = tokenFile === undefined ? undefined : await readToken(tokenFile, signal);
        agent ??= createAgent(trustedCertificates(caFile, 'argocd.api.caFile'));
        used = agent;
        return await ask(used, questionUrl(url, question), token, signal);
      } catch (error) {
        if (signal.aborted) return { kind: 'timeout' };
        // The next connection trusts what is in the file by then.
        if (agent === used) agent = undefined;
        await used?.destroy();
        return unavailable(wordsOf(error));
      }
    },
    close: async () => agent?.destroy(),
  };
}

const createAgent = (ca: readonly string[] | undefined): Agent =>
  new Agent({
    allowH2: false,
    connections: CONNECTIONS,
    pipelining: 1,
    maxHeaderSize: 16 * 1024,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(ca && { ca: [...ca] }) },
  });

function questionUrl(base: string, question: CommitQuestion): string {
  const { application, namespace, project, revision, sourceIndex } = question;
  const [name, hash] = [application, revision].map(encodeURIComponent);
  const query = new URLSearchParams({ appNamespace: namespace, project });
  if (sourceIndex !== undefined) query.set('sourceIndex', `${sourceIndex}`);
  return `${base.replace(/\/+$/, '')}/api/v1/applications/${name}/revisions/${hash}/metadata?${query}`;
}

async function ask(
  dispatcher: Dispatcher,
  url: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<CommitAnswer> {
  const { statusCode, body } = await request(url, {
    dispatcher,
    signal,
    headers: {
      accept: 'application/json',
      'user-agent': 'argocd-dingtalk',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
  });
  if (statusCode !== 200) {
    // The words of an answer are not read: nobody needs them, and they could repeat the token.
    body.on('error', () => undefined).destroy();
    return refusal(statusCode);
  }
  return readMetadata(await textWithin(body, MAX_ANSWER_BYTES));
}

/** A file that cannot be used; the message has nothing of it. */
class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** @throws TokenError */
async function readToken(file: string, signal: AbortSignal): Promise<string> {
  const text = await readFile(file, { encoding: 'utf8', signal }).catch(() => '');
  const token = text.trim();
  if (!TOKEN.test(token))
    throw new TokenError('argocd.api.tokenFile: the file cannot be read, or has no token');
  return token;
}

function refusal(status: number): CommitAnswer {
  if (status === 403) return { kind: 'forbidden' };
  if (status === 401) return unavailable('HTTP 401: Argo CD knows no account of this token');
  if (status < 400) return unavailable(`HTTP ${status} in place of an answer, as from a page or a redirect`);
  return UNAVAILABLE.has(status) ? unavailable(`HTTP ${status}`) : { kind: 'unknown' };
}

const unavailable = (words: string): CommitAnswer => ({ kind: 'unavailable', words });

/** An answer that is too long belongs to one commit, and one that is no metadata to a server that is not Argo CD's. */
function readMetadata(text: string | undefined): CommitAnswer {
  if (text === undefined) return { kind: 'unknown' };
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = undefined;
  }
  if (typeof answer !== 'object' || answer === null || !Object.hasOwn(answer, 'date'))
    return unavailable('HTTP 200 with an answer that is not the metadata of a commit');
  const { author, message, date } = answer as Readonly<Record<string, unknown>>;
  const commit = {
    author: authorName(short(author, MAX.author)),
    message: short(message, MAX.message).trim(),
    date: short(date, MAX.date),
  };
  return { kind: 'found', commit };
}

/** By code units, without half a character at the end. */
const short = (value: unknown, length: number): string =>
  typeof value === 'string' ? value.slice(0, length).replace(/[\ud800-\udbff]$/, '') : '';

/** Argo CD has `NAME <ADDRESS>`. A group needs the name, and the address is nobody's business unless there is no name. */
function authorName(author: string): string {
  const name = author.replace(/\s*<[^<>]*>?\s*$/, '').trim();
  return name === '' ? author.replace(/[<>]/g, '').trim() : name;
}

/** Of an error of Node, the code is enough, and has nothing of a header. */
function wordsOf(error: unknown): string {
  if (error instanceof TokenError || error instanceof TrustError) return error.message;
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: { readonly code?: unknown } };
  const known = [code, cause?.code].find((each) => typeof each === 'string');
  return known === undefined ? 'the request failed' : `${known}`;
}
