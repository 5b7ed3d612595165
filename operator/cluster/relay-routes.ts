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

/** Gives the capability for a Secret that has none, by what the Secret has now. */
export type NextCapability = (live: string | undefined) => string;

/**
 * Makes one capability after the other. The next one stays the same until the Secret has it, since decisions follow each other before
 * the first one is seen. One that the Secret once had never comes again: somebody has removed it because others know it.
 * @param randomBytes unpredictable ones
 */
export function nextCapability(randomBytes: (count: number) => Buffer): NextCapability {
  let next = makeCapability(randomBytes);
  return (live) => {
    if (live === next) next = makeCapability(randomBytes);
    return next;
  };
}
