import { Backoff } from '../lib/backoff.ts';
import { fly, LOOK_AGAIN_MS } from './flight.ts';
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
  readonly #slots = new Slots();
  readonly #stopping = new AbortController();
  readonly #flights = new Set<Promise<void>>();
  /** When robots are to be looked at again, by the wall clock. */
  readonly #waits = new Map<string, number>();
  /** Robots that have got something new while a request to them was under way. */
  readonly #woken = new Set<string>();
  /** The turn in which a robot was last looked at: the one that has waited longest comes first. */
  readonly #turns = new Map<string, number>();
  #turn = 0;
  #alarm = Promise.withResolvers<void>();
  #running: Promise<void> = Promise.resolve();

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  wake(robots?: readonly string[]): void {
    for (const robot of robots ?? [...this.#waits.keys(), ...this.#slots.taken]) {
      this.#waits.delete(robot);
      if (this.#slots.isTaken(robot)) this.#woken.add(robot);
    }
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
    end.abort();
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
    awake.abort();
  }

  /** Begins what can begin. @returns after how many milliseconds something else can, unless there is a wake-up before */
  async #round(): Promise<number> {
    const { store, now } = this.#options;
    const robots = await store.waitingRobots(now());
    if (this.#stopping.signal.aborted) return POLL_MS;
    this.#forgetOthers(new Set(robots));
    const at = now();
    let next = at + POLL_MS;
    for (const robot of this.#inTurn(robots)) {
      if (this.#slots.isTaken(robot)) continue;
      const until = this.#waits.get(robot) ?? 0;
      // A longer wait was written before the clock was set back.
      if (until > at && until <= at + LOOK_AGAIN_MS) {
        next = Math.min(next, until);
      } else if (this.#slots.isFree(this.#troubles.isUnanswering(robot))) {
        this.#start(robot);
      }
    }
    return Math.max(next - at, SHORTEST_WAIT_MS);
  }

  /** The one that was looked at longest ago comes first, so no robot waits for another's many messages. */
  #inTurn(robots: readonly string[]): readonly string[] {
    return robots.toSorted((a, b) => (this.#turns.get(a) ?? 0) - (this.#turns.get(b) ?? 0));
  }

  #forgetOthers(robots: ReadonlySet<string>): void {
    for (const memory of [this.#waits, this.#turns]) {
      for (const robot of memory.keys()) if (!robots.has(robot)) memory.delete(robot);
    }
  }

  #start(robot: string): void {
    const { pause } = this.#options;
    this.#slots.take(robot, this.#troubles.isUnanswering(robot));
    this.#turn += 1;
    this.#turns.set(robot, this.#turn);
    this.#waits.delete(robot);
    const landed = new AbortController();
    const slow = pause(SLOW_MS, landed.signal).then(
      () => {
        this.#slots.markSlow(robot);
        this.#alarm.resolve();
      },
      () => undefined, // It has ended before.
    );
    const flight = this.#fly(robot).finally(async () => {
      landed.abort();
      await slow;
      this.#slots.release(robot);
      this.#flights.delete(flight);
      this.#alarm.resolve();
    });
    this.#flights.add(flight);
  }

  async #fly(robot: string): Promise<void> {
    const { log, now } = this.#options;
    let until: number;
    try {
      const onMoved = (robots: readonly string[]): void => this.wake(robots);
      const context = { troubles: this.#troubles, onMoved, stopping: this.#stopping.signal };
      until = await fly(robot, { ...context, options: this.#options });
    } catch (err) {
      log.error({ err, robot }, 'a message could not be sent; the relay tries again');
      until = now() + BACKOFF.initialMs;
    }
    if (!this.#woken.delete(robot)) this.#waits.set(robot, until);
  }
}
