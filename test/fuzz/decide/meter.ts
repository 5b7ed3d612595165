import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Snapshot } from '../../../operator/core/model/snapshot.ts';
import {
  snapshot as blank,
  config,
  credentials,
  robot,
  subscription,
} from '../../../operator/core/testing/fixtures.ts';
import { GOOD, GOOD_PROJECT, goodTeam } from './good-team.ts';
import type { Outcome } from './outcome.ts';
import { violationOf } from './properties.ts';
import { decided, type Violation } from './violation.ts';

const MIB = 1_048_576;
/** The first of them find code that is not compiled yet. */
const RUNS = 301;
/** What any decision may take: the machines of CI are slow, and a collection of garbage takes its time. */
const BASE_MS = 100;
/** So many times what the good team and a small neighbour take, for each namespace: 1 to 2 ms. */
const UNITS_PER_NAMESPACE = 40;
/** A first decision compiles; memos spare it to the next ones. */
const FIRST_FACTOR = 5;
/** What memos may hold in all. */
const MAX_GROWTH_BYTES = 100 * MIB;

/** Says what takes too long, or too much memory. CPU time, since others work on the same machine. */
export class Meter {
  readonly #unitMs: number;
  readonly #collect: () => void;
  readonly #base: number;

  constructor() {
    const small = smallWorld();
    const times = Array.from({ length: RUNS }, () => cpuMs(() => decided(small))).sort((a, b) => a - b);
    this.#unitMs = Math.max(0.5, times[RUNS >> 1] as number);
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc') as () => void;
    this.#base = this.#heap();
  }

  /** What a decision on this snapshot may take, in milliseconds of CPU time. */
  limitMs({ robots, templates, subscriptions }: Snapshot): number {
    const namespaces = new Set(
      [...robots, ...templates, ...subscriptions].map(({ metadata }) => metadata.namespace),
    );
    return BASE_MS + UNITS_PER_NAMESPACE * this.#unitMs * (namespaces.size + 1);
  }

  /** Decides; what is wrong if that takes too long, the first time or, at best, the next ones. */
  timed(snapshot: Snapshot): { readonly outcome: Outcome | Violation; readonly slow?: Violation } {
    const limit = this.limitMs(snapshot);
    let outcome: Outcome | Violation | undefined;
    const run = () => cpuMs(() => (outcome = decided(snapshot)));
    const first = run();
    const made = outcome as unknown as Outcome | Violation;
    if (first <= limit) return { outcome: made };
    const later = Math.min(run(), run(), run());
    if (first <= limit * FIRST_FACTOR && later <= limit) return { outcome: made };
    const words = `${Math.round(first)} ms for the first decision, ${Math.round(later)} ms for the same again; ${Math.round(limit)} ms are allowed`;
    return { outcome: made, slow: { property: 'time', words } };
  }

  /** What does not hold for a snapshot, time included. */
  violationOf(snapshot: Snapshot): Violation | undefined {
    const { outcome, slow } = this.timed(snapshot);
    return slow ?? violationOf(snapshot, outcome);
  }

  /** Whether what is kept between decisions has grown too much. Collects all garbage first. */
  full(): Violation | undefined {
    const growth = this.#heap() - this.#base;
    if (growth <= MAX_GROWTH_BYTES) return undefined;
    return {
      property: 'memory',
      words: `${Math.round(growth / MIB)} MiB are kept, ${MAX_GROWTH_BYTES / MIB} are allowed`,
    };
  }

  #heap(): number {
    this.#collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }
}

function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The good team and one neighbour with a robot and a subscription. */
function smallWorld(): Snapshot {
  const traits = { hasCondition: false, hasSelector: false, creationTimestamp: '2026-11-23T07:00:00Z' };
  const good = goodTeam(traits, 0, 0);
  return blank({
    config: config({ tenancy: { projects: { [GOOD_PROJECT]: [GOOD] } } }),
    robots: [good.robot, robot()],
    templates: [good.template],
    subscriptions: [good.subscription, subscription()],
    credentials: new Map([
      ...credentials(),
      [`${GOOD}/${good.robot.spec.webhook.secretKeyRef.name}`, good.credentials],
    ]),
  });
}
