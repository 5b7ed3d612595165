/** Requests under way at once. */
const MAX_QUICK = 8;
/** So many of these go to robots that have not answered the last time. */
const MAX_UNANSWERING = 4;
/** Requests under way, those included that take long. */
const MAX_IN_ALL = 64;

interface Flight {
  readonly isUnanswering: boolean;
  isSlow: boolean;
}

/**
 * Who may be sent to now: one request a robot, and a few at once. A request that takes long gives its slot to others, so robots
 * that time out do not hold the others up.
 */
export class Slots {
  readonly #flights = new Map<string, Flight>();

  /** The robots to which a request is under way. */
  get taken(): readonly string[] {
    return [...this.#flights.keys()];
  }

  /** Whether a request to the robot is under way. */
  isTaken(robot: string): boolean {
    return this.#flights.has(robot);
  }

  /** Whether a request to such a robot may begin. */
  isFree(isUnanswering: boolean): boolean {
    const quick = [...this.#flights.values()].filter(({ isSlow }) => !isSlow);
    const ofItsKind = quick.filter((flight) => flight.isUnanswering);
    if (this.#flights.size >= MAX_IN_ALL || quick.length >= MAX_QUICK) return false;
    return !isUnanswering || ofItsKind.length < MAX_UNANSWERING;
  }

  take(robot: string, isUnanswering: boolean): void {
    this.#flights.set(robot, { isUnanswering, isSlow: false });
  }

  /** The request takes long: others may begin. */
  markSlow(robot: string): void {
    const flight = this.#flights.get(robot);
    if (flight) flight.isSlow = true;
  }

  release(robot: string): void {
    this.#flights.delete(robot);
  }
}
