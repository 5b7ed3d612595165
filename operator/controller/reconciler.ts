import type { OperatorConfiguration } from '../config.ts';
import { type Decision, decide } from '../core/decide.ts';
import { readLiveState } from '../core/live.ts';
import { redactError } from '../core/redact.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { type StatusUpdate, statusUpdates } from '../core/status/statuses.ts';
import type { Finding } from '../core/verdict.ts';
import { ConflictError } from '../kubernetes/api-error.ts';
import type { Log } from '../kubernetes/log.ts';
import type { Caches } from './caches.ts';
import type { CredentialCache } from './credentials.ts';
import { type Times, takeSnapshot } from './snapshot.ts';
import type { TargetWriter } from './target-writer.ts';

/** What one run works with. */
export interface ReconcilerParts {
  readonly caches: Caches;
  readonly credentials: CredentialCache;
  readonly writer: TargetWriter;
  readonly config: OperatorConfiguration;
  readonly times: () => Times;
  /** Writes one CR's status and tells of it. */
  readonly report: (update: StatusUpdate) => Promise<void>;
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
    const { caches, credentials } = this.#parts;
    if (!Object.values(caches).every((cache) => cache.synced)) return undefined;
    if (!this.#synced) this.#parts.log.info({}, 'caches have synced');
    this.#synced = true;
    const { now, serverTime } = this.#parts.times();
    const secrets = await credentials.refresh(caches.robots.items(), now);
    const look = () => takeSnapshot(caches, this.#parts.config, secrets, { now, serverTime });

    const before = look();
    const failure = await this.#write(decide(before), before);
    if (failure instanceof ConflictError) throw failure;
    const after = look();
    const decision = decide(after);
    await this.#report(decision, after, failure);
    if (failure) throw failure;
    return earliest(credentials.nextReadAt(), decision.plan.renewAt);
  }

  /** The error that ended the steps early, if one did. */
  async #write({ writes }: Decision, { target }: Snapshot): Promise<Error | undefined> {
    const { writer, log } = this.#parts;
    try {
      await writer.write(writes.steps, target, (step) => {
        const [object, keys] =
          step.kind === 'apply'
            ? [step.object, Object.keys(step.data).length]
            : ['ConfigMap', 'subscriptions'];
        log.info({ object, keys }, 'written');
      });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #report(
    { resolution, plan, writes }: Decision,
    snapshot: Snapshot,
    failure: Error | undefined,
  ): Promise<void> {
    const obstacle = this.#obstacle(snapshot, writes.broken, failure);
    const live = readLiveState(snapshot.target);
    const updates = statusUpdates(resolution, { snapshot, live, plan, obstacle });
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

function earliest(...times: readonly (Date | undefined)[]): Date | undefined {
  const known = times.flatMap((time) => (time ? [time.getTime()] : []));
  return known.length === 0 ? undefined : new Date(Math.min(...known));
}
