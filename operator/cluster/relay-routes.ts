import { GROUP, VERSION } from '../api/kinds.ts';
import { RELAY_ROUTE, type RelayRoute } from '../api/relay-route.ts';
import type { ApiCall } from '../kubernetes/request.ts';
import { ObjectMemo } from '../lib/memo.ts';
import { listEvery, orNone } from './cluster-reader.ts';

/** The collection of RelayRoutes, without the namespace. */
export const RELAY_ROUTES = { group: GROUP, version: VERSION, plural: RELAY_ROUTE.plural } as const;

/** RelayRoutes as the core sees them; the same value for the same list. */
export const routesByName = (routes: readonly RelayRoute[]): ReadonlyMap<string, RelayRoute> =>
  byName.get(routes, [], () => new Map(routes.map((route) => [route.metadata.name, route])));

const byName = new ObjectMemo<readonly RelayRoute[], ReadonlyMap<string, RelayRoute>>();

/**
 * Lists the RelayRoutes of a namespace once, for a command. There are none where the cluster does not have the kind.
 * @throws ForbiddenError or any other error of a request
 */
export const readRoutes = (request: ApiCall, namespace: string): Promise<readonly RelayRoute[]> =>
  orNone(listEvery<RelayRoute>(request, { ...RELAY_ROUTES, namespace }));
