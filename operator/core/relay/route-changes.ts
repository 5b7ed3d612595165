import type { RelayRouteSpec } from '../../api/relay-route.ts';

/** The requests about RelayRoutes of one decision. */
export interface RouteChanges {
  /** The routes that are to have this spec, and have not. */
  readonly apply: readonly { readonly name: string; readonly spec: RelayRouteSpec }[];
  /** Names of routes that are to go. */
  readonly remove: readonly string[];
}
