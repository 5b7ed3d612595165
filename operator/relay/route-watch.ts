import { isDeepStrictEqual } from 'node:util';
import { GROUP, VERSION } from '../api/kinds.ts';
import { RELAY_ROUTE, type RelayRoute, type RelayRouteStatus } from '../api/relay-route.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { reflectorSource } from '../kubernetes/list.ts';
import { resourcePath } from '../kubernetes/paths.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { patchStatus } from '../kubernetes/status.ts';
import type { Log } from '../lib/log.ts';
import type { LoadedRoute } from './read-route.ts';
import { indexRoutes, type RouteIndex } from './route-index.ts';

export interface RouteWatchOptions {
  readonly connection: Connection;
  /** The namespace of Argo CD. */
  readonly namespace: string;
  readonly log: Log;
  /** In milliseconds, only ever forward. */
  readonly clock: () => number;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** Called when a route or its status may have changed: that of this name, or any. */
  readonly onChange: (name?: string) => void;
}

/** Follows the RelayRoutes of an installation. */
export class RouteWatch {
  readonly cache: Reflector<RelayRoute>;
  readonly #options: RouteWatchOptions;
  readonly #synced = Promise.withResolvers<void>();
  /** Made when somebody asks: a start of the operator may change a thousand routes. */
  #index: RouteIndex | undefined;
  /** The RelayRoutes of the index, by name. */
  #indexed: ReadonlyMap<string, RelayRoute> = new Map();
  /** What is logged about each unreadable route, by its uid. */
  #told: ReadonlyMap<string, string> = new Map();

  constructor(options: RouteWatchOptions) {
    this.#options = options;
    const { connection, namespace, log, clock, random } = options;
    const { plural } = RELAY_ROUTE;
    this.cache = new Reflector<RelayRoute>({
      ...reflectorSource(connection, resourcePath({ group: GROUP, version: VERSION, plural, namespace })),
      name: 'routes',
      transform: (object) => this.#withKnownSpec(object),
      onChange: (event) => {
        // Statuses change all the time, and each replica writes them.
        if (event.type !== 'modified' || !this.#isIndexed(event.object)) this.#index = undefined;
        if (event.type === 'synced') this.#synced.resolve();
        options.onChange(event.type === 'synced' ? undefined : event.object.metadata.name);
      },
      backoff: { random },
      ...{ clock, log },
    });
  }

  /** Resolves once all routes are known. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** The routes as they are now; undefined until all of them are known. */
  readonly index = (): RouteIndex | undefined => {
    if (!this.cache.synced) return undefined;
    this.#index ??= this.#made();
    return this.#index;
  };

  /** The routes that can be read. */
  readonly routes = (): readonly LoadedRoute[] => this.index()?.routes ?? [];

  /** The RelayRoute of a route; undefined if it is gone. */
  readonly current = ({ name }: LoadedRoute): RelayRoute | undefined =>
    this.cache.get(this.#options.namespace, name);

  readonly writeStatus = ({ metadata }: RelayRoute, status: RelayRouteStatus): Promise<unknown> => {
    const { namespace, name, uid, resourceVersion } = metadata;
    const patch = { plural: RELAY_ROUTE.plural, namespace, name, uid, resourceVersion, status };
    return this.cache.writeStatus({ namespace, name }, () =>
      patchStatus<RelayRoute>(this.#options.connection.request, patch),
    );
  };

  /** Equal specs are one object: it is in memory once, and nobody reads it again. */
  #withKnownSpec(object: RelayRoute): RelayRoute {
    const { namespace, name } = object.metadata;
    const known = this.cache.get(namespace, name);
    return known && isDeepStrictEqual(known.spec, object.spec) ? { ...object, spec: known.spec } : object;
  }

  #isIndexed({ metadata: { name, uid, generation }, spec }: RelayRoute): boolean {
    const indexed = this.#indexed.get(name);
    const { metadata } = indexed ?? {};
    return indexed?.spec === spec && metadata?.uid === uid && metadata.generation === generation;
  }

  #made(): RouteIndex {
    const objects = this.cache.items();
    const index = indexRoutes(objects);
    this.#indexed = new Map(objects.map((object) => [object.metadata.name, object]));
    const told = new Map(
      index.problems.map(({ object, problem }) => [
        object.metadata.uid,
        `${object.metadata.generation} ${problem}`,
      ]),
    );
    for (const { object, problem } of index.problems) {
      const { uid, name } = object.metadata;
      if (this.#told.get(uid) === told.get(uid)) continue;
      const fields = { route: name, problem };
      this.#options.log.error(fields, 'the relay cannot read a RelayRoute, so nobody is told by it');
    }
    this.#told = told;
    return index;
  }
}
