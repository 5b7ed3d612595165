/**
 * A client of Gitee's OpenAPI v5, for the hooks of repositories. answers.ts reads an answer, outcome.ts says what a failure
 * means, and plan.ts decides what is to be done with the hooks.
 */

import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { Deadline } from '../lib/deadline.ts';
import { textWithin } from '../lib/text-within.ts';
import { readHook, readHooks } from './answers.ts';
import type { DeclaredHook, FoundHook } from './hook.ts';
import { type GiteeResult, type GiteeTrouble, giteeFailure, refusedBy } from './outcome.ts';

/** Gitee's largest page. */
const PER_PAGE = 100;
/** Gitee's page where it does not obey: a page with fewer hooks is the last one. */
const SMALLEST_PAGE = 20;
/** No repository has so many hooks; a server that never ends its list is none of Gitee's. */
const MAX_PAGES = 20;
/** A page of hooks, each with the answer to its last delivery. */
const MAX_ANSWER_BYTES = 4 * 2 ** 20;
/** Shorter than this, it is a word that any answer may have, and no secret. */
const MIN_SECRET_LENGTH = 8;

/** A repository, and the token that opens it. */
export interface GiteeRepository {
  /** `https://HOST`, with a port unless it is 443, without a path. */
  readonly baseUrl: string;
  /** `OWNER/NAME` */
  readonly repository: string;
  readonly token: string;
}

export interface GiteeClientOptions {
  /** CA certificates to trust, PEM; absent: those of Node. */
  readonly ca?: readonly string[] | undefined;
  /** Limit for one request, from the connection to the end of the answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Resolves when the next request to the host may be sent. */
  readonly turn: (host: string) => Promise<void>;
  /** Called after each request. */
  readonly onRequest: (outcome: 'ok' | GiteeTrouble) => void;
}

/** The hooks of repositories. No method rejects; no failure has anything of a token, a URL with one, or a key. */
export interface GiteeClient {
  /** All hooks of a repository. */
  list(of: GiteeRepository): Promise<GiteeResult<readonly FoundHook[]>>;
  /** One hook; `missing` if the repository does not have it. */
  get(of: GiteeRepository, id: number): Promise<GiteeResult<FoundHook>>;
  /** Creates a hook. After a failure that is not certain, Gitee may have created it all the same. */
  create(of: GiteeRepository, hook: DeclaredHook): Promise<GiteeResult<FoundHook>>;
  /** Makes a hook as it is declared; `missing` if the repository does not have it. */
  change(of: GiteeRepository, id: number, hook: DeclaredHook): Promise<GiteeResult<FoundHook>>;
  /** Deletes a hook; `missing` if the repository does not have it. */
  remove(of: GiteeRepository, id: number): Promise<GiteeResult<undefined>>;
  /** Breaks off all connections. */
  close(): Promise<void>;
}

/** Makes a client, which goes by HTTPS_PROXY and NO_PROXY of the environment and follows no redirect. */
export function createGiteeClient({ ca, ...options }: GiteeClientOptions): GiteeClient {
  const trust = ca ? { ca: [...ca] } : {};
  const dispatcher = new EnvHttpProxyAgent({
    allowH2: false,
    connect: trust,
    requestTls: trust,
    proxyTls: trust,
  });
  const call = (exchange: HookExchange): Promise<GiteeResult<unknown>> => ask(exchange, dispatcher, options);
  return {
    list: (of) => listHooks(of, call),
    get: async (of, id) => oneHook(await call({ method: 'GET', of, id })),
    create: async (of, hook) => oneHook(await call({ method: 'POST', of, hook })),
    change: async (of, id, hook) => oneHook(await call({ method: 'PATCH', of, id, hook })),
    remove: async (of, id) => {
      const answer = await call({ method: 'DELETE', of, id });
      return answer.ok ? { ok: true, value: undefined } : answer;
    },
    close: () => dispatcher.destroy(),
  };
}

interface HookExchange {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly of: GiteeRepository;
  readonly id?: number;
  readonly hook?: DeclaredHook;
  readonly page?: number;
}

