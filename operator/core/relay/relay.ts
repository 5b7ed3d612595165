/**
 * The relay's part of a decision. routes.ts plans the RelayRoutes, by the code that plans Argo CD's ConfigMap, for which
 * virtual-target.ts gives the live routes the form of one. route-spec.ts makes a route from a plan, and shared-keys.ts what Argo CD
 * needs to post events of the catalogue to the relay; posted-events.ts has the other events. Here, the wanted routes are compared with those that exist.
 */

import type { RelayRouteSpec } from '../../api/relay-route.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Plan } from '../plan/placements.ts';

/** The requests about RelayRoutes of one decision. */
export interface RouteChanges {
  /** The routes that are to have this spec, and have not. */
  readonly apply: readonly { readonly name: string; readonly spec: RelayRouteSpec }[];
  /** Names of routes that are to go. */
  readonly remove: readonly string[];
}

/** The requests that turn the existing routes into the wanted ones. */
export function routeChanges(
  { routes, giteeRoutes }: Pick<Plan, 'routes' | 'giteeRoutes'>,
  { relay }: Pick<Snapshot, 'relay'>,
): RouteChanges {
  const live = relay?.routes;
  const wanted = new Map<string, RelayRouteSpec>([...routes, ...giteeRoutes]);
  const apply = [...wanted].flatMap(([name, spec]) =>
    isSameRoute(spec, live?.get(name)?.spec) ? [] : [{ name, spec }],
  );
  const remove = [...(live?.keys() ?? [])].filter((name) => !wanted.has(name));
  return { apply, remove: remove.sort() };
}

/** Whether a live route is the wanted one, whatever the order of its fields. */
export const isSameRoute = (wanted: RelayRouteSpec, live: RelayRouteSpec | undefined): boolean =>
  live !== undefined && comparisons.get(wanted, [live], () => canonicalJson(wanted) === canonicalJson(live));

const comparisons = new ObjectMemo<RelayRouteSpec, boolean>();
