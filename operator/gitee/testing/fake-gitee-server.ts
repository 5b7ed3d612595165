import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type GiteeObstacle, obstruct, refuse } from './fake-gitee-failures.ts';
import { answered, NO_SWITCHES, type StoredRepository } from './fake-gitee-hooks.ts';
import { ParameterError, readHookBody, readQuery } from './fake-gitee-parameters.ts';

/** A request that the fake has seen, without its token. */
export interface SeenRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Whether a token came with it, and where. */
  readonly token: 'query' | 'body' | 'header' | 'none';
  readonly page?: number;
  /** Absent if there was no answer. */
  readonly status?: number;
}

/** The state of the fake. */
export interface GiteeState {
  readonly repositories: Map<string, StoredRepository>;
  readonly requests: SeenRequest[];
  obstacle?: { readonly how: GiteeObstacle; readonly method?: string | undefined; times: number } | undefined;
  /** Called when a hook was created, before the answer is sent; a promise delays the answer. */
  onCreated?: (() => unknown) | undefined;
}

const PATH = /^\/api\/v5\/repos\/([^/]+)\/([^/]+)\/hooks(?:\/(\d+))?$/;
const MAX_BODY = 64 * 1024;

/** Answers one request as OpenAPI v5 does. */
export async function answerGitee(
  message: IncomingMessage,
  response: ServerResponse,
  state: GiteeState,
): Promise<void> {
  const url = new URL(message.url ?? '', 'https://gitee');
  const { method = '' } = message;
  const body = await readAll(message);
  const hasBody = method === 'POST' || method === 'PATCH';
  const page = Number(url.searchParams.get('page') ?? 0);
  const seen = {
    method,
    path: url.pathname,
    token: tokenPlace(message, url, body),
    ...(page > 0 && { page }),
  };
  const obstacle = takeObstacle(state, method);
  if (obstacle !== undefined && obstacle !== 'lost') {
    state.requests.push({ ...seen, ...(typeof obstacle === 'number' && { status: obstacle }) });
    obstruct(response, obstacle, message.url ?? '');
    return;
  }
  if (obstacle === 'lost') response.end = () => response.destroy() as ServerResponse;
  try {
    const [, owner = '', name = '', id] = PATH.exec(url.pathname) ?? [];
    const repository = state.repositories.get(`${decodeURIComponent(owner)}/${decodeURIComponent(name)}`);
    const given = hasBody
      ? readHookBody(body, message.headers['content-type'])
      : readQuery(url.searchParams, method === 'GET' && id === undefined);
    if (hasBody && url.search !== '') throw new ParameterError('the query is not read');
    const all = [...state.repositories.values()];
    const isKnown = all.some(
      (each) => each.tokens.has(given.token ?? '') || each.readers.has(given.token ?? ''),
    );
    if (!isKnown) refuse(response, 401);
    else if (
      !repository ||
      !(repository.tokens.has(given.token ?? '') || repository.readers.has(given.token ?? ''))
    )
      refuse(response, 404);
    else if (!repository.tokens.has(given.token ?? '')) refuse(response, 403);
    else await serve({ method, id, given, repository, response, state });
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    refuse(response, 400, error.message);
  } finally {
    state.requests.push({ ...seen, status: response.statusCode });
  }
}

interface Serving {
  readonly method: string;
  readonly id: string | undefined;
  readonly given: ReturnType<typeof readHookBody> | ReturnType<typeof readQuery>;
  readonly repository: StoredRepository;
  readonly response: ServerResponse;
  readonly state: GiteeState;
}

async function serve({ method, id, given, repository, response, state }: Serving): Promise<void> {
  const json = (status: number, value: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
  const hook = id === undefined ? undefined : repository.get(Number(id));
  if (id !== undefined && !hook) return refuse(response, 404, '404 Not Found');
  if (method === 'GET' && hook) return json(200, answered(hook));
  if (method === 'GET' && 'page' in given) {
    const from = (given.page - 1) * given.perPage;
    return json(200, repository.hooks.slice(from, from + given.perPage).map(answered));
  }
  if (method === 'DELETE' && hook) {
    repository.remove(hook.id);
    response.writeHead(204).end();
    return;
  }
  if (method === 'POST' && !hook && 'values' in given) {
    const created = repository.add({ ...given.values, switches: { ...NO_SWITCHES, ...given.switches } });
    await state.onCreated?.();
    return json(201, answered(created));
  }
  if (method === 'PATCH' && hook && 'values' in given) {
    const switches = { ...hook.switches, ...given.switches };
    return json(200, answered(repository.change(hook.id, { ...given.values, switches })));
  }
  refuse(response, 405, '405 Not Allowed');
}

async function readAll(message: IncomingMessage): Promise<string> {
  let text = '';
  message.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    if (text.length > MAX_BODY) message.destroy();
  });
  await once(message, 'end');
  return text;
}

function tokenPlace(message: IncomingMessage, url: URL, body: string): SeenRequest['token'] {
  if (message.headers.authorization !== undefined) return 'header';
  if (url.searchParams.has('access_token')) return 'query';
  return body.includes('"access_token"') ? 'body' : 'none';
}

function takeObstacle(state: GiteeState, method: string): GiteeObstacle | undefined {
  const { obstacle } = state;
  if (!obstacle || (obstacle.method !== undefined && obstacle.method !== method)) return undefined;
  obstacle.times -= 1;
  if (obstacle.times <= 0) state.obstacle = undefined;
  return obstacle.how;
}
