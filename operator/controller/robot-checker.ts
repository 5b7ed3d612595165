import type { DeliveryCheck } from '../core/delivery/checks.ts';
import type { CheckMemory } from '../core/model/check-memory.ts';
import type { Credential } from '../dingtalk/credential.ts';
import type { DeliveryOutcome } from '../dingtalk/outcome.ts';
import { testMessage } from '../dingtalk/test-message.ts';
import { Backoff } from '../lib/backoff.ts';
import { FairLimiter } from '../lib/fair-limiter.ts';
import type { Log } from '../lib/log.ts';

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
  /** Sends one message; never rejects. */
  readonly send: (robot: Credential, message: object) => Promise<DeliveryOutcome>;
  /** Resolves after so many milliseconds; rejects when the signal fires. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => Date;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** Called when a check has ended: the memory has its outcome. */
  readonly onOutcome: () => void;
  readonly log: Log;
}

interface UnderWay {
  readonly check: DeliveryCheck;
  /** Ends the waiting for a place or for the next attempt. A message that was sent is still waited for. */
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * Sends test messages in the background and remembers how they ended. The core says which robots are to be checked.
 * Two requests for the same check make one check, and a check that is no longer requested is broken off.
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
    for (const [robot, { check, abort }] of this.#underWay) {
      if (awaited.has(robot) || wanted.get(robot)?.fingerprint === check.fingerprint) continue;
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

  /**
   * Starts no more checks and waits for the answers to messages that were sent.
   * @returns whether there are outcomes that no run knew of yet
   */
  async close(): Promise<boolean> {
    this.#closed = true;
    const all = [...this.#underWay.values()];
    for (const { abort } of all) abort.abort();
    await Promise.all(all.map(({ done }) => done));
    return [...this.#memory].some(
      ([robot, { observation }]) => observation !== this.#told.get(robot)?.observation,
    );
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
    const started = Promise.withResolvers<void>();
    const underWay: UnderWay = { check, abort, done: started.promise };
    this.#underWay.set(check.robot, underWay);
    this.#outcome(check, abort.signal)
      .then((outcome) => outcome && this.#note(underWay, outcome))
      .catch((err: unknown) =>
        this.#options.log.error({ err, robot: check.robot }, 'the check of a robot has failed'),
      )
      .finally(() => {
        if (this.#underWay.get(check.robot) === underWay) this.#underWay.delete(check.robot);
        started.resolve();
      });
  }

  /** undefined if the check was broken off before it had an outcome. */
  async #outcome(check: DeliveryCheck, signal: AbortSignal): Promise<DeliveryOutcome | undefined> {
    const { send, pause, random } = this.#options;
    const backoff = new Backoff({ ...BACKOFF, random });
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#limiter.run(check.message.namespace, async () =>
        signal.aborted ? undefined : send(check.credential, testMessage(check.message)),
      );
      if (outcome?.class !== 'retry' || attempt === ATTEMPTS) return outcome;
      try {
        await pause(backoff.next(), signal);
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      }
    }
  }

  #note(underWay: UnderWay, outcome: DeliveryOutcome): void {
    const { robot, fingerprint, requested } = underWay.check;
    // Somebody has changed the credentials meanwhile, or does not want the check any more.
    if (this.#underWay.get(robot) !== underWay) return;
    const { now, log, onOutcome } = this.#options;
    const observation = { fingerprint, outcome, checkedAt: now() };
    this.#memory = new Map([...this.#memory, [robot, { requested, observation }]]);
    const { reason, errcode, words } = outcome;
    log[outcome.class === 'ok' ? 'info' : 'warn']({ robot, reason, errcode, words }, 'test message sent');
    onOutcome();
  }
}
