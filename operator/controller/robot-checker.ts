import type { DeliveryCheck } from '../core/delivery/checks.ts';
import type { Announcement, CheckMemory } from '../core/model/check-memory.ts';
import type { Credential } from '../dingtalk/credential.ts';
import type { DeliveryOutcome } from '../dingtalk/outcome.ts';
import { testMessage } from '../dingtalk/test-message.ts';
import { Backoff } from '../lib/backoff.ts';
import { abortable } from '../lib/deadline.ts';
import { FairLimiter } from '../lib/fair-limiter.ts';
import type { Log } from '../lib/log.ts';
import { rfc3339 } from '../lib/rfc3339.ts';

/**
 * Messages under way at once, in all and per namespace. A namespace whose robots change all the time must not delay
 * the others.
 */
const MAX_IN_FLIGHT = 16;
const MAX_OF_NAMESPACE = 2;
/** The client's limit is four seconds for each attempt, so a check has its outcome within fifteen. */
const ATTEMPTS = 3;
const BACKOFF = { initialMs: 1_000, maxMs: 2_000 } as const;

export interface RobotCheckerOptions {
  /** Sends one message, signed at this time; never rejects. */
  readonly send: (robot: Credential, message: object, at: Date) => Promise<DeliveryOutcome>;
  /** Whether this replica may send messages now. */
  readonly maySend: () => boolean;
  /** Whether the robot's status has this announcement. */
  readonly isTold: (robot: string, announced: Announcement) => boolean;
  /** Resolves after so many milliseconds; rejects when the signal fires. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => Date;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** Called when the memory of a robot has changed: a message is announced, has an outcome, or is not sent after all. */
  readonly onNews: () => void;
  /** Called when a check has ended. */
  readonly onOutcome: (outcome: DeliveryOutcome) => void;
  readonly log: Log;
}

interface UnderWay {
  readonly check: DeliveryCheck;
  readonly announced: Announcement;
  /** Resolves when the robot's status has the announcement. */
  readonly told: PromiseWithResolvers<void>;
  /** Ends the waiting for the status, for a place or for the next attempt. A message that was sent is still waited for. */
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * Sends test messages in the background and remembers how they ended. The core says which robots are to be checked.
 * Before a message is sent, the robot's status has to say that it will be: a process that ends in between leaves that
 * behind, so the next one does not send the message again. Two requests for the same check make one check, and a check that is no longer requested is broken off.
 */
export class RobotChecker {
  readonly #options: RobotCheckerOptions;
  readonly #limiter = new FairLimiter(MAX_IN_FLIGHT, MAX_OF_NAMESPACE);
  readonly #underWay = new Map<string, UnderWay>();
  #memory: ReadonlyMap<string, CheckMemory> = new Map();
  /** The memory that the last run had. */
  #told: ReadonlyMap<string, CheckMemory> = new Map();
  #closed = false;

  constructor(options: RobotCheckerOptions) {
    this.#options = options;
  }

  /** The present memory; later outcomes make another map. */
  get memory(): ReadonlyMap<string, CheckMemory> {
    return this.#memory;
  }

