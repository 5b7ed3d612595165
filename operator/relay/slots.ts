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

/** Up to so many posts at once are no haste: Argo CD's only worker waits for each answer. */
const CALM_POSTS = 4;
/** So many requests fewer for each post beyond. */
const SLOTS_OF_POST = 2;

/**
 * How many quick requests may be under way beside so many posts that wait for their answers. Argo CD loses an event that is not
 * answered, and a message can wait. But it does not wait for ever: one request at least is always allowed.
 */
export function quickBeside(posts: number): number {
  return Math.max(1, EVERYBODY.quick - SLOTS_OF_POST * Math.max(0, posts - CALM_POSTS));
}

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
  readonly #postsUnderWay: () => number;

  /** @param postsUnderWay how many posts wait for their answers */
  constructor(postsUnderWay: () => number) {
    this.#postsUnderWay = postsUnderWay;
  }

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
    const bounds = { ...EVERYBODY, quick: quickBeside(this.#postsUnderWay()) };
    return isWithin(flights, bounds) && (!isUnanswering || isWithin(ofItsKind, UNANSWERING));
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
