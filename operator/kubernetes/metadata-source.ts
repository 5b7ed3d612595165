import { type ReflectorSource, reflectorSource } from './list.ts';
import type { KubernetesObject } from './objects.ts';
import type { ApiCall } from './request.ts';
import type { OpenWatch } from './watch.ts';

/** The API server leaves out everything but the metadata. */
const accept = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1`;
const OF_LIST = accept('PartialObjectMetadataList');
const OF_WATCH = accept('PartialObjectMetadata');

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
