import type { RelayRoute } from '../../api/relay-route.ts';
import { readTarget } from '../../cluster/target-reader.ts';
import { TargetWriter } from '../../cluster/target-writer.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { Target } from '../../core/model/snapshot.ts';
import { asPresent, type Removal, removalOf } from '../../core/writes/removal.ts';
import { ConflictError } from '../../kubernetes/api-error.ts';
import type { ApiCall } from '../../kubernetes/request.ts';
import { deleteRoutes, routeNames, type SeenRoutes, seeRoutes } from './routes.ts';

/** Argo CD's own tools rarely write these objects; a tool that writes so often does so in a loop. */
const MAX_ATTEMPTS = 10;
const PAUSE_AFTER_CONFLICT_MS = 500;
/** A running operator notices the removal at once, and writes within seconds. */
const SETTLE_MS = 5_000;

/** The target, and the callbacks for progress. */
export interface UninstallerOptions {
  readonly request: ApiCall;
  readonly target: OperatorConfiguration['target'];
  /** The RelayRoutes to delete. */
  readonly routes: readonly RelayRoute[];
  /** In milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
  /** Called before each attempt, with the parts to remove. */
  readonly onAttempt: (removal: Removal) => void;
  /** Called before the wait for the last check, with its length in milliseconds. */
  readonly onSettle: (ms: number) => void;
}

/** The parts that all attempts together removed, and the parts that came back a little later. */
export interface Uninstalled {
  readonly removed: Pick<Removal, 'configMap' | 'secret' | 'entries' | 'projects'>;
  /** The last attempt's. */
  readonly last: Removal;
  /** Absent if nothing came back. */
  readonly cameBack?: Removal;
  /** The names of the RelayRoutes that were deleted, and of those that came back. */
  readonly routes: { readonly removed: readonly string[]; readonly cameBack: readonly string[] };
}

/**
 * Removes the operator's part of the target, by the operator's own writer and with its preconditions, and checks later that it
 * stays away. A concurrent write by somebody else is read, not overwritten. The RelayRoutes go after the keys by which Argo CD posts
 * for them.
 * @param start the target as it was read last
 * @throws ConflictError if somebody else keeps writing; ForbiddenError or another error of a request
 */
export async function removeOurPart(start: Target, options: UninstallerOptions): Promise<Uninstalled> {
  const { request, target, routes, pause } = options;
  const writer = new TargetWriter(request, NO_CACHES, target);
  let before = start;
  let last = removalOf(before);
  let removed: Uninstalled['removed'] = last;
  const names = routeNames(routes);
  const nothingBack = { removed: names, cameBack: [] };
  if (last.steps.length === 0 && names.length === 0) return { removed, last, routes: nothingBack };
  for (let attempt = 1; ; attempt++) {
    options.onAttempt(last);
    try {
      await writer.write(last.steps, asPresent(before), () => undefined);
      break;
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === MAX_ATTEMPTS) throw error;
    }
    await pause(PAUSE_AFTER_CONFLICT_MS);
    before = await readTarget(request, target);
    last = removalOf(before, new Set(removed.secret));
    removed = together(removed, last);
  }
  await deleteRoutes(request, target.namespace, routes);
  options.onSettle(SETTLE_MS);
  await pause(SETTLE_MS);
  const later = removalOf(await readTarget(request, target), new Set(removed.secret));
  const { routes: routesBack } = names.length > 0 ? await seeRoutes(request, target.namespace) : NO_ROUTES;
  return {
    removed,
    last,
    ...(later.steps.length > 0 && { cameBack: later }),
    routes: { removed: names, cameBack: routeNames(routesBack) },
  };
}

function together(a: Uninstalled['removed'], b: Uninstalled['removed']): Uninstalled['removed'] {
  const union = (...lists: (readonly string[])[]) => [...new Set(lists.flat())].sort();
  return {
    configMap: union(a.configMap, b.configMap),
    secret: union(a.secret, b.secret),
    entries: Math.max(a.entries, b.entries),
    projects: union(a.projects, b.projects),
  };
}

const NO_ROUTES: SeenRoutes = { routes: [] };

/** A command that reads again before each decision needs no memory of its writes. */
const NO_CACHES = { configMap: { observe: () => undefined }, secret: { observe: () => undefined } };
