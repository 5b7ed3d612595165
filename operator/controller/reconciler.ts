import type { OperatorConfiguration } from '../config.ts';
import { type Decision, decide } from '../core/decide.ts';
import { deliveryChecks, nextCheckAt } from '../core/delivery/checks.ts';
import { redactError } from '../core/redact.ts';
import type { Resolution } from '../core/resolve/resolve.ts';
import { served } from '../core/resolve/selection.ts';
import type { Project, Snapshot } from '../core/snapshot.ts';
import { type StatusUpdate, statusUpdates } from '../core/status/statuses.ts';
import type { Finding } from '../core/verdict.ts';
import { ConflictError } from '../kubernetes/api-error.ts';
import type { Log } from '../kubernetes/log.ts';
import type { Caches } from './caches.ts';
import type { CredentialCache } from './credentials.ts';
import type { Gate, Round } from './gate.ts';
import type { RobotChecker } from './robot-checker.ts';
import { collections, type Times, takeSnapshot } from './snapshot.ts';
import type { TargetWriter } from './target-writer.ts';

/** How soon to ask an engine again that could not be asked. */
const GATE_RETRY_MS = 10_000;
/** How long a run waits for the engine; a small check takes some milliseconds, a cold start under a second. */
const GATE_BUDGET_MS = 1_500;
/** A template raises four questions one after the other, nothing raises more. */
const MAX_ROUNDS = 20;

