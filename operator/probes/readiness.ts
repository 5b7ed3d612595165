/** The facts about one watch cache. */
export interface CacheFacts {
  readonly name: string;
  /** Whether the collection has been listed completely at least once. */
  readonly synced: boolean;
  /** Time since the API server's last sign of life for the cache, in milliseconds; undefined before the first one. */
  readonly ageMs: number | undefined;
  /** The right that the operator lacks for the cache, as a clause; undefined if none is known to be missing. */
  readonly missingRight?: string | undefined;
  /** Whether the operator can do its work without the right to read the objects. */
  readonly mayBeForbidden?: boolean;
}

/** The facts about Argo CD's engine. */
export interface EngineFacts {
  /** Whether the last attempt to ask the engine gave an answer, or no attempt has ended yet. */
  readonly ok: boolean;
  /** Why not. */
  readonly message?: string | undefined;
}

/** All facts that readiness depends on. A replica that does not lead has the same, and can be as ready. */
export interface ReadinessFacts {
  readonly caches: readonly CacheFacts[];
  readonly engine: EngineFacts;
  /** Why this replica may not hold the Lease; undefined if it may. */
  readonly leaseProblem?: string | undefined;
}

/** One precondition of readiness. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  /** For people; `ok` if all is well. */
  readonly message: string;
}

/** The answer to the readiness probe. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly ReadinessCheck[];
}

/**
 * The greatest age of a cache, in milliseconds. An API server sends a bookmark about once a minute, and a watch that is
 * silent for 75 s is opened again. So an older cache has failed at least twice in a row.
 */
export const OLDEST_CACHE_MS = 3 * 60_000;

/** Judges whether the operator can do its work now. */
export function readiness({ caches, engine, leaseProblem }: ReadinessFacts): Readiness {
  return allOfThem([...caches.map(cacheCheck), readinessCheck('lease', leaseProblem), engineCheck(engine)]);
}

/** The answer for some checks: all of them must be passed. */
export const allOfThem = (checks: readonly ReadinessCheck[]): Readiness => ({
  ready: checks.every(({ ok }) => ok),
  checks,
});

export const cacheCheck = (cache: CacheFacts): ReadinessCheck =>
  readinessCheck(cache.name, cacheProblem(cache));

export const engineCheck = ({ ok, message = 'the engine does not answer' }: EngineFacts): ReadinessCheck =>
  readinessCheck('engine', ok ? undefined : message);

/** @param problem a sentence without a period; undefined if all is well */
export const readinessCheck = (name: string, problem: string | undefined): ReadinessCheck => ({
  name,
  ok: problem === undefined,
  message: problem ?? 'ok',
});

function cacheProblem({ synced, ageMs, missingRight, mayBeForbidden }: CacheFacts): string | undefined {
  if (missingRight !== undefined) return mayBeForbidden ? undefined : missingRight;
  if (!synced) return 'the objects are not listed yet';
  if (ageMs === undefined || ageMs > OLDEST_CACHE_MS) {
    const since = ageMs === undefined ? '' : ` for ${Math.round(ageMs / 1_000)} s`;
    return `the API server has given no sign of life${since}`;
  }
  return undefined;
}
