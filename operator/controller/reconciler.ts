import type { Finding } from '../api/finding.ts';
import { resourceKey } from '../api/names.ts';
import { askUntilAnswered } from '../cluster/ask-until-answered.ts';
import type { Gate, Round } from '../cluster/gate.ts';
import type { TargetWriter } from '../cluster/target-writer.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import { robotsLookedAt } from '../core/bounds/beyond-bounds.ts';
import { type Decision, decide } from '../core/decide.ts';
import { deliveryChecks, nextCheckAt, requestOf } from '../core/delivery/checks.ts';
import { type Fault, Faults } from '../core/model/faults.ts';
import type { Project, Snapshot } from '../core/model/snapshot.ts';
import type { ObservedState } from '../core/status/observed-state.ts';
import { type WantedStatus, wantedStatuses } from '../core/status/statuses.ts';
import type { Write } from '../core/writes/writes.ts';
import { ConflictError } from '../kubernetes/api-error.ts';
import type { Log } from '../lib/log.ts';
import type { Caches } from './caches.ts';
import type { CoexistenceReporter } from './conflict-reporter.ts';
import type { CredentialCache } from './credentials.ts';
import { obstacleOf } from './obstacle.ts';
import type { RobotChecker } from './robot-checker.ts';
import { collections, type Times, takeSnapshot } from './snapshot.ts';
import type { Admission, TargetGuard } from './target-guard.ts';

/** How soon to ask an engine again that could not be asked. */
const GATE_RETRY_MS = 10_000;
/**
 * How long a run waits for the engine, all its rounds together. A small check takes a millisecond and a cold start some twenty;
 * what takes longer is answered beside the runs, so that it keeps nobody else's edit, renewal or removal waiting.
 */
const GATE_BUDGET_MS = 200;
/**
 * The first run waits longer, and for all: with nothing live yet there may be hundreds to look at, and to write them in one go tells
 * each once. What is live is not asked about, so that a restart does not wait.
 */
const FIRST_GATE_BUDGET_MS = 3_000;

/** How often a run tries to write where somebody else comes in between. */
const MAX_ATTEMPTS = 10;

/** How long a run still waits for the engine, in milliseconds. */
interface Patience {
  leftMs: number;
  /** Whether whoever has all answers waits for the others as long. */
  readonly forAll?: boolean;
}

/** What one run works with. */
export interface ReconcilerParts {
  readonly caches: Caches;
  readonly credentials: Pick<CredentialCache, 'look'>;
  readonly writer: TargetWriter;
  /** Brings the target in the caches up to date. */
  readonly readTarget: () => Promise<void>;
  /** Says what may be written when. */
  readonly guard: TargetGuard;
  readonly gate: Gate;
  readonly config: OperatorConfiguration;
  readonly times: () => Times;
  /** Milliseconds on a clock that is never set. */
  readonly clock: () => number;
  /** Told how long each decision took. */
  readonly onDecided: (seconds: number) => void;
  /** Asks for another run. */
  readonly runAgain: () => void;
  /** Has the statuses of all CRs written, in the background. */
  readonly wantStatuses: (statuses: readonly WantedStatus[]) => void;
  /** Sends test messages, in the background. */
  readonly checker: Pick<RobotChecker, 'memory' | 'update'>;
  /** Looks at the target as a whole, in the background; returns when to come again. */
  readonly checkWhole: (snapshot: Snapshot, decision: Decision) => Date | undefined;
  /** Tells of others who write the target too. */
  readonly coexistence: CoexistenceReporter;
  /** Told of each step of a write that is done. */
  readonly onWritten: (step: Write) => void;
  /** Tells, on the ConfigMap, of what is wrong with the keys of others. */
  readonly reportForeign: (findings: readonly Finding[]) => Promise<void>;
  /** Tells, on each AppProject, of what is wrong with its grants. */
  readonly reportGrants: (projects: readonly Project[]) => Promise<void>;
  /** Tells of exceptions that were kept to one resource each. */
  readonly reportFaults: (faults: readonly Fault[]) => void;
  readonly log: Log;
}

