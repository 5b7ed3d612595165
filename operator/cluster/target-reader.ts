import type { OperatorConfiguration } from '../config/config.ts';
import type { Target } from '../core/model/snapshot.ts';
import { NotFoundError } from '../kubernetes/api-error.ts';
import type { DataObject } from '../kubernetes/objects.ts';
import { type ResourceAddress, resourcePath } from '../kubernetes/paths.ts';
import type { ApiCall } from '../kubernetes/request.ts';
import { liveConfigMap, liveSecret } from './live-object.ts';
import { readProjects } from './projects.ts';

/**
 * Reads the two target objects and the AppProjects as they are now, for a command that runs once and has no caches.
 * @throws ForbiddenError or any other error of a request
 */
export async function readTarget(
  request: ApiCall,
  { namespace, configMap, secret }: OperatorConfiguration['target'],
): Promise<Target> {
  const read = (plural: string, name: string) =>
    readObject(request, { version: 'v1', plural, namespace, name });
  const [map, sealed, projects] = await Promise.all([
    read('configmaps', configMap),
    read('secrets', secret),
    readProjects(request, namespace),
  ]);
  return { configMap: liveConfigMap(map), secret: liveSecret(sealed), projects };
}

/** Reads one ConfigMap or Secret; undefined if it does not exist. */
export async function readObject(
  request: ApiCall,
  address: ResourceAddress,
): Promise<DataObject | undefined> {
  try {
    return (await request<DataObject>({ method: 'GET', path: resourcePath(address) })).body;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
