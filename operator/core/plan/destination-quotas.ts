import { globMatches, globsOverlap, isGlob } from '../../lib/glob.ts';
import { DestinationCounter } from './destination-counter.ts';
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
export interface DestinationQuota {
  readonly counter: DestinationCounter;
  readonly size: number;
  /** Whose destinations it is about, in a sentence. */
  readonly whose: string;
}

/** The shares that destinations come out of. */
export class DestinationQuotas {
  readonly #namespaces = new Map<string, DestinationCounter>();
  readonly #projects = new Map<string, DestinationCounter>();
  readonly #names: ReadonlySet<string>;
  readonly #globs: readonly string[];
  /** What all that each of the patterns matches begins with: cheap to compare, where there are many names and patterns. */
  readonly #beginnings: readonly string[];
  readonly #found = new Map<string, readonly string[]>();
  /** By the very list of a reach: all subscriptions of a namespace that name no project have the same one. */
  readonly #granted = new Map<readonly string[], readonly DestinationQuota[]>();

  /** @param accounts the projects and patterns that have an account of their own; every pattern of anybody's reach */
  constructor(accounts: Iterable<string>) {
    // In an order that no resource's place among the others changes: the first that is full is named to people.
    const sorted = [...new Set(accounts)].sort();
    this.#names = new Set(sorted.filter((each) => !isGlob(each)));
    this.#globs = sorted.filter(isGlob);
    this.#beginnings = this.#globs.map((glob) => glob.slice(0, glob.search(/[*?]/)));
  }

  /** Those that a subscription of this reach needs room in. */
  *of({ namespace, granted }: Reach): Iterable<DestinationQuota> {
    yield {
      counter: counterIn(this.#namespaces, namespace),
      size: SIZES.namespace,
      whose: `the subscriptions of namespace ${namespace}`,
    };
    const known = this.#granted.get(granted);
    if (known) {
      yield* known;
      return;
    }
    const shares = [...new Set(granted.flatMap((each) => this.#accountsOf(each)))].map((project) => ({
      counter: counterIn(this.#projects, project),
      size: SIZES.project,
      whose: `all subscriptions that project ${project} is granted to`,
    }));
    this.#granted.set(granted, shares);
    yield* shares;
  }

  /**
   * The accounts that a grant may be about: for a pattern, those that may match the same; for a project without an account
   * of its own, those of all patterns that match it, one of which whoever hears of it has, or names it too.
   */
  #accountsOf(granted: string): readonly string[] {
    if (this.#names.has(granted)) return [granted];
    const known = this.#found.get(granted);
    if (known) return known;
    const found = isGlob(granted)
      ? [...this.#names, ...this.#globs].filter((other) => globsOverlap(granted, other)).sort()
      : this.#globs.filter(
          (glob, index) =>
            granted.startsWith(this.#beginnings[index] as string) && globMatches(glob, granted),
        );
    // What nothing takes in is granted by its name.
    const accounts = found.length > 0 ? found : [granted];
    this.#found.set(granted, accounts);
    return accounts;
  }
}

function counterIn(counters: Map<string, DestinationCounter>, key: string): DestinationCounter {
  const counter = counters.get(key) ?? new DestinationCounter();
  counters.set(key, counter);
  return counter;
}
