import { readInstallation } from '../../../cluster/read-installation.ts';
import { readObject } from '../../../cluster/target-reader.ts';
import type { OperatorConfiguration } from '../../../config/config.ts';
import { ForbiddenError } from '../../../kubernetes/api-error.ts';
import { listAll, listResource } from '../../../kubernetes/list.ts';
import type { DataObject } from '../../../kubernetes/objects.ts';
import { resourcePath } from '../../../kubernetes/paths.ts';
import type { ApiCall } from '../../../kubernetes/request.ts';
import { UsageError } from '../../process-io.ts';

/**
 * The ConfigMaps of that name with data, in all namespaces; undefined if the caller may not list them.
 * @throws every other error of a request
 */
export async function namesakes(request: ApiCall, name: string): Promise<readonly DataObject[] | undefined> {
  const list = listResource<DataObject>(request, resourcePath({ version: 'v1', plural: 'configmaps' }));
  const selector = `metadata.name=${name}`;
  try {
    const { items } = await listAll(list, selector, new AbortController().signal, () => undefined);
    return items.filter(({ metadata, data }) => metadata.name === name && Object.keys(data ?? {}).length > 0);
  } catch (error) {
    if (error instanceof ForbiddenError) return undefined;
    throw error;
  }
}

/**
 * Argo CD's namespace, where nobody has said it and no operator has published it: the default, or the only namespace with such a
 * ConfigMap.
 * @throws UsageError if there are several, or if the caller may not see them
 */
export async function findArgocdNamespace(
  request: ApiCall,
  { namespace, configMap }: OperatorConfiguration['target'],
): Promise<string> {
  if ((await readInstallation(request, namespace)).state === 'published') return namespace;
  const found = await namesakes(request, configMap);
  const pass = "Name Argo CD's namespace as --argocd-namespace.";
  if (!found) {
    if (await exists(request, namespace, configMap)) return namespace;
    throw new UsageError(
      `there is no ConfigMap ${namespace}/${configMap}, and you may not list ConfigMaps in all namespaces. ${pass}`,
    );
  }
  const namespaces = found.map(({ metadata }) => metadata.namespace ?? '').sort();
  const [only, ...more] = namespaces;
  if (only === undefined || namespaces.includes(namespace)) return namespace;
  if (more.length === 0) return only;
  const names = namespaces.map((each) => `${each}/${configMap}`).join(', ');
  throw new UsageError(`there are several ConfigMaps ${configMap}: ${names}. ${pass}`);
}

async function exists(request: ApiCall, namespace: string, name: string): Promise<boolean> {
  try {
    return (
      (await readObject(request, { version: 'v1', plural: 'configmaps', namespace, name })) !== undefined
    );
  } catch (error) {
    if (error instanceof ForbiddenError) return false;
    throw error;
  }
}
