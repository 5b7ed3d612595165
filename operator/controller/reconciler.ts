import { resourceKey } from '../api/names.ts';
import { isPassing } from '../cluster/route-writer.ts';
import { robotsLookedAt } from '../core/bounds/beyond-bounds.ts';
import type { Decision } from '../core/decide.ts';
import { deliveryChecks, nextCheckAt, requestOf } from '../core/delivery/checks.ts';
import { Faults } from '../core/model/faults.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import { wantedStatuses } from '../core/status/statuses.ts';
import { ConflictError } from '../kubernetes/api-error.ts';
import { askAhead, changedNamespaces } from './ask-ahead.ts';
import { type Decided, decideOnce, decideWithin, type Patience, patienceOf } from './decide-within.ts';
import { observedAfter, type WriteOutcome } from './observe.ts';
import type { ReconcilerParts } from './reconciler-parts.ts';
import { collections, type Times, takeSnapshot } from './snapshot.ts';
import { writeRound } from './write-round.ts';

/** How soon to ask again after the engine could not be asked, in milliseconds. */
const GATE_RETRY_MS = 10_000;
/**
 * How long statuses may wait while one run follows another, in milliseconds. They come from a decision about the target
 * after the write, and in a burst of changes the next run overtakes that decision.
 */
const UNTOLD_MS = 1_000;
/** How soon to try a RelayRoute again that the API server refuses, in milliseconds. Such a refusal is no failure of the run. */
const REFUSED_ROUTE_RETRY_MS = 30_000;
/** How often a run tries to write while other writers come in between. */
const MAX_ATTEMPTS = 10;