/** One run of the whole line: watch caches → decision → target → status. */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  #synced = false;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  /**
   * @returns when the next run is due, if nothing changes before
   * @throws if a write could not be done; the run is then to be tried again
   */
  async run(): Promise<Date | undefined> {
    const { caches, credentials, checker, guard, times } = this.#parts;
    if (!Object.values(caches).every((cache) => cache.synced)) return undefined;
    const isFirst = !this.#synced;
    if (isFirst) this.#parts.log.info({}, 'caches have synced');
    this.#synced = true;
    const { now, serverTime } = this.#parts.times();
    // What comes later belongs to the next run.
    const resources = collections(caches);
    const deliveries = checker.memory;
    const lookWith = (secrets: Snapshot['credentials']) =>
      takeSnapshot(caches, this.#parts.config, guard.leftBehind(), {
        ...resources,
        credentials: secrets,
        deliveries,
        answers: this.#parts.gate.answers,
        now,
        serverTime,
      });
    const secrets = credentials.look(robotsLookedAt(lookWith(new Map())));
    const look = () => lookWith(secrets);

    const patience: Patience = isFirst
      ? { leftMs: FIRST_GATE_BUDGET_MS, forAll: true }
      : { leftMs: GATE_BUDGET_MS };
    const { before, failure, admission } = await this.#decideAndWrite(look, patience);
    const unchanged = before.round === 'answered' && admission.steps.length === 0;
    const { decision, snapshot, round } = unchanged ? before : await this.#decide(look, patience);
    await this.#parts.reportForeign(decision.foreign);
    await this.#parts.reportGrants(snapshot.projects);
    await this.#parts.coexistence.report(decision, snapshot.target);
    const checkAgainAt = this.#parts.checkWhole(snapshot, decision);
    const faults = new Faults(decision.faults);
    const checks = deliveryChecks(decision.resolution.robots, snapshot, faults);
    const awaited = decision.resolution.robots.filter(({ verdict }) => verdict.awaitsCredentials);
    checker.update(checks, deliveries, new Map(awaited.map(({ cr }) => [resourceKey(cr), requestOf(cr)])));
    this.#report(decision, snapshot, failure, { round, admission, faults });
    if (failure) throw failure;
    const askAgainAt = round === 'failed' ? new Date(now.getTime() + GATE_RETRY_MS) : undefined;
    return earliest(
      decision.plan.renewAt,
      askAgainAt,
      checkAgainAt,
      guard.nextAt(admission, times().now),
      nextCheckAt(checks, now),
    );
  }

  /**
   * Decides, has the engine asked what the decision needs to know, and decides again. What the engine needs long for comes in a
   * later run.
   * @param patience is used up by waiting, not by deciding
   */
  async #decide(
    look: () => Snapshot,
    patience: Patience,
  ): Promise<{ decision: Decision; snapshot: Snapshot; round: Round }> {
    const { gate, runAgain, clock } = this.#parts;
    const attempt = () => {
      const snapshot = look();
      const decision = this.#decideNow(snapshot);
      return { result: { decision, snapshot }, open: decision.questions };
    };
    const { result, round } = await askUntilAnswered(attempt, async (questions) => {
      const asked = clock();
      const leftMs = Math.max(0, patience.leftMs);
      const answered = await gate.answer(questions, leftMs, runAgain, patience.forAll ? leftMs : undefined);
      patience.leftMs -= clock() - asked;
      return answered;
    });
    // With the answers that did come.
    return { ...(round === 'answered' ? result : attempt().result), round };
  }

  #decideNow(snapshot: Snapshot): Decision {
    const { clock, onDecided } = this.#parts;
    const begin = clock();
    const decision = decide(snapshot);
    onDecided((clock() - begin) / 1_000);
    return decision;
  }

  /** Again and again while somebody comes in between. @throws ConflictError in the end */
  async #decideAndWrite(look: () => Snapshot, patience: Patience) {
    for (let attempt = 1; ; attempt++) {
      const before = await this.#decide(look, patience);
      const { failure, admission } = await this.#write(before.decision, before.snapshot);
      if (!(failure instanceof ConflictError)) return { before, failure, admission };
      if (attempt === MAX_ATTEMPTS) throw failure;
      // The watch would tell of it, too, but later: where somebody writes all the time, always too late.
      await this.#parts.readTarget();
    }
  }

  /** Does what may be done now; gives the error that ended it early, if one did. */
  async #write(
    { writes, live }: Decision,
    { target }: Snapshot,
  ): Promise<{ failure?: Error; admission: Admission }> {
    const { writer, guard, onWritten } = this.#parts;
    guard.observe(target, live);
    const admission = guard.admit(writes.steps);
    try {
      await writer.write(admission.steps, target, (step, object) => {
        if (step.kind !== 'project' && object) guard.wrote(step, object);
        onWritten(step);
      });
      if (admission.steps.length > 0) guard.roundEnded();
      return { admission };
    } catch (error) {
      return { failure: error instanceof Error ? error : new Error(String(error)), admission };
    }
  }

  #report(
    { resolution, live, plan, writes, ignored }: Decision,
    snapshot: Snapshot,
    failure: Error | undefined,
    {
      round,
      admission,
      faults,
    }: { readonly round: Round; readonly admission: Admission; readonly faults: Faults },
  ): void {
    const { namespace, configMap } = this.#parts.config.target;
    const contested = this.#parts.coexistence.contested();
    const held = admission.againAt !== undefined && !admission.isPaced ? contested[0]?.finding : undefined;
    const observed: ObservedState = {
      snapshot,
      live,
      plan,
      obstacle: obstacleOf(snapshot.target, this.#parts.config.target, failure) ?? held,
      blocked: writes.blocked && {
        ...writes.blocked,
        message: `ConfigMap ${namespace}/${configMap}, key subscriptions: ${writes.blocked.message}`,
      },
      ignored,
      contested,
      awaits: { engine: round === 'pending', turn: admission.isPaced },
    };
    this.#parts.wantStatuses(wantedStatuses(resolution, observed, faults));
    this.#parts.reportFaults(faults.found);
  }
}

function earliest(...times: readonly (Date | undefined)[]): Date | undefined {
  const known = times.flatMap((time) => (time ? [time.getTime()] : []));
  return known.length === 0 ? undefined : new Date(Math.min(...known));
}
