import { setTimeout as delay } from 'node:timers/promises';
import { readProcessTree } from '../../../operator/engine/testing/process-tree.ts';
import { eventually } from '../../../operator/lib/testing/eventually.ts';
import type { AuditedRequest, AuditLog } from '../../support/audit.ts';
import { Sampler } from '../teams/sampler.ts';
import { requestsOfEdits } from './requests.ts';
import type { RunningSubject, Subject } from './subject.ts';

/** How long nothing may have happened. */
const SILENCE_MS = 3_000;
const POLL_MS = 250;
/** As much CPU time from one look to the next is work. */
const BUSY_SECONDS = 0.06;
const DEADLINE_MS = 10 * 60_000;
/** The operator gives memory back thirty seconds after its last work. */
const TIDY_MS = 35_000;
const TAIL = 2_000;

/** Sees what a running subject does: its requests at the API server, its CPU time and its memory. */
export class Observer implements Disposable {
  readonly sampler: Sampler;
  readonly #running: RunningSubject;
  readonly #user: string;
  readonly #audit: AuditLog;

  constructor(running: RunningSubject, { user }: Pick<Subject, 'user'>, audit: AuditLog) {
    this.#running = running;
    this.#user = user;
    this.#audit = audit;
    this.sampler = new Sampler(running.pid);
  }

  /** Its requests so far. */
  requests(): AuditedRequest[] {
    return this.#audit.requests().filter(({ user }) => user === this.#user);
  }

  /**
   * Waits until it has sent nothing and computed nothing for three seconds. Watches, the Lease and credentials that are read
   * again do not count.
   * @throws Error if it ends, or does not come to rest
   */
  async untilIdle(): Promise<void> {
    let [requests, cpu, lastAt] = [-1, this.sampler.cpuSeconds(), Date.now()];
    const isIdle = eventually(
      'the subject to be idle',
      () => {
        const [requestsNow, cpuNow] = [requestsOfEdits(this.requests()).length, this.sampler.cpuSeconds()];
        if (requestsNow !== requests || cpuNow - cpu > BUSY_SECONDS) lastAt = Date.now();
        [requests, cpu] = [requestsNow, cpuNow];
        return Date.now() - lastAt >= SILENCE_MS;
      },
      { timeoutMs: DEADLINE_MS, intervalMs: POLL_MS },
    );
    await this.unlessEnded(isIdle);
  }

  /** Waits until it has no child process any more: the operator lets its engine go ten seconds after the last question. */
  async untilAlone(): Promise<void> {
    const isAlone = eventually(
      'the subject to have no child process',
      () => readProcessTree(this.#running.pid)?.children.length === 0,
      { timeoutMs: DEADLINE_MS, intervalMs: POLL_MS },
    );
    await this.unlessEnded(isAlone);
    await delay(TIDY_MS);
  }

  /** @throws Error with the last output if the subject ends before the work does */
  async unlessEnded<T>(work: Promise<T>): Promise<T> {
    const { exited, output } = this.#running;
    const ended = exited.then((): never => {
      throw new Error(`the process has ended; its last output:\n${output().slice(-TAIL)}`);
    });
    return Promise.race([work, ended]);
  }

  [Symbol.dispose](): void {
    this.sampler[Symbol.dispose]();
  }
}
