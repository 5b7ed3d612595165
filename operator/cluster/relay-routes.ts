import { GROUP, VERSION } from '../api/kinds.ts';
import { RELAY_ROUTE, type RelayRoute } from '../api/relay-route.ts';
import { ObjectMemo } from '../lib/memo.ts';

/** The collection of RelayRoutes, without the namespace. */
export const RELAY_ROUTES = { group: GROUP, version: VERSION, plural: RELAY_ROUTE.plural } as const;

/** RelayRoutes as the core sees them; the same value for the same list. */
export const routesByName = (routes: readonly RelayRoute[]): ReadonlyMap<string, RelayRoute> =>
  byName.get(routes, [], () => new Map(routes.map((route) => [route.metadata.name, route])));

const byName = new ObjectMemo<readonly RelayRoute[], ReadonlyMap<string, RelayRoute>>();

/** Too many to be guessed. */
const CAPABILITY_BYTES = 32;

/**
 * A new capability: the text by which Argo CD proves to the relay that a request is its own.
 * @param randomBytes unpredictable ones
 */
export const makeCapability = (randomBytes: (count: number) => Buffer): string =>
  randomBytes(CAPABILITY_BYTES).toString('base64url');
