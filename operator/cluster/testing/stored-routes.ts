import { API_VERSION } from '../../api/kinds.ts';
import { RELAY_ROUTE, type RelayRoute, type RelayRouteSpec } from '../../api/relay-route.ts';
import { resourcePath } from '../../kubernetes/paths.ts';
import { answer, type Handler, refuse } from '../../kubernetes/testing/fake-api-server.ts';
import { RELAY_ROUTES } from '../relay-routes.ts';

/** The spec of a route of this subscription. */
export function routeSpec(namespace: string, name: string): RelayRouteSpec {
  return {
    subscription: { namespace, name, uid: 'u', generation: 1 },
    scope: { open: false, projects: [], applications: { all: true } },
    ...{ configMap: {}, events: [], robots: [] },
  };
}

/** The RelayRoutes of a namespace, with list, GET and deletion as an API server does them; undefined for other requests. */
export class StoredRoutes {
  readonly namespace: string;
  readonly path: string;
  readonly routes = new Map<string, RelayRoute>();
  /** Whether the caller may not list them. */
  forbidden = false;

  constructor(namespace: string) {
    this.namespace = namespace;
    this.path = resourcePath({ ...RELAY_ROUTES, namespace });
  }

  add(subscription: { readonly namespace: string; readonly name: string }, status: object = {}): RelayRoute {
    const name = `${subscription.namespace}.${subscription.name}`;
    const metadata = {
      name,
      namespace: this.namespace,
      uid: `uid-${name}`,
      resourceVersion: '1',
      generation: 1,
    };
    const route = {
      ...{ apiVersion: API_VERSION, kind: RELAY_ROUTE.kind, status },
      metadata: { ...metadata, creationTimestamp: '2026-11-23T07:00:00Z' },
      spec: routeSpec(subscription.namespace, subscription.name),
    };
    this.routes.set(name, route);
    return route;
  }

  /** Answers requests about the routes, and leaves all others to the next handler. */
  before(next: Handler): Handler {
    return (request, response) => {
      if (request.path === this.path && this.forbidden) return refuse(response, 403, 'Forbidden');
      if (request.path === this.path)
        return answer(response, 200, {
          ...{ apiVersion: API_VERSION, kind: `${RELAY_ROUTE.kind}List` },
          metadata: { resourceVersion: '1' },
          items: [...this.routes.values()],
        });
      if (!request.path.startsWith(`${this.path}/`)) return next(request, response);
      const route = this.routes.get(request.path.slice(this.path.length + 1));
      if (!route) return refuse(response, 404, 'NotFound');
      if (request.method === 'DELETE') {
        const { preconditions } = JSON.parse(request.body) as { preconditions: { uid: string } };
        if (preconditions.uid !== route.metadata.uid) return refuse(response, 409, 'Conflict');
        this.routes.delete(route.metadata.name);
      }
      answer(response, 200, route);
    };
  }
}
