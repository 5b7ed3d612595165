import { Backoff } from '../lib/backoff.ts';
import { Agenda } from './agenda.ts';
import { fly, type NextLook } from './flight.ts';
import type { SenderOptions } from './sender-options.ts';
import { Slots } from './slots.ts';
import { RobotTroubles } from './troubles.ts';

/** The store is asked at least so often: another replica may have ended, or the clock may have been set. */
const POLL_MS = 5_000;
/** A wait that ends at once would be a busy loop. */
const SHORTEST_WAIT_MS = 10;
/** After this time, a request gives its slot to others. DingTalk usually answers before. */
const SLOW_MS = 200;
/** How long a stop waits for requests under way: no longer than the client's time-out. */
const STOP_MS = 5_000;
const BACKOFF = { initialMs: 500, maxMs: 10_000 } as const;

/** Ends a pause that nobody waits for any more. Without a reason of ours, each end would collect a stack. */
const OVER = new Error('nobody waits any more');

/** Resolves after so many milliseconds; rejects with the signal's reason when it fires. */
export function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal.aborted) {
    reject(signal.reason);
    return promise;
  }
  const onAbort = (): void => {
    clearTimeout(timer);
    reject(signal.reason);
  };
  const timer = setTimeout(() => {
    signal.removeEventListener('abort', onAbort);
    resolve();
  }, ms);
  signal.addEventListener('abort', onAbort, { once: true });
  return promise;
}

/** The loop that takes messages out of the store and sends them. */
export interface RelaySender {
  /**
   * Something new is in the store.
   * @param robots who has got a message; without them, every robot that waits is looked at
   */
  wake(robots?: readonly string[]): void;
  /** Claims nothing more, and waits for requests under way, for five seconds at most. */
  stop(): Promise<void>;
}

/** Starts to send what is in the store. */
export function startSender(options: SenderOptions): RelaySender {
  const loop = new SenderLoop(options);
  loop.start();
  return loop;
}

class SenderLoop implements RelaySender {
  readonly #options: SenderOptions;
  readonly #troubles = new RobotTroubles();
  readonly #slots: Slots;
  readonly #stopping = new AbortController();
  readonly #flights = new Set<Promise<void>>();
  readonly #agenda = new Agenda();
  #hasToAsk = true;
  #askedAt = Number.NEGATIVE_INFINITY;
  #alarm = Promise.withResolvers<void>();
  #running: Promise<void> = Promise.resolve();

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#slots = new Slots(options.postsUnderWay ?? (() => 0));
  }

  wake(robots?: readonly string[]): void {
    const { now } = this.#options;
    if (robots) this.#agenda.tell(robots, now());
    else this.#agenda.tellAll(now());
    this.#hasToAsk ||= robots === undefined;
    this.#alarm.resolve();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#alarm.resolve();
    const end = new AbortController();
    const patience = this.#options.pause(STOP_MS, end.signal).catch(() => undefined); // All have ended before.
    // A round that is under way may still begin a request.
    const ended = this.#running.then(() => Promise.all(this.#flights));
    await Promise.race([ended, patience]);
    end.abort(OVER);
  }

  start(): void {
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { log, random } = this.#options;
    const backoff = new Backoff({ ...BACKOFF, random });
    while (!signal.aborted) {
      this.#alarm = Promise.withResolvers();
      let waitMs = POLL_MS;
      try {
        waitMs = await this.#round();
        backoff.reset();
      } catch (err) {
        log.error({ err }, 'the store of the relay cannot be used; the relay tries again');
        waitMs = backoff.next();
      }
      await this.#sleep(waitMs);
    }
  }

  /** Waits for a wake-up or for the end of the time. */
  async #sleep(ms: number): Promise<void> {
    const awake = new AbortController();
    const time = this.#options.pause(ms, awake.signal).catch(() => undefined); // It was woken up before.
    await Promise.race([this.#alarm.promise, time]);
    awake.abort(OVER);
  }

  /** Begins what can begin. @returns after how many milliseconds something else can, unless there is a wake-up before */
  async #round(): Promise<number> {
    await this.#ask();
    if (this.#stopping.signal.aborted) return POLL_MS;
    const at = this.#options.now();
    for (const robot of this.#agenda.due(at)) {
      if (!this.#slots.isFree(false)) break;
      if (this.#slots.isFree(this.#troubles.isUnanswering(robot))) this.#start(robot);
    }
    const next = Math.min(this.#agenda.nextAt, at + POLL_MS);
    return Math.max(next - at, SHORTEST_WAIT_MS);
  }

  /** Asks the store who waits: another replica may have taken a message, or have ended. Whom this one wakes, it knows. */
  async #ask(): Promise<void> {
    const { store, now } = this.#options;
    // A clock that was set does not stop the questions.
    if (!this.#hasToAsk && Math.abs(now() - this.#askedAt) < POLL_MS) return;
    const robots = await store.waitingRobots(now());
    this.#hasToAsk = false;
    this.#askedAt = now();
    this.#agenda.add(robots);
  }

  #start(robot: string): void {
    const { pause } = this.#options;
    this.#slots.take(robot, this.#troubles.isUnanswering(robot));
    this.#agenda.begin(robot);
    const landed = new AbortController();
    const slow = pause(SLOW_MS, landed.signal).then(
      () => {
        this.#slots.markSlow(robot);
        this.#alarm.resolve();
      },
      () => undefined, // It has ended before.
    );
    const flight = this.#fly(robot).finally(async () => {
      landed.abort(OVER);
      await slow;
      this.#slots.release(robot);
      this.#flights.delete(flight);
      this.#alarm.resolve();
    });
    this.#flights.add(flight);
  }

  async #fly(robot: string): Promise<void> {
    const { log, now } = this.#options;
    let next: NextLook | undefined;
    try {
      const onMoved = (robots: readonly string[]): void => this.#agenda.tell(robots, now(), true);
      const context = { troubles: this.#troubles, onMoved, stopping: this.#stopping.signal };
      next = await fly(robot, { ...context, options: this.#options });
    } catch (err) {
      log.error({ err, robot }, 'a message could not be sent; the relay tries again');
      next = { at: now() + BACKOFF.initialMs, isFirm: false };
    }
    this.#agenda.end(robot, next, now());
  }
}
