/** The resource, collection or subresource of the API that a path addresses. */
export interface ResourceAddress {
  /** API group, such as `events.k8s.io`; absent for the core group. */
  readonly group?: string | undefined;
  readonly version: string;
  /** Plural resource name in lower case, such as `configmaps`. */
  readonly plural: string;
  /** Absent: a cluster-scoped resource, or all namespaces. */
  readonly namespace?: string | undefined;
  /** Absent: the collection. */
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/**
 * Path of a resource on the API server. Names come from people's manifests, so each name becomes exactly one segment.
 * An empty segment or a dot segment would address another resource.
 * @throws TypeError if a part cannot be a path segment
 */
export function resourcePath(address: ResourceAddress): string {
  const { group, version, plural, namespace, name, subresource } = address;
  const segments = group === undefined ? ['api', version] : ['apis', group, version];
  if (namespace !== undefined) segments.push('namespaces', namespace);
  segments.push(plural);
  if (name !== undefined) segments.push(name);
  if (subresource !== undefined) segments.push(subresource);
  return segments.map((segment) => `/${encode(segment)}`).join('');
}

/** A collection in words, such as `secrets in the namespace argocd`, from its path. */
export function collectionInWords(path: string): string {
  const [root, ...rest] = path.split('/').slice(1).map(decodeURIComponent);
  const group = root === 'apis' ? rest.shift() : undefined;
  // The version says nothing to a reader.
  const [scope, namespace, plural] = rest.slice(1);
  const nameOf = (resource = '') => (group === undefined ? resource : `${resource}.${group}`);
  return plural === undefined ? nameOf(scope) : `${nameOf(plural)} in the namespace ${namespace}`;
}

function encode(segment: string): string {
  if (/^\.{0,2}$/.test(segment))
    throw new TypeError(`${JSON.stringify(segment)} cannot be part of an API path`);
  return encodeURIComponent(segment);
}