/** What one run works with. */
export interface ReconcilerParts {
  readonly caches: Caches;
  readonly credentials: CredentialCache;
  readonly writer: TargetWriter;
  readonly gate: Gate;
  readonly config: OperatorConfiguration;
  readonly times: () => Times;
  /** Asks for another run. */
  readonly runAgain: () => void;
  /** Writes one CR's status and tells of it. */
  readonly report: (update: StatusUpdate) => Promise<void>;
  /** Sends test messages, in the background. */
  readonly checker: Pick<RobotChecker, 'memory' | 'update'>;
  /** Looks at the target as a whole, in the background; returns when to come again. */
  readonly checkWhole: (snapshot: Snapshot) => Date | undefined;
  /** Tells, on the ConfigMap, of what is wrong with the keys of others. */
  readonly reportForeign: (findings: readonly Finding[]) => Promise<void>;
  /** Tells, on each AppProject, of what is wrong with its grants. */
  readonly reportGrants: (projects: readonly Project[]) => Promise<void>;
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
   * @throws if a write or a status could not be done; the run is then to be tried again
   */
  async run(): Promise<Date | undefined> {
    const { caches, credentials, checker } = this.#parts;
    if (!Object.values(caches).every((cache) => cache.synced)) return undefined;
    if (!this.#synced) this.#parts.log.info({}, 'caches have synced');
    this.#synced = true;
    const { now, serverTime } = this.#parts.times();
    // What comes while credentials are read belongs to the next run.
    const resources = collections(caches);
    const robots = served(resources.robots, { ...resources, config: this.#parts.config });
    const secrets = await credentials.refresh(robots, now);
    const deliveries = checker.memory;
    const look = () =>
      takeSnapshot(caches, this.#parts.config, {
        ...resources,
        credentials: secrets,
        deliveries,
        answers: this.#parts.gate.answers,
        now,
        serverTime,
      });

    const before = await this.#decide(look);
    const failure = await this.#write(before.decision, before.snapshot);
    if (failure instanceof ConflictError) throw failure;
    const unchanged = before.round === 'answered' && before.decision.writes.steps.length === 0;
    const { decision, snapshot, round } = unchanged ? before : await this.#decide(look);
    await this.#parts.reportForeign(decision.foreign);
    await this.#parts.reportGrants(snapshot.projects);
    const checkAgainAt = this.#parts.checkWhole(snapshot);
    const checks = deliveryChecks(decision.resolution.robots, snapshot);
    checker.update(checks, deliveries);
    await this.#report(decision, snapshot, failure, round);
    if (failure) throw failure;
    const askAgainAt = round === 'failed' ? new Date(now.getTime() + GATE_RETRY_MS) : undefined;
    return earliest(
      credentials.nextReadAt(),
      decision.plan.renewAt,
      askAgainAt,
      checkAgainAt,
      nextCheckAt(checks, now),
    );
  }

  /**
   * Decides, has the engine asked what the decision needs to know, and decides again; an answer can raise the next
   * question, a template's parse that of its rendering. What the engine needs long for comes in a later run.
   */
  async #decide(look: () => Snapshot): Promise<{ decision: Decision; snapshot: Snapshot; round: Round }> {
    const { gate, runAgain } = this.#parts;
    for (let count = 1; ; count++) {
      const snapshot = look();
      const decision = decide(snapshot);
      if (decision.questions.size === 0) return { decision, snapshot, round: 'answered' };
      if (count > MAX_ROUNDS)
        throw new Error(`the gate was asked ${MAX_ROUNDS} times and there are still questions`);
      const round = await gate.answer(decision.questions, GATE_BUDGET_MS, runAgain);
      if (round !== 'answered') {
        // With the answers that did come.
        const latest = look();
        return { decision: decide(latest), snapshot: latest, round };
      }
    }
  }

  /** The error that ended the steps early, if one did. */
  async #write({ writes }: Decision, { target }: Snapshot): Promise<Error | undefined> {
    const { writer, log } = this.#parts;
    try {
      await writer.write(writes.steps, target, (step) => {
        const [object, keys] =
          step.kind === 'apply'
            ? [step.object, Object.keys(step.data).length]
            : step.kind === 'project'
              ? [`AppProject ${step.name}`, 'annotation']
              : ['ConfigMap', 'subscriptions'];
        log.info({ object, keys }, 'written');
      });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #report(
    { resolution, live, plan, writes }: Decision,
    snapshot: Snapshot,
    failure: Error | undefined,
    round: Round,
  ): Promise<void> {
    const obstacle = this.#obstacle(snapshot, writes.broken, failure);
    // What the engine is still looking at is told when it has been judged.
    const unjudged = new Set(round === 'pending' ? pendingResources(resolution) : []);
    const updates = statusUpdates(resolution, { snapshot, live, plan, obstacle }).filter(
      ({ cr }) => !unjudged.has(cr),
    );
    const results = await Promise.allSettled(updates.map((update) => this.#parts.report(update)));
    const failures = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    if (failures.length > 0) throw new AggregateError(failures, 'a status could not be written');
  }

  /** What keeps the plan out of the target, in the order in which a person would have to deal with it. */
  #obstacle(
    { target }: Snapshot,
    broken: string | undefined,
    failure: Error | undefined,
  ): Finding | undefined {
    const { namespace, configMap, secret } = this.#parts.config.target;
    const missing = [
      ...(target.configMap ? [] : [`ConfigMap ${namespace}/${configMap}`]),
      ...(target.secret ? [] : [`Secret ${namespace}/${secret}`]),
    ];
    if (missing.length > 0) {
      const message = `${missing.join(' and ')} not found. Argo CD's notifications bring it along; the operator never creates it.`;
      return { reason: 'TargetNotFound', message };
    }
    if (broken) {
      return {
        reason: 'TargetBroken',
        message: `ConfigMap ${namespace}/${configMap}, key subscriptions: ${broken}`,
      };
    }
    return failure && { reason: 'WriteFailed', message: redactError(failure) };
  }
}

function pendingResources({ robots, templates, subscriptions }: Resolution): StatusUpdate['cr'][] {
  return [...robots, ...templates, ...subscriptions]
    .filter(({ verdict }) => verdict.refusal?.reason === 'GateUnavailable')
    .map(({ cr }) => cr);
}

function earliest(...times: readonly (Date | undefined)[]): Date | undefined {
  const known = times.flatMap((time) => (time ? [time.getTime()] : []));
  return known.length === 0 ? undefined : new Date(Math.min(...known));
}
