import { NotFoundError } from './api-error.ts';
import { type ReflectorSource, reflectorSource } from './list.ts';
import type { KubernetesObject } from './objects.ts';
import type { ApiCall } from './request.ts';
import type { OpenWatch } from './watch.ts';

type MetadataKind = 'PartialObjectMetadata' | 'PartialObjectMetadataList';

/** The form of an answer for which the API server leaves out everything but the metadata. */
export const asMetadata = (kind: MetadataKind): string => `application/json;as=${kind};g=meta.k8s.io;v=v1`;
const OF_LIST = asMetadata('PartialObjectMetadataList');
const OF_WATCH = asMetadata('PartialObjectMetadata');

/**
 * Objects in one page of a list. Annotations and field owners of one object may have a megabyte, so a page of the usual
 * size could take more memory than the operator has.
 */
const PAGE_SIZE = 50;

export interface MetadataSourceOptions {
  /** As in a query, such as `team=a,stage=b`; absent: all objects. */
  readonly labelSelector?: string | undefined;
}

/**
 * Lists and watches the metadata of the objects at a path, see `resourcePath`. Data, spec and status of the objects
 * neither cross the wire nor reach the memory. An annotation may hold a copy of them, as `kubectl apply` makes one, so
 * the caller drops the annotations.
 */
export function metadataSource<T extends KubernetesObject>(
  api: { readonly request: ApiCall; readonly watch: OpenWatch },
  path: string,
  { labelSelector }: MetadataSourceOptions = {},
): ReflectorSource<T> {
  const request: ApiCall = (call) =>
    api.request({ ...call, accept: OF_LIST, query: { ...call.query, labelSelector, limit: PAGE_SIZE } });
  const watch: OpenWatch = (watchPath, query, options) =>
    api.watch(watchPath, { ...query, labelSelector }, { ...options, accept: OF_WATCH });
  return reflectorSource<T>({ request, watch }, path);
}

/**
 * Lists the objects at a path as they are, and watches their metadata. The reflector reads an object whose version it does not know, so
 * a large object that the operator itself writes again and again does not come back each time.
 */
export function announcedSource<T extends KubernetesObject>(
  api: { readonly request: ApiCall; readonly watch: OpenWatch },
  path: string,
): ReflectorSource<T> {
  const watch: OpenWatch = (watchPath, query, options) =>
    api.watch(watchPath, query, { ...options, accept: OF_WATCH });
  return {
    ...reflectorSource<T>({ request: api.request, watch }, path),
    read: async (name, signal) => {
      try {
        return (await api.request<T>({ method: 'GET', path: `${path}/${encodeURIComponent(name)}`, signal }))
          .body;
      } catch (error) {
        if (error instanceof NotFoundError) return undefined;
        throw error;
      }
    },
  };
}
