import { isDeepStrictEqual } from 'node:util';
import { FIELD_MANAGER } from '../api/field-managers.ts';
import { RELAY_ROUTE, type RelayRoute, type RelayRouteSpec } from '../api/relay-route.ts';
import type { RouteChanges } from '../core/relay/relay.ts';
import { ApiError, ConflictError, RequestError } from '../kubernetes/api-error.ts';
import { applyCustomObject, deleteObject, readCustomObject } from '../kubernetes/custom-objects.ts';
import { NotLeadingError } from '../kubernetes/fence.ts';
import type { ApiCall } from '../kubernetes/request.ts';
import { Limiter } from '../lib/limiter.ts';
import { RELAY_ROUTES } from './relay-routes.ts';

/** The API server refuses objects of about 1.5 MB. The field owners and the status of the relay need room, too. */
export const MAX_ROUTE_BYTES = 900_000;
/** Half of the requests that may be under way at once: statuses and Secrets have the other half. */
const MAX_IN_FLIGHT = 8;
/** Requests without an answer, after which a round of writes leaves the other routes to the next one. Each takes seconds. */
const MAX_UNANSWERED = 3;
/** How often a route is applied again because the relay has written its status meanwhile. */
const MAX_ATTEMPTS = 5;

/** The cache that learns of a write before a watch reports it. */
export interface RouteCache {
  get(namespace: string, name: string): RelayRoute | undefined;
  /** @param writtenOver the resourceVersion that the write replaced */
  observe(route: RelayRoute, writtenOver?: string): void;
  /** Knows the route that the write returns. */
  create(
    where: { readonly namespace: string; readonly name: string },
    write: () => Promise<RelayRoute>,
  ): Promise<RelayRoute>;
}

/** The outcome of a round of writes of RelayRoutes. */
export interface RouteOutcome {
  /** Names of the routes that were written or deleted. */
  readonly done: readonly string[];
  /** The errors of the others, by name of the route. */
  readonly failures: ReadonlyMap<string, Error>;
}

/** A RelayRoute that is too large for the API server. Only an edit of its subscription helps. */
export class RouteTooLargeError extends Error {
  override readonly name = 'RouteTooLargeError';
}

/**
 * Whether the same write may succeed a moment later. What the API server refuses as such is the fault of one subscription, or of the
 * installation, and lasts until somebody changes it.
 */
export function isPassing(error: Error): boolean {
  if (error instanceof RouteTooLargeError) return false;
  const isRefusal = error instanceof ApiError && error.code < 500 && error.code !== 429;
  return !isRefusal || error instanceof ConflictError;
}

/**
 * Writes and deletes RelayRoutes, a few at once. A route that cannot be written does not keep the others from being written.
 * Each request names the object that the decision was made on.
 */
export class RouteWriter {
  readonly #request: ApiCall;
  readonly #cache: RouteCache;
  readonly #namespace: string;

  constructor(request: ApiCall, cache: RouteCache, namespace: string) {
    this.#request = request;
    this.#cache = cache;
    this.#namespace = namespace;
  }

  /**
   * Creates or changes routes.
   * @throws NotLeadingError if this replica may not write any more
   */
  apply(routes: RouteChanges['apply']): Promise<RouteOutcome> {
    const specs = new Map(routes.map(({ name, spec }) => [name, spec]));
    return eachRoute([...specs.keys()], (name) => this.#apply(name, specs.get(name) as RelayRouteSpec));
  }

  /**
   * Deletes routes; a route that has been made again meanwhile stays.
   * @throws NotLeadingError if this replica may not write any more
   */
  remove(names: RouteChanges['remove']): Promise<RouteOutcome> {
    return eachRoute(names, async (name) => {
      const known = this.#cache.get(this.#namespace, name);
      if (known) await deleteObject(this.#request, this.#address(name), known.metadata.uid);
    });
  }

  async #apply(name: string, spec: RelayRouteSpec): Promise<void> {
    refuseTooLarge(name, spec);
    let known = this.#cache.get(this.#namespace, name);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#applyOver(name, spec, known);
        return;
      } catch (error) {
        if (!(error instanceof ConflictError) || attempt === MAX_ATTEMPTS) throw error;
        const present = await readCustomObject<RelayRoute>(this.#request, this.#address(name));
        if (present) this.#cache.observe(present);
        // The relay writes statuses at any time. Another spec, however, is the input of another decision.
        if (present && !isDeepStrictEqual(present.spec, known?.spec)) throw error;
        known = present;
      }
    }
  }

  async #applyOver(name: string, spec: RelayRouteSpec, known: RelayRoute | undefined): Promise<void> {
    const { uid, resourceVersion } = known?.metadata ?? {};
    const write = () =>
      applyCustomObject<RelayRoute>(this.#request, {
        address: this.#address(name),
        kind: RELAY_ROUTE.kind,
        spec,
        fieldManager: FIELD_MANAGER,
        ...(uid !== undefined && resourceVersion !== undefined && { replaces: { uid, resourceVersion } }),
      });
    // The next decision has to know the new route, which holds the moment from which events count.
    if (!known) await this.#cache.create({ namespace: this.#namespace, name }, write);
    else this.#cache.observe(await write(), resourceVersion);
  }

  #address(name: string) {
    return { ...RELAY_ROUTES, namespace: this.#namespace, name };
  }
}

function refuseTooLarge(name: string, spec: RelayRouteSpec): void {
  const bytes = Buffer.byteLength(JSON.stringify(spec));
  if (bytes <= MAX_ROUTE_BYTES) return;
  throw new RouteTooLargeError(
    `RelayRoute ${name} would have ${bytes} bytes, and ${MAX_ROUTE_BYTES} are the limit: ` +
      'split the subscription, or shorten its templates',
  );
}

/** @throws NotLeadingError */
async function eachRoute(
  names: readonly string[],
  write: (name: string) => Promise<void>,
): Promise<RouteOutcome> {
  const limiter = new Limiter(MAX_IN_FLIGHT);
  const done: string[] = [];
  const failures = new Map<string, Error>();
  const unanswered: Error[] = [];
  let notLeading: NotLeadingError | undefined;
  const attempt = async (name: string): Promise<void> => {
    const [noAnswer] = unanswered.length < MAX_UNANSWERED ? [] : unanswered;
    if (noAnswer) failures.set(name, noAnswer);
    if (noAnswer || notLeading) return;
    try {
      await write(name);
      done.push(name);
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      if (error instanceof NotLeadingError) notLeading = error;
      if (error instanceof RequestError) unanswered.push(error);
      failures.set(name, error);
    }
  };
  await Promise.all(names.map((name) => limiter.run(() => attempt(name))));
  if (notLeading) throw notLeading;
  return { done, failures };
}
