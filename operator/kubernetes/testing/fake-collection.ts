import type { ServerResponse } from 'node:http';
import type { KubernetesObject } from '../objects.ts';
import { answer, type Handler, type ReceivedRequest, refuse } from './fake-api-server.ts';

/** A ConfigMap, which stands for any object. */
export type FakeObject = KubernetesObject & { readonly data?: Record<string, string> };

type Of = 'list' | 'watch' | 'read';

/**
 * One collection of a fake API server: lists in pages, watches with replay, of whole objects or of metadata, and faults on demand. Versions count up
 * from 1, uids too.
 */
export class FakeCollection {
  readonly lists: URLSearchParams[] = [];
  readonly watches: URLSearchParams[] = [];
  /** The names of objects that were read one by one. */
  readonly reads: string[] = [];
  /** Watches that are open now. */
  readonly open = new Set<ServerResponse>();
  pageSize = 500;
  /** Cuts objects off from the watches, as if the connection were dead. */
  silent = false;
  version = 0;
  #uids = 0;
  #oldest = 0;
  readonly #objects = new Map<string, FakeObject>();
  readonly #history: { version: number; line: string }[] = [];
  readonly #ofMetadata = new WeakSet<ServerResponse>();
  readonly #faults: { of: Of; handler: Handler }[] = [];

  readonly handler: Handler = (request, response) => {
    const name = /\/configmaps\/(.+)$/.exec(request.path)?.[1];
    const of = name !== undefined ? 'read' : request.query.has('watch') ? 'watch' : 'list';
    if (name !== undefined) this.reads.push(name);
    else (of === 'watch' ? this.watches : this.lists).push(request.query);
    const fault = this.#faults.findIndex((each) => each.of === of);
    if (fault >= 0) this.#faults.splice(fault, 1)[0]?.handler(request, response);
    else if (of === 'watch') this.#watch(request, response);
    else if (name !== undefined) answer(response, 200, this.#objects.get(name));
    else this.#list(request, response);
  };

  /** The handler answers the next request of this kind. */
  next(of: Of, handler: Handler): void {
    this.#faults.push({ of, handler });
  }

  /** Creates or changes an object; returns it. */
  put(name: string, data: Record<string, string> = {}): FakeObject {
    const old = this.#objects.get(name);
    this.version += 1;
    if (!old) this.#uids += 1;
    const uid = old?.metadata.uid ?? `uid-${this.#uids}`;
    const metadata = { name, namespace: 'ns', uid, resourceVersion: `${this.version}` };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
    this.#objects.set(name, object);
    this.#happened(old ? 'MODIFIED' : 'ADDED', object);
    return object;
  }

  remove(name: string): void {
    const object = this.#objects.get(name);
    if (!object) throw new Error(`no object ${name}`);
    this.#objects.delete(name);
    this.version += 1;
    this.#happened('DELETED', {
      ...object,
      metadata: { ...object.metadata, resourceVersion: `${this.version}` },
    });
  }

  /** Sends a line on all open watches, without a check. */
  send(event: unknown): void {
    const line = typeof event === 'string' ? event : `${JSON.stringify(event)}\n`;
    for (const watch of this.open) watch.write(this.#ofMetadata.has(watch) ? metadataOf(line) : line);
  }

  bookmark(): void {
    this.version += 1;
    this.send({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', metadata: { resourceVersion: `${this.version}` } },
    });
  }

  /** Ends all open watches in order. */
  end(): void {
    for (const watch of this.open) watch.end();
  }

  /** Breaks all open watches. */
  reset(): void {
    for (const watch of this.open) watch.socket?.resetAndDestroy();
  }

  /** Forgets the past: older watches get 410 from now on. */
  compact(): void {
    this.#oldest = this.version;
  }

  /** Goes back to an earlier version, as after a restore of etcd. The objects stay as they are. */
  restore(version: number): void {
    this.version = version;
    this.#history.splice(
      0,
      Number.POSITIVE_INFINITY,
      ...this.#history.filter((each) => each.version <= version),
    );
  }

  #happened(type: string, object: FakeObject): void {
    const event = { version: this.version, line: `${JSON.stringify({ type, object })}\n` };
    this.#history.push(event);
    if (!this.silent) this.send(event.line);
  }

  #list({ query }: ReceivedRequest, response: ServerResponse): void {
    const size = query.has('limit')
      ? Math.min(this.pageSize, Number(query.get('limit')))
      : Number.POSITIVE_INFINITY;
    const from = Number(query.get('continue') ?? 0);
    const all = [...this.#objects.values()];
    const rest = all.length > from + size;
    answer(response, 200, {
      apiVersion: 'v1',
      kind: 'ConfigMapList',
      metadata: { resourceVersion: `${this.version}`, ...(rest ? { continue: `${from + size}` } : {}) },
      // Items have no kind, as in built-in lists.
      items: all.slice(from, from + size).map(({ metadata, data }) => ({ metadata, data })),
    });
  }

  #watch({ query, headers }: ReceivedRequest, response: ServerResponse): void {
    const since = Number(query.get('resourceVersion'));
    if (since < this.#oldest) {
      refuse(response, 410, 'Expired');
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    this.open.add(response);
    if (headers.accept?.includes('PartialObjectMetadata')) this.#ofMetadata.add(response);
    response.on('close', () => this.open.delete(response));
    for (const { version, line } of this.#history) if (version > since && !this.silent) response.write(line);
  }
}

function metadataOf(line: string): string {
  const { type, object } = JSON.parse(line);
  const partial = { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: object.metadata };
  return `${JSON.stringify({ type, object: partial })}\n`;
}
