import { Agent, request } from 'undici';

/** Where an API server is, and who asks. */
export interface ApiClientOptions {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  readonly caPem: string;
  readonly token: string;
}

/**
 * What tests do all the time, within this process: each call of kubectl takes half a second of a processor.
 *
 * Kinds are as kubectl has them: plural, singular or short name, with `.group` or without. The namespace is left out of
 * account for what lives in none. All throw an Error with the API server's reason, such as NotFound, and words.
 */
export interface ApiClient {
  /** @returns the object without managedFields, as `kubectl get -o json` prints it */
  get<T>(kind: string, namespace: string, name: string): Promise<T>;
  /** @returns all objects of a kind, in a namespace or in all of them */
  list<T>(kind: string, namespace?: string): Promise<T[]>;
  /** Creates an object; with `dryRun`, only checks that it could be. */
  create(manifest: object, dryRun?: boolean): Promise<void>;
  /** Creates objects or updates them, one after the other, as `kubectl apply --server-side` does. */
  apply(manifests: readonly object[], manager?: string): Promise<void>;
  /** Applies a JSON merge patch. */
  merge(kind: string, namespace: string, name: string, patch: object, manager?: string): Promise<void>;
  /** Has an object deleted, and waits for nothing. */
  remove(kind: string, namespace: string, name: string): Promise<void>;
  /**
   * @param path without the first slash, with the query if there is one
   * @returns what the API server answers
   */
  read<T>(path: string): Promise<T>;
  /** @returns a token of a ServiceAccount, valid for an hour */
  token(namespace: string, name: string): Promise<string>;
  close(): Promise<void>;
}

/** How the API server tells of a kind. */
interface ApiResource {
  readonly name: string;
  readonly singularName: string;
  readonly shortNames?: readonly string[];
  readonly kind: string;
  readonly namespaced: boolean;
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

/** All groups of which tests name kinds without an apiVersion. */
const GROUPS = {
  'api/v1': '',
  'apis/apps/v1': '.apps',
  'apis/argocd-dingtalk.io/v1alpha1': '.argocd-dingtalk.io',
  'apis/argoproj.io/v1alpha1': '.argoproj.io',
  'apis/coordination.k8s.io/v1': '.coordination.k8s.io',
  'apis/events.k8s.io/v1': '.events.k8s.io',
  'apis/rbac.authorization.k8s.io/v1': '.rbac.authorization.k8s.io',
};

/** Makes a client; nothing is asked yet. */
export function createApiClient({ server, caPem, token }: ApiClientOptions): ApiClient {
  const dispatcher = new Agent({ connect: { ca: caPem } });
  const ask = async <T>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    type = 'json',
  ) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': `application/${type}` };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await request(`${server}/${path}`, { method, headers, dispatcher, ...content });
    const text = await answer.body.text();
    if (answer.statusCode < 300) return JSON.parse(text) as T;
    throw new Error(`${method} /${path}: ${answer.statusCode}: ${reasonIn(text)}`);
  };
  const read = <T>(path: string): Promise<T> => ask<T>('GET', path);

  const resourcesOf = async (prefix: string): Promise<ApiResource[]> => {
    const { resources } = await read<{ resources: ApiResource[] }>(prefix);
    return resources.filter((each) => !each.name.includes('/'));
  };
  const known = new Map<string, { readonly prefix: string; readonly resource: ApiResource }>();
  const discover = async (): Promise<void> => {
    for (const [prefix, suffix] of Object.entries(GROUPS)) {
      // A group whose CRDs are yet to come has no list.
      for (const resource of await resourcesOf(prefix).catch(() => [])) {
        const names = [resource.name, resource.singularName, ...(resource.shortNames ?? [])];
        for (const name of names.flatMap((each) => [each, `${each}${suffix}`]))
          if (!known.has(name)) known.set(name, { prefix, resource });
      }
    }
  };
  const pathOf = async (kind: string, namespace?: string): Promise<string> => {
    if (!known.has(kind)) await discover();
    const found = known.get(kind);
    if (!found) throw new Error(`the API server has no ${kind}`);
    return pathIn(found.prefix, found.resource, namespace);
  };
  const byApiVersion = new Map<string, readonly ApiResource[]>();
  const pathFor = async ({ apiVersion, kind, metadata }: Manifest): Promise<string> => {
    const prefix = `${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`;
    const find = () => byApiVersion.get(prefix)?.find((each) => each.kind === kind);
    if (!find()) byApiVersion.set(prefix, await resourcesOf(prefix));
    const resource = find();
    if (!resource) throw new Error(`the API server has no ${kind} in ${apiVersion}`);
    return pathIn(prefix, resource, metadata.namespace ?? 'default');
  };

  return {
    read,
    async get<T>(kind: string, namespace: string, name: string): Promise<T> {
      const path = `${await pathOf(kind, namespace)}/${name}`;
      const object = await read<{ metadata: { managedFields?: unknown } }>(path);
      const { managedFields: _, ...metadata } = object.metadata;
      return { ...object, metadata } as T;
    },
    list: async <T>(kind: string, namespace?: string) =>
      (await read<{ items: T[] }>(await pathOf(kind, namespace))).items,
    create: async (manifest, dryRun = false) => {
      const query = `fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`;
      await ask('POST', `${await pathFor(manifest as Manifest)}?${query}`, encoded(manifest as Manifest));
    },
    apply: async (manifests, manager = 'kubectl') => {
      for (const manifest of manifests as readonly Manifest[]) {
        const query = `fieldManager=${manager}&force=true&fieldValidation=Strict`;
        const path = `${await pathFor(manifest)}/${manifest.metadata.name}?${query}`;
        await ask('PATCH', path, encoded(manifest), 'apply-patch+yaml');
      }
    },
    merge: async (kind, namespace, name, patch, manager = 'kubectl-patch') => {
      const path = `${await pathOf(kind, namespace)}/${name}?fieldManager=${manager}&fieldValidation=Strict`;
      await ask('PATCH', path, patch, 'merge-patch+json');
    },
    remove: async (kind, namespace, name) => {
      await ask('DELETE', `${await pathOf(kind, namespace)}/${name}`);
    },
    token: async (namespace, name) => {
      const path = `api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
      const { status } = await ask<{ status: { token: string } }>('POST', path, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 3_600 },
      });
      return status.token;
    },
    close: () => dispatcher.close(),
  };
}

const pathIn = (prefix: string, { name, namespaced }: ApiResource, namespace?: string): string =>
  `${prefix}/${namespaced && namespace !== undefined ? `namespaces/${namespace}/` : ''}${name}`;

/** A server-side apply forgets nothing that was once in `stringData`; in `data`, it does. */
function encoded({ stringData, ...rest }: Manifest): object {
  if (stringData === undefined) return rest;
  const given = Object.entries(stringData).filter(([, value]) => value !== undefined);
  const data = given.map(([key, value]): [string, string] => [key, Buffer.from(value).toString('base64')]);
  return { ...rest, data: { ...rest.data, ...Object.fromEntries(data) } };
}

/** Reason and words of the API server, unless somebody else has answered. */
function reasonIn(text: string): string {
  if (!text.startsWith('{')) return text;
  const { reason, message } = JSON.parse(text) as { reason?: string; message?: string };
  return `${reason}: ${message}`;
}
