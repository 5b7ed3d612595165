import { readTarget } from '../../cluster/target-reader.ts';
import { TargetWriter } from '../../cluster/target-writer.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { Target } from '../../core/model/snapshot.ts';
import { asPresent, type Removal, removalOf } from '../../core/writes/removal.ts';
import { ConflictError } from '../../kubernetes/api-error.ts';
import type { ApiCall } from '../../kubernetes/request.ts';

/** Argo CD's own tools write these objects seldom; whoever writes this often does so in a loop. */
const MAX_ATTEMPTS = 10;
const PAUSE_AFTER_CONFLICT_MS = 500;
/** A running operator hears of the removal at once, and writes seconds later at most. */
const SETTLE_MS = 5_000;

/** What it works on, and whom it tells. */
export interface UninstallerOptions {
  readonly request: ApiCall;
  readonly target: OperatorConfiguration['target'];
  /** In milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
  /** Told of what is about to be removed, again after each conflict. */
  readonly onAttempt: (removal: Removal) => void;
  /** Told when all is done but for a last look, that many milliseconds from then. */
  readonly onSettle: (ms: number) => void;
}

/** What was removed, all attempts together, and what was there again a little later. */
export interface Uninstalled {
  readonly removed: Pick<Removal, 'configMap' | 'secret' | 'entries' | 'projects'>;
  /** The last attempt's. */
  readonly last: Removal;
  /** Absent if nothing came back. */
  readonly cameBack?: Removal;
}

/**
 * Removes the operator's part of the target, by the operator's own writer and with its preconditions, and looks once more
 * whether it stays away. Somebody else's write in between is looked at, not overwritten.
 * @param start the target as it was read last
 * @throws ConflictError if somebody else keeps writing; ForbiddenError or whatever else a request throws
 */
export async function removeOurPart(start: Target, options: UninstallerOptions): Promise<Uninstalled> {
  const { request, target, pause } = options;
  const writer = new TargetWriter(request, NO_CACHES, target);
  let before = start;
  let last = removalOf(before);
  let removed: Uninstalled['removed'] = last;
  if (last.steps.length === 0) return { removed, last };
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
  options.onSettle(SETTLE_MS);
  await pause(SETTLE_MS);
  const later = removalOf(await readTarget(request, target), new Set(removed.secret));
  return { removed, last, ...(later.steps.length > 0 && { cameBack: later }) };
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

/** A command that reads anew before each decision needs no memory of what it wrote. */
const NO_CACHES = { configMap: { observe: () => undefined }, secret: { observe: () => undefined } };
