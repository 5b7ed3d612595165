import type { RelayRoute } from '../../api/relay-route.ts';
import { readRoutes } from '../../cluster/cluster-reader.ts';
import { type RouteCache, RouteWriter } from '../../cluster/route-writer.ts';
import { ForbiddenError } from '../../kubernetes/api-error.ts';
import type { ApiCall } from '../../kubernetes/request.ts';

/** The RelayRoutes of an installation, as far as the caller may see them. */
export interface SeenRoutes {
  readonly routes: readonly RelayRoute[];
  /** The right to list them that the caller lacks. */
  readonly missingRight?: string;
}

/**
 * Lists the RelayRoutes. Most installations have no relay, so a missing right is no failure.
 * @throws any other error of a request
 */
export async function seeRoutes(request: ApiCall, namespace: string): Promise<SeenRoutes> {
  try {
    return { routes: await readRoutes(request, namespace) };
  } catch (error) {
    if (error instanceof ForbiddenError) return { routes: [], missingRight: error.message };
    throw error;
  }
}

/**
 * Deletes RelayRoutes.
 * @throws the first error, once all others are deleted
 */
export async function deleteRoutes(
  request: ApiCall,
  namespace: string,
  routes: readonly RelayRoute[],
): Promise<void> {
  const known = new Map(routes.map((route) => [route.metadata.name, route]));
  const cache: RouteCache = {
    get: (_, name) => known.get(name),
    observe: () => undefined,
    create: (_, write) => write(),
  };
  const { failures } = await new RouteWriter(request, cache, namespace).remove([...known.keys()]);
  for (const error of failures.values()) throw error;
}

/** The names of RelayRoutes, sorted. */
export const routeNames = (routes: readonly RelayRoute[]): string[] =>
  routes.map(({ metadata }) => metadata.name).sort();
