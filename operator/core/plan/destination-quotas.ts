import { globMatches, globsOverlap, isGlob } from '../../lib/glob.ts';
import { listKeeper } from '../../lib/lists.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { DestinationCounter } from './destination-counter.ts';
import type { Reach } from './reach.ts';

/**
 * How many destinations (an event for a robot) may meet on one application. Argo CD remembers the last hundred sends for an
 * application. If more conditions than that hold at once, each pass of its controller forgets some sends and repeats them. The
 * notes of these sends cause the next pass: hundreds a second, without end. Source:
 * https://github.com/argoproj/notifications-engine/blob/master/pkg/controller/state.go (`notifiedHistoryMaxSize`)
 *
 * An application lives in one namespace, deploys to one and belongs to one project. So at most two quotas of namespaces and
 * one of a project meet on it: ninety. Ten are left for old notes of `oncePer`. In practice far more are left, since events
 * such as failed and succeeded both count and never hold at once.
 */
const SIZES = { namespace: 25, project: 40 } as const;

/** How many destinations may meet on one application, all quotas together. */
export const IN_TOTAL = 2 * SIZES.namespace + SIZES.project;

/** How many destinations some subscriptions may have on any one application. */
export interface DestinationQuota {
  readonly counter: DestinationCounter;
  readonly size: number;
  /** The subscriptions that share the quota, as part of a sentence. */
  readonly whose: () => string;
}

/** The quotas that destinations count against. */
export class DestinationQuotas {
  readonly #namespaces = new Map<string, DestinationCounter>();
  readonly #projects = new Map<string, DestinationCounter>();
  readonly #accounts: Accounts;
  readonly #ofReach = new Map<Reach, readonly DestinationQuota[]>();
  /** By the list object of a reach: all subscriptions of a namespace that name no project have the same one. */
  readonly #granted = new Map<readonly string[], readonly DestinationQuota[]>();

  /** @param accounts the projects and patterns that have a separate account; every pattern of any reach is among them */
  constructor(accounts: Iterable<string>) {
    // In an order that does not depend on the order of resources: messages name the first quota that is full.
    const kept = keptAccounts([...new Set(accounts)]);
    this.#accounts = knownAccounts.get(kept, [], () => accountsOf(kept));
  }

  /** The quotas that a subscription of this reach counts against. */
  of(reach: Reach): readonly DestinationQuota[] {
    const known = this.#ofReach.get(reach);
    if (known) return known;
    const { namespace, granted } = reach;
    const own = {
      counter: counterIn(this.#namespaces, namespace),
      size: SIZES.namespace,
      whose: () => `the subscriptions of namespace ${namespace}`,
    };
    const quotas = [own, ...this.#ofProjects(granted)];
    this.#ofReach.set(reach, quotas);
    return quotas;
  }

  #ofProjects(granted: readonly string[]): readonly DestinationQuota[] {
    const known = this.#granted.get(granted);
    if (known) return known;
    const quotas = [...new Set(granted.flatMap((each) => this.#accountsOf(each)))].map((project) => ({
      counter: counterIn(this.#projects, project),
      size: SIZES.project,
      whose: () => `all subscriptions of the namespaces that project ${project} is granted to`,
    }));
    this.#granted.set(granted, quotas);
    return quotas;
  }

  /**
   * The accounts that a grant may be about. For a pattern, these are the names and patterns that may match the same projects.
   * For a project without an account, these are the patterns that match the project: every subscription to it has one of them,
   * or names the project too.
   */
  #accountsOf(granted: string): readonly string[] {
    const { names, globs, beginnings, found: before } = this.#accounts;
    if (names.has(granted)) return [granted];
    const known = before.get(granted);
    if (known) return known;
    const found = isGlob(granted)
      ? [...names, ...globs].filter((other) => globsOverlap(granted, other)).sort()
      : globs.filter(
          (glob, index) => granted.startsWith(beginnings[index] as string) && globMatches(glob, granted),
        );
    // A project that no pattern matches is granted by its name.
    const accounts = found.length > 0 ? found : [granted];
    before.set(granted, accounts);
    return accounts;
  }
}

/** The projects and patterns that have a separate account, in order. */
interface Accounts {
  readonly names: ReadonlySet<string>;
  readonly globs: readonly string[];
  /** The texts that all matches of each pattern begin with: cheap to compare where there are many names and patterns. */
  readonly beginnings: readonly string[];
  /** The accounts of grants that have none themselves, as far as somebody has asked. */
  readonly found: Map<string, readonly string[]>;
}

/** Most decisions have the accounts of the one before. */
const keptAccounts = listKeeper();
const knownAccounts = new ObjectMemo<readonly string[], Accounts>();

function accountsOf(names: readonly string[]): Accounts {
  const sorted = names.toSorted();
  const globs = sorted.filter(isGlob);
  return {
    names: new Set(sorted.filter((each) => !isGlob(each))),
    globs,
    beginnings: globs.map((glob) => glob.slice(0, glob.search(/[*?]/))),
    found: new Map(),
  };
}

function counterIn(counters: Map<string, DestinationCounter>, key: string): DestinationCounter {
  const counter = counters.get(key) ?? new DestinationCounter();
  counters.set(key, counter);
  return counter;
}
