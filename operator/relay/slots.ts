/** A number of requests under way. */
interface Bounds {
  /** Those that have not taken long yet. */
  readonly quick: number;
  /** Those included that take long. */
  readonly inAll: number;
}

const EVERYBODY: Bounds = { quick: 16, inAll: 64 };
/** So many of these go to robots that have not answered the last time. */
const UNANSWERING: Bounds = { quick: 4, inAll: 32 };

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
    const flights = [...this.#flights.values()];
    const ofItsKind = flights.filter((flight) => flight.isUnanswering);
    return isWithin(flights, EVERYBODY) && (!isUnanswering || isWithin(ofItsKind, UNANSWERING));
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

const isWithin = (flights: readonly Flight[], { quick, inAll }: Bounds): boolean =>
  flights.length < inAll && flights.filter(({ isSlow }) => !isSlow).length < quick;