async function listHooks(
  of: GiteeRepository,
  call: (exchange: HookExchange) => Promise<GiteeResult<unknown>>,
): Promise<GiteeResult<readonly FoundHook[]>> {
  const found = new Map<number, FoundHook>();
  for (let page = 1; page <= MAX_PAGES; page++) {
    const answer = await call({ method: 'GET', of, page });
    if (!answer.ok) return answer;
    const hooks = readHooks(answer.value);
    if (!hooks) return giteeFailure('unexpected', 'the answer is not a list of hooks');
    const before = found.size;
    for (const hook of hooks) found.set(hook.id, hook);
    // A server that does not know pages answers the same again.
    if (hooks.length < SMALLEST_PAGE || found.size === before)
      return { ok: true, value: [...found.values()] };
  }
  return giteeFailure('unexpected', `the repository has more than ${MAX_PAGES * PER_PAGE} hooks`);
}

function oneHook(answer: GiteeResult<unknown>): GiteeResult<FoundHook> {
  if (!answer.ok) return answer;
  const hook = readHook(answer.value);
  return hook ? { ok: true, value: hook } : giteeFailure('unexpected', 'the answer is not a hook');
}

async function ask(
  exchange: HookExchange,
  dispatcher: Dispatcher,
  { timeoutMs, turn, onRequest }: Omit<GiteeClientOptions, 'ca'>,
): Promise<GiteeResult<unknown>> {
  const hide = hider(exchange);
  await turn(new URL(exchange.of.baseUrl).host);
  const deadline = new Deadline(timeoutMs, () => new Error(`no answer within ${timeoutMs} ms`));
  const result = await send(exchange, dispatcher, deadline.signal, hide).catch((error: unknown) =>
    giteeFailure('unavailable', error),
  );
  deadline.dispose();
  onRequest(result.ok ? 'ok' : result.trouble);
  return result.ok ? result : { ...result, words: hide(result.words) };
}

async function send(
  exchange: HookExchange,
  dispatcher: Dispatcher,
  signal: AbortSignal,
  hide: (text: string) => string,
): Promise<GiteeResult<unknown>> {
  const { method, hook, of } = exchange;
  const { statusCode, headers, body } = await request(urlOf(exchange), {
    dispatcher,
    method,
    headers: {
      accept: 'application/json',
      'user-agent': 'argocd-dingtalk',
      ...(hook && { 'content-type': 'application/json' }),
    },
    ...(hook && { body: JSON.stringify(bodyOf(of, hook)) }),
    signal,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const text = await textWithin(body, MAX_ANSWER_BYTES);
  if (text === undefined)
    return giteeFailure(
      'unexpected',
      `HTTP ${statusCode}: the answer has more than ${MAX_ANSWER_BYTES} bytes`,
    );
  const isDone = statusCode >= 200 && statusCode < 300;
  if (isDone && text === '') return { ok: true, value: undefined };
  // The words are cut, so what they hide has to go before.
  const parsed = parse(isDone ? text : hide(text));
  if (!isDone) return refusedBy(statusCode, parsed?.value, headers['retry-after']);
  if (!parsed) return giteeFailure('unexpected', `HTTP ${statusCode}: the answer is not JSON`);
  return { ok: true, value: parsed.value };
}

/** The token is part of the URL where the method has no body, so a URL goes into no text. */
function urlOf({ of, method, id, page }: HookExchange): URL {
  const path = of.repository.split('/').map(encodeURIComponent).join('/');
  const url = new URL(`/api/v5/repos/${path}/hooks${id === undefined ? '' : `/${id}`}`, of.baseUrl);
  if (method === 'GET' || method === 'DELETE') url.searchParams.set('access_token', of.token);
  if (page !== undefined) {
    url.searchParams.set('page', `${page}`);
    url.searchParams.set('per_page', `${PER_PAGE}`);
  }
  return url;
}

const bodyOf = ({ token }: GiteeRepository, { url, signingKey, switches }: DeclaredHook) => ({
  access_token: token,
  url,
  encryption_type: signingKey === undefined ? 0 : 1,
  password: signingKey ?? '',
  ...switches,
});

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined; // The caller says what it got instead.
  }
}

/** Masks all that this very request was sent with, whatever the other side echoes. */
function hider({ of, hook }: HookExchange): (text: string) => string {
  const token = hook && URL.canParse(hook.url) ? new URL(hook.url).searchParams.get('access_token') : null;
  const secrets = [of.token, hook?.signingKey, token].filter(
    (secret) => typeof secret === 'string' && secret.length >= MIN_SECRET_LENGTH,
  ) as string[];
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ]);
  return (text) => forms.reduce((masked, form) => masked.replaceAll(form, '***'), text);
}
