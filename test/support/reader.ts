import { Agent, request } from 'undici';

/** Where an API server is, and who asks. */
export interface ReaderOptions {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  readonly caPem: string;
  readonly token: string;
}

/** Reads single objects within this process: kubectl for each look of a test that waits would take half a core. */
export interface Reader {
  /**
   * @param kind as kubectl has it: plural, singular or short name, with `.group` or without
   * @param namespace left out of account for what lives in none
   * @returns the object without managedFields, as `kubectl get -o json` prints it
   * @throws Error with the API server's reason, such as NotFound, and words
   */
  get<T>(kind: string, namespace: string, name: string): Promise<T>;
  close(): Promise<void>;
}

/** How the API server tells of a kind. */
interface ApiResource {
  readonly name: string;
  readonly singularName: string;
  readonly shortNames?: readonly string[];
  readonly namespaced: boolean;
}

/** All that tests look at. */
const GROUPS = {
  'api/v1': '',
  'apis/argocd-dingtalk.io/v1alpha1': '.argocd-dingtalk.io',
  'apis/argoproj.io/v1alpha1': '.argoproj.io',
  'apis/coordination.k8s.io/v1': '.coordination.k8s.io',
  'apis/rbac.authorization.k8s.io/v1': '.rbac.authorization.k8s.io',
};

/** Makes a reader; nothing is asked yet. */
export function createReader({ server, caPem, token }: ReaderOptions): Reader {
  const dispatcher = new Agent({ connect: { ca: caPem } });
  const read = async <T>(path: string): Promise<T> => {
    const headers = { authorization: `Bearer ${token}` };
    const { statusCode, body } = await request(`${server}/${path}`, { headers, dispatcher });
    const text = await body.text();
    if (statusCode === 200) return JSON.parse(text) as T;
    throw new Error(`GET /${path}: ${statusCode}: ${text}`);
  };
  const known = new Map<string, { readonly prefix: string; readonly resource: ApiResource }>();
  const discover = async (): Promise<void> => {
    for (const [prefix, suffix] of Object.entries(GROUPS)) {
      // A group whose CRDs are yet to come has no list.
      const { resources } = await read<{ resources: ApiResource[] }>(prefix).catch(() => ({ resources: [] }));
      for (const resource of resources.filter((each) => !each.name.includes('/'))) {
        const names = [resource.name, resource.singularName, ...(resource.shortNames ?? [])];
        for (const name of names.flatMap((each) => [each, `${each}${suffix}`]))
          if (!known.has(name)) known.set(name, { prefix, resource });
      }
    }
  };
  return {
    async get<T>(kind: string, namespace: string, name: string): Promise<T> {
      if (!known.has(kind)) await discover();
      const found = known.get(kind);
      if (!found) throw new Error(`the API server has no ${kind}`);
      const { prefix, resource } = found;
      const folder = resource.namespaced ? `namespaces/${namespace}/` : '';
      const object = await read<{ metadata: { managedFields?: unknown } }>(
        `${prefix}/${folder}${resource.name}/${name}`,
      );
      const { managedFields: _, ...metadata } = object.metadata;
      return { ...object, metadata } as T;
    },
    close: () => dispatcher.close(),
  };
}