/** One run of the whole line: watch caches → decision → target → status. */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  /** The resources that the run before has decided on. */
  #before: ReturnType<typeof collections> | undefined;
  /** When the statuses were last told, on the clock that is never set. */
  #toldAt = Number.NEGATIVE_INFINITY;
  #isUntold = false;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  /** Whether the last run has left its statuses to the next one. */
  get isUntold(): boolean {
    return this.#isUntold;
  }

  /**
   * @returns when the next run is due, if nothing changes before
   * @throws if a write failed; the caller then tries the run again
   */
  async run(): Promise<Date | undefined> {
    const { caches, credentials, checker, guard, clock } = this.#parts;
    const before = this.#before;
    // A signature of a wrong time would stay until the next run. Any answer says the time.
    if (this.#parts.isTimeInDoubt()) await this.#parts.readTarget();
    const times = this.#parts.times();
    const { now } = times;
    // Later changes belong to the next run.
    const resources = collections(caches);
    this.#before = resources;
    const deliveries = checker.memory;
    const lookWith = this.#lookAt(resources, times);
    const secrets = credentials.look(robotsLookedAt(lookWith(new Map())));
    const look = () => lookWith(secrets);

    const patience = patienceOf(before === undefined, guard.pauseMs());
    if (before) await askAhead(changedNamespaces(before, resources), look, patience, this.#parts);
    const { decided, written } = await this.#decideAndWrite(look, patience);
    const { failure, admission, routeFailures = new Map(), hasRoutes = false } = written;
    this.#isUntold = !failure && this.#parts.isRunNext() && clock() - this.#toldAt < UNTOLD_MS;
    if (this.#isUntold) return undefined;
    this.#toldAt = clock();
    const isAsDecided = admission.steps.length === 0 && !hasRoutes;
    const after = isAsDecided ? decided : await this.#decideAfterWrite(look, patience);
    const { decision, snapshot, round } = after;
    await this.#parts.reportForeign(decision.foreign);
    await this.#parts.reportGrants(snapshot.projects);
    await this.#parts.reportOverlap(snapshot);
    await this.#parts.reportClock();
    await this.#parts.conflicts.report(decision, snapshot.target);
    const checkAgainAt = this.#parts.checkWhole(snapshot, decision);
    const faults = new Faults(decision.faults);
    const checks = deliveryChecks(decision.resolution.robots, snapshot, faults);
    const awaited = decision.resolution.robots.filter(({ verdict }) => verdict.awaitsCredentials);
    checker.update(checks, deliveries, new Map(awaited.map(({ cr }) => [resourceKey(cr), requestOf(cr)])));
    this.#parts.hooks.update(decision.hooks);
    // The announcements of test messages belong to the statuses that are written now.
    const told = { ...after, snapshot: { ...snapshot, deliveries: checker.memory } };
    const observed = observedAfter(told, written, this.#parts);
    this.#parts.wantStatuses(wantedStatuses(decision.resolution, observed, faults));
    this.#parts.reportFaults(faults.found);
    const toRetry = failure ?? [...routeFailures.values()].find(isPassing);
    if (toRetry) throw toRetry;
    const writeAgainAt =
      routeFailures.size > 0 ? new Date(now.getTime() + REFUSED_ROUTE_RETRY_MS) : undefined;
    // A move of a robot has several steps, each after the one before is live. What waits for something else comes later.
    const isDone = routeFailures.size === 0 && admission.againAt === undefined;
    const goOnAt = !isAsDecided && isDone && hasWrites(decision) ? now : undefined;
    const askAgainAt = round === 'failed' ? new Date(now.getTime() + GATE_RETRY_MS) : undefined;
    const dueAt = earliest(
      decision.plan.renewAt,
      goOnAt,
      askAgainAt,
      writeAgainAt,
      checkAgainAt,
      guard.nextAt(admission, this.#parts.times().now),
      nextCheckAt(checks, now),
    );
    return dueAt && this.#parts.localTime(dueAt);
  }

  /**
   * Begins to read the Secrets of robots that the last run has not seen, so that the next run knows them. Does nothing if the
   * robots are the same.
   */
  readSecrets(): void {
    const { caches, credentials } = this.#parts;
    if (caches.robots.items() === this.#before?.robots) return;
    const look = this.#lookAt(collections(caches), this.#parts.times());
    credentials.look(robotsLookedAt(look(new Map())));
  }

  /** The snapshots of these resources at this moment, with the target and the answers as they are when one is taken. */
  #lookAt(
    resources: ReturnType<typeof collections>,
    times: Times,
  ): (secrets: Snapshot['credentials']) => Snapshot {
    const { caches, config, guard, gate, nextCapability, checker, hooks } = this.#parts;
    const fixed = {
      ...resources,
      ...times,
      deliveries: checker.memory,
      gitee: { hooks: hooks.states },
      nextCapability,
    };
    return (credentials) =>
      takeSnapshot(caches, config, guard.leftBehind(), { ...fixed, credentials, answers: gate.answers });
  }

  /** Where another run follows at once, that one waits for the engine: its own decision is the better one. */
  #decideAfterWrite(look: () => Snapshot, patience: Patience): Promise<Decided> {
    return this.#parts.isRunNext()
      ? decideOnce(look, this.#parts)
      : decideWithin(look, patience, this.#parts);
  }

  /** Tries again while another writer comes in between. @throws ConflictError in the end */
  async #decideAndWrite(
    look: () => Snapshot,
    patience: Patience,
  ): Promise<{ readonly decided: Decided; readonly written: WriteOutcome }> {
    for (let attempt = 1; ; attempt++) {
      const decided = await decideWithin(look, patience, this.#parts);
      const written = await writeRound(decided, this.#parts);
      if (!(written.failure instanceof ConflictError)) return { decided, written };
      if (attempt === MAX_ATTEMPTS) throw written.failure;
      // The watch would report the change, too, but later. Where another writer writes all the time, the watch is
      // always too late.
      await this.#parts.readTarget();
    }
  }
}

const hasWrites = ({ writes, routes }: Decision): boolean =>
  writes.steps.length + routes.apply.length + routes.remove.length > 0;

function earliest(...times: readonly (Date | undefined)[]): Date | undefined {
  const known = times.flatMap((time) => (time ? [time.getTime()] : []));
  return known.length === 0 ? undefined : new Date(Math.min(...known));
}
