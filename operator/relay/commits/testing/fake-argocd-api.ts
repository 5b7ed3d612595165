import { once } from 'node:events';
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Authority } from '../../../lib/testing/certificates.ts';

/** The metadata of a revision, as Argo CD answers. */
export interface FakeMetadata {
  readonly author: string;
  readonly date: string;
  readonly message: string;
  readonly tags?: readonly string[];
}

/** An Application with its sources, each with its commits by hash. */
export interface FakeApplication {
  readonly name: string;
  readonly namespace: string;
  readonly project: string;
  readonly sources: readonly Readonly<Record<string, FakeMetadata>>[];
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface FakeArgoCDOptions {
  /** Absent: the server asks for none. */
  readonly token?: string;
  /** Absent: plain HTTP. */
  readonly authority?: Authority;
}

const PATH = /^\/api\/v1\/applications\/([^/]+)\/revisions\/([^/]+)\/metadata$/;
const PARAMETERS = ['appNamespace', 'project', 'sourceIndex'];

/** Argo CD's API server, as strict as the real one, for the metadata of revisions. */
export class FakeArgoCD implements AsyncDisposable {
  readonly applications: FakeApplication[] = [];
  /** Projects whose Applications the account may not get. */
  readonly forbidden = new Set<string>();
  /** Path and query of each request. */
  readonly requests: string[] = [];
  /** What no client of ours should do. */
  readonly mistakes: string[] = [];
  /** If set, it answers, or does not, in place of Argo CD. */
  obstacle: Handler | undefined;
  readonly #token: string | undefined;
  readonly #server: ReturnType<typeof createPlainServer>;
  readonly #scheme: string;

  private constructor({ token, authority }: FakeArgoCDOptions) {
    this.#token = token;
    const handle: Handler = (request, response) => this.#handle(request, response);
    this.#scheme = authority ? 'https' : 'http';
    this.#server = authority
      ? createServer(authority.issue(['127.0.0.1', 'localhost']), handle)
      : createPlainServer(handle);
  }

  static async start(options: FakeArgoCDOptions = {}): Promise<FakeArgoCD> {
    const fake = new FakeArgoCD(options);
    await once(fake.#server.listen(0, '127.0.0.1'), 'listening');
    return fake;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(request.url ?? '');
    if (this.obstacle) this.obstacle(request, response);
    else answerWith(response, ...this.#answer(request));
  }

  #answer({ method, url = '', headers }: IncomingMessage): [number, object] {
    const { pathname, searchParams } = new URL(url, this.url);
    const [, name, revision = ''] = PATH.exec(pathname)?.map(decodeURIComponent) ?? [];
    if (method !== 'GET' || name === undefined) return this.#mistake(`${method} ${url}`);
    const strange = [...searchParams.keys()].filter((each) => !PARAMETERS.includes(each));
    if (strange.length > 0) return this.#mistake(`the parameters ${strange}`);
    const authorization = this.#token === undefined ? undefined : `Bearer ${this.#token}`;
    if (headers.authorization !== authorization) return [401, { error: 'no session information', code: 16 }];
    const [namespace, project] = [searchParams.get('appNamespace'), searchParams.get('project')];
    if (project === null || namespace === null) return this.#mistake(`no project or namespace in ${url}`);
    if (this.forbidden.has(project)) return [403, { error: 'permission denied', code: 7 }];
    const app = this.applications.find(
      (each) => each.name === name && each.namespace === namespace && each.project === project,
    );
    if (!app) return [404, { error: `applications.argoproj.io "${name}" not found`, code: 5 }];
    if (!/^[0-9a-f]{40}$/.test(revision)) return [500, { error: `revision ${revision} must be resolved` }];
    const index = Number(searchParams.get('sourceIndex') ?? 0);
    const source = app.sources[index];
    if (!source) return [500, { error: `source index ${index} not found` }];
    const metadata = source[revision];
    return metadata ? [200, metadata] : [500, { error: `fatal: bad object ${revision}`, code: 2 }];
  }

  #mistake(what: string): [number, object] {
    this.mistakes.push(what);
    return [400, { error: what }];
  }
}

/** Answers with JSON. */
export function answerWith(response: ServerResponse, status: number, answer: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}
