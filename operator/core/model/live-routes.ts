import { objectKey } from '../../api/names.ts';
import type { ApplicationRouteSpec, GiteeRouteSpec, RelayRoute } from '../../api/relay-route.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import type { Snapshot } from './snapshot.ts';

/** The RelayRoutes about applications that exist, for look-ups. */
export interface LiveRoutes {
  /** By subscription, `namespace/name`. */
  readonly bySubscription: ReadonlyMap<string, RelayRoute<ApplicationRouteSpec>>;
  /** Robots that a route names, `namespace/name`, with these routes. */
  readonly byRobot: ReadonlyMap<string, readonly RelayRoute[]>;
  /** The routes about Gitee repositories. They say nothing about the way of a robot's other messages. */
  readonly gitee: {
    readonly bySubscription: ReadonlyMap<string, RelayRoute<GiteeRouteSpec>>;
    readonly byRobot: ReadonlyMap<string, readonly RelayRoute[]>;
  };
}

const NO_ROUTES: ReadonlyMap<string, RelayRoute> = new Map();

/** The live routes; the same object for the same Map of routes. */
export function liveRoutes({ relay }: Pick<Snapshot, 'relay'>): LiveRoutes {
  const { routes } = relay ?? { routes: NO_ROUTES };
  return known.get(routes, [], () => {
    const all = [...routes.values()];
    return { ...lookUps(all.filter(isAboutApplications)), gitee: lookUps(all.filter(isAboutGitee)) };
  });
}

const known = new ObjectMemo<ReadonlyMap<string, RelayRoute>, LiveRoutes>();

const isAboutGitee = (route: RelayRoute): route is RelayRoute<GiteeRouteSpec> =>
  route.spec.gitee !== undefined;

const isAboutApplications = (route: RelayRoute): route is RelayRoute<ApplicationRouteSpec> =>
  !isAboutGitee(route);

function lookUps<Route extends RelayRoute>(routes: readonly Route[]) {
  const bySubscription = new Map<string, Route>();
  const byRobot = new Map<string, Route[]>();
  for (const route of routes) {
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
}
