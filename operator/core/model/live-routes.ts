import { objectKey } from '../../api/names.ts';
import type { RelayRoute } from '../../api/relay-route.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import type { Snapshot } from './snapshot.ts';

/** The RelayRoutes that exist, for look-ups. */
export interface LiveRoutes {
  /** By subscription, `namespace/name`. */
  readonly bySubscription: ReadonlyMap<string, RelayRoute>;
  /** Robots that a route names, `namespace/name`, with these routes. */
  readonly byRobot: ReadonlyMap<string, readonly RelayRoute[]>;
}

const NO_ROUTES: ReadonlyMap<string, RelayRoute> = new Map();

/** The live routes; the same object for the same Map of routes. */
export function liveRoutes({ relay }: Pick<Snapshot, 'relay'>): LiveRoutes {
  const { routes } = relay ?? { routes: NO_ROUTES };
  return known.get(routes, [], () => {
    const bySubscription = new Map<string, RelayRoute>();
    const byRobot = new Map<string, RelayRoute[]>();
    for (const route of routes.values()) {
      const { subscription, robots } = route.spec;
      bySubscription.set(objectKey(subscription.namespace, subscription.name), route);
      for (const { namespace, name } of robots) {
        const key = objectKey(namespace, name);
        const others = byRobot.get(key);
        if (others) others.push(route);
        else byRobot.set(key, [route]);
      }
    }
    return { bySubscription, byRobot };
  });
}

const known = new ObjectMemo<ReadonlyMap<string, RelayRoute>, LiveRoutes>();
