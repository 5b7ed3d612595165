import { globsOverlap, isGlob } from '../glob.ts';
import { Bucket } from './bucket.ts';
import type { Reach } from './reach.ts';

/**
 * How many destinations (an event for a robot) may meet on one application. Argo CD remembers the last hundred sends for
 * an application; of more conditions than that which hold at once, each pass forgets some and sends them again, and what it
 * then notes down is the next pass' cause: without end, hundreds a second.
 * https://github.com/argoproj/notifications-engine/blob/master/pkg/controller/state.go (`notifiedHistoryMaxSize`)
 *
 * An application lives in one namespace, deploys to one and is of one project, so it has at most two shares of a namespace
 * and one of a project's grants: ninety. Ten are left for what `oncePer` leaves behind, and in practice far more, since
 * events such as failed and succeeded are counted both and never hold at once.
 */
const SIZES = { namespace: 25, project: 40 } as const;

/** What may meet on one application, all shares together. */
export const IN_TOTAL = 2 * SIZES.namespace + SIZES.project;

/** So many destinations of some subscriptions on any one application. */
export interface Share {
  readonly bucket: Bucket;
  readonly size: number;
  /** Whose destinations it is about, in a sentence. */
  readonly whose: string;
}

/** The shares that destinations come out of. */
export class Shares {
  readonly #namespaces = new Map<string, Bucket>();
  readonly #projects = new Map<string, Bucket>();
  readonly #granted: readonly string[];
  readonly #overlaps = new Map<string, readonly string[]>();

  /** @param granted all projects and patterns that anybody's reach has */
  constructor(granted: Iterable<string>) {
    // In an order that no resource's place among the others changes: the first that is full is named to people.
    this.#granted = [...new Set(granted)].sort();
  }

  /** Those that a subscription of this reach needs room in. */
  *of({ namespace, granted }: Reach): Iterable<Share> {
    yield {
      bucket: bucketIn(this.#namespaces, namespace),
      size: SIZES.namespace,
      whose: `the subscriptions of namespace ${namespace}`,
    };
    for (const project of new Set(granted.flatMap((pattern) => this.#overlapping(pattern)))) {
      yield {
        bucket: bucketIn(this.#projects, project),
        size: SIZES.project,
        whose: `all subscriptions that project ${project} is granted to`,
      };
    }
  }

  /**
   * The projects that a grant may be about: for a pattern, those that somebody names, and for those that nobody names the
   * patterns that may match the same.
   */
  #overlapping(pattern: string): readonly string[] {
    if (!isGlob(pattern)) return [pattern];
    const known = this.#overlaps.get(pattern);
    if (known) return known;
    const found = this.#granted.filter((other) => globsOverlap(pattern, other));
    this.#overlaps.set(pattern, found);
    return found;
  }
}

function bucketIn(buckets: Map<string, Bucket>, key: string): Bucket {
  const bucket = buckets.get(key) ?? new Bucket();
  buckets.set(key, bucket);
  return bucket;
}