  /**
   * Starts the checks that are due, and forgets robots that are not in the list.
   * @param checks all robots that are to be checked, now or later
   * @param known the memory that the checks were decided on; a later outcome decides first
   * @param awaited robots that cannot be judged yet, with the requests of their annotations. They are neither checked
   *   nor forgotten
   */
  update(
    checks: readonly DeliveryCheck[],
    known: ReadonlyMap<string, CheckMemory>,
    awaited: ReadonlyMap<string, string> = new Map(),
  ): void {
    this.#told = known;
    if (this.#closed) return;
    const wanted = new Map(checks.map((check) => [check.robot, check]));
    for (const [robot, { check, abort }] of [...this.#underWay]) {
      if (awaited.has(robot) || wanted.get(robot)?.fingerprint === check.fingerprint) {
        this.resume(robot);
        continue;
      }
      abort.abort();
      this.#underWay.delete(robot);
    }
    const now = this.#options.now();
    const isCurrent = (robot: string) => this.#memory.get(robot) === known.get(robot);
    const due = checks.filter(({ robot, dueAt }) => dueAt && dueAt <= now && isCurrent(robot));
    this.#remember(
      new Map([...awaited, ...checks.map(({ robot, requested }) => [robot, requested] as const)]),
    );
    for (const check of due) {
      if (!this.#underWay.has(check.robot)) this.#start(check);
    }
  }

  /** Goes on with the message to this robot, if its status has the announcement by now. */
  resume(robot: string): void {
    const underWay = this.#underWay.get(robot);
    if (underWay && this.#options.isTold(robot, underWay.announced)) underWay.told.resolve();
  }

  /** Starts nothing more, and forgets what is under way: this replica may not send any more. */
  abandon(): void {
    this.#closed = true;
    for (const { abort } of this.#underWay.values()) abort.abort();
  }

  /**
   * Starts no more checks and waits for the answers to messages that were sent.
   * @returns whether there is something that no run knew of yet: outcomes, or messages that are not sent after all
   */
  async close(): Promise<boolean> {
    this.#closed = true;
    const all = [...this.#underWay.values()];
    for (const { abort } of all) abort.abort();
    await Promise.all(all.map(({ done }) => done));
    return [...this.#memory].some(([robot, memory]) => {
      const told = this.#told.get(robot);
      return memory.observation !== told?.observation || memory.retracted !== told?.retracted;
    });
  }

  /** Keeps the outcomes of these robots, and records for new ones which request is an old one. */
  #remember(requests: ReadonlyMap<string, string>): void {
    const isSame =
      requests.size === this.#memory.size && [...requests.keys()].every((robot) => this.#memory.has(robot));
    if (isSame) return;
    const kept = [...requests].map(([robot, requested]): [string, CheckMemory] => [
      robot,
      this.#memory.get(robot) ?? { requested },
    ]);
    this.#memory = new Map(kept);
  }

  #start(check: DeliveryCheck): void {
    const abort = new AbortController();
    const ended = Promise.withResolvers<void>();
    const { robot, fingerprint } = check;
    const announced = { fingerprint, sendingAt: rfc3339(this.#options.now()) };
    const told = Promise.withResolvers<void>();
    const underWay: UnderWay = { check, announced, told, abort, done: ended.promise };
    this.#underWay.set(robot, underWay);
    this.#setMemory(robot, (before) => ({ ...before, announced }));
    this.#outcome(underWay)
      .then((outcome) => this.#note(underWay, outcome))
      .catch((err: unknown) => this.#options.log.error({ err, robot }, 'the check of a robot has failed'))
      .finally(() => {
        if (this.#underWay.get(robot) === underWay) this.#underWay.delete(robot);
        ended.resolve();
      });
  }

  /** undefined if the check was broken off before a message was sent. */
  async #outcome({ check, told, abort: { signal } }: UnderWay): Promise<DeliveryOutcome | undefined> {
    const { send, maySend, pause, random, now } = this.#options;
    const backoff = new Backoff({ ...BACKOFF, random });
    let outcome: DeliveryOutcome | undefined;
    try {
      await abortable(told.promise, signal);
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        if (attempt > 1) await pause(backoff.next(), signal);
        const next = await this.#limiter.run(check.message.namespace, async () =>
          signal.aborted || !maySend()
            ? undefined
            : send(check.credential, testMessage(check.message), now()),
        );
        outcome = next ?? outcome;
        if (next?.class !== 'retry') break;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return outcome;
  }

  #note(underWay: UnderWay, outcome: DeliveryOutcome | undefined): void {
    const { robot, fingerprint, requested } = underWay.check;
    // Somebody has changed the credentials meanwhile, or does not want the check any more.
    if (this.#underWay.get(robot) !== underWay) return;
    const { now, log, onNews, onOutcome } = this.#options;
    const { sendingAt } = underWay.announced;
    if (outcome) {
      const observation = { fingerprint, outcome, checkedAt: now() };
      this.#setMemory(robot, () => ({ requested, observation }));
      const { reason, errcode, words } = outcome;
      log[outcome.class === 'ok' ? 'info' : 'warn']({ robot, reason, errcode, words }, 'test message sent');
      onOutcome(outcome);
    } else {
      this.#setMemory(robot, ({ announced: _, ...before }) => ({ ...before, retracted: sendingAt }));
    }
    onNews();
  }

  /** Changes nothing about a robot that is not to be checked any more. */
  #setMemory(robot: string, change: (before: CheckMemory) => CheckMemory): void {
    const before = this.#memory.get(robot);
    if (before) this.#memory = new Map([...this.#memory, [robot, change(before)]]);
  }
}
