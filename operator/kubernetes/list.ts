import { AnswerTooLargeError, ExpiredError, RequestError } from './api-error.ts';
import type { KubernetesObject } from './objects.ts';
import type { ApiCall } from './request.ts';
import type { OpenWatch } from './watch.ts';

/** The part of a collection to list. */
export interface ListQuery {
  /** The greatest number of items; the page then says where to continue. */
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** One page of a collection. */
export interface ListPage<T> {
  readonly items: readonly T[];
  /** The version of the collection, which a watch can start from. */
  readonly resourceVersion: string;
  /** Token for the next page; absent on the last one. */
  readonly continue?: string | undefined;
}

/** Lists one page. The signal ends it early. */
export type ListResource<T> = (query: ListQuery, signal: AbortSignal) => Promise<ListPage<T>>;

/** The dependencies of a Reflector that follows one collection. */
export interface ReflectorSource<T> {
  readonly list: ListResource<T>;
  readonly watchPath: string;
  readonly watch: OpenWatch;
  /**
   * Present if the watch brings the metadata alone. Reads the object of an event whose version is not known; undefined if the object is
   * gone.
   */
  readonly read?: (name: string, signal: AbortSignal) => Promise<T | undefined>;
}

interface RawList {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly object[] | null;
}

/**
 * Lists and watches the collection at a path, see `resourcePath`. T is not checked: the API server has checked its
 * objects against their schema.
 */
export function reflectorSource<T extends KubernetesObject>(
  api: { readonly request: ApiCall; readonly watch: OpenWatch },
  path: string,
): ReflectorSource<T> {
  return { list: listResource(api.request, path), watchPath: path, watch: api.watch };
}

/** Lists the collection at a path, page by page. */
export function listResource<T extends KubernetesObject>(request: ApiCall, path: string): ListResource<T> {
  return async (query, signal) => {
    const { body } = await request<RawList>({ method: 'GET', path, query: { ...query }, signal });
    const resourceVersion = body?.metadata?.resourceVersion;
    if (!resourceVersion) throw new RequestError(`GET ${path}: the answer is not a list`);
    // Items of built-in lists do not have a kind; those of a watch do.
    const self = { apiVersion: body.apiVersion ?? '', kind: (body.kind ?? '').replace(/List$/, '') };
    const items = (body.items ?? []).map((item) => ({ ...self, ...item }) as unknown as T);
    return { items, resourceVersion, continue: body.metadata?.continue || undefined };
  };
}

/** Limits the memory for one answer, here and in the API server. */
const PAGE_SIZE = 500;

/**
 * Lists a whole collection.
 * @param onPage called as each page arrives
 */
export async function listAll<T>(
  list: ListResource<T>,
  fieldSelector: string | undefined,
  signal: AbortSignal,
  onPage: () => void,
): Promise<{ items: T[]; resourceVersion: string }> {
  const pages = async (limit: number | undefined): Promise<{ items: T[]; resourceVersion: string }> => {
    const items: T[] = [];
    let size = limit;
    for (let token: string | undefined; ; ) {
      const page = await list({ limit: size, continue: token, fieldSelector }, signal).catch(
        (error: unknown) => {
          if (!(error instanceof AnswerTooLargeError) || size === undefined || size === 1) throw error;
          return undefined;
        },
      );
      if (!page) {
        // Objects of somebody who fills them to the brim.
        size = Math.ceil((size ?? 1) / 5);
        continue;
      }
      onPage();
      // One by one: an unpaged list can have more items than a call may have arguments.
      for (const item of page.items) items.push(item);
      token = page.continue;
      if (token === undefined) return { items, resourceVersion: page.resourceVersion };
    }
  };
  try {
    return await pages(PAGE_SIZE);
  } catch (error) {
    // The snapshot of the pages has expired. The next request asks for all items at once.
    if (error instanceof ExpiredError) return pages(undefined);
    throw error;
  }
}
