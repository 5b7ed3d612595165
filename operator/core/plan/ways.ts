/** The way of one subscription's messages to one robot. On a move, both are true. */
export interface Way {
  /** Whether Argo CD sends them by itself. */
  readonly isDirect: boolean;
  /** Whether the route has the robot. */
  readonly isRelayed: boolean;
  /** Unix time: Argo CD tells of events after it, and the relay leaves these alone. 0: it leaves all alone. */
  readonly mark?: number;
  /** Unix time: the moment from which triggers count that Argo CD gets back. */
  readonly since?: number;
  /** Unix time of the next step, whatever else happens. */
  readonly nextAt?: number;
}

/** The facts that decide on a way. Times are Unix times. */
export interface WayFacts {
  /** Whether the robot is to get its messages by the relay. */
  readonly isForRelay: boolean;
  /** Whether Argo CD sends the messages by itself, as its objects are. */
  readonly isSent: boolean;
  /** The moment from which Argo CD's triggers for them count, if they have one. */
  readonly sentSince: number | undefined;
  /** Whether Argo CD sends nothing of the subscription, to any robot. */
  readonly isUnsent: boolean;
  /** Whether the live route has the robot. */
  readonly isRouted: boolean;
  /** Whether the relay has loaded that route, and Argo CD posts all events of it. */
  readonly isReady: boolean;
  /** The mark in Argo CD's objects. */
  readonly mark: number | undefined;
  /** Whether no further move can begin now. */
  readonly isFull: boolean;
  /** Whether an event of the subscription follows another one. */
  readonly hasFollower: boolean;
  /** The shortest time between two writes, in seconds. */
  readonly writeInterval: number;
  readonly now: number;
}

/** Beyond two writes, of the triggers and of the mark, that Argo CD has to learn of before the moment comes. */
const LEAD = 20;
/** For so long after that moment, Argo CD may come to events from before it: it refreshes each Application every three minutes. */
const TAIL = 300;
/** For so long, the relay tells who recovers of those about whom it has told: Argo CD does not know of them. */
const FOLLOWER_TAIL = 3_600;
/** For so long, a mark stays after that: a relay without the API server goes on with routes that are gone. */
const MARK_REST = 600;

const DIRECT: Way = { isDirect: true, isRelayed: false };
const RELAYED: Way = { isDirect: false, isRelayed: true };

/**
 * The way of messages now. On the move to the relay, Argo CD goes on, and says so with each post, until the relay has loaded the route. On
 * the way back, an event goes by its time.
 */
export function wayOf(facts: WayFacts): Way {
  return facts.isForRelay ? wayToRelay(facts) : wayBack(facts);
}

function wayToRelay({ isSent, isRouted, isReady, isFull, mark }: WayFacts): Way {
  if (!isSent || (isRouted && isReady)) return RELAYED;
  if (isRouted) return { isDirect: true, isRelayed: true, mark: mark ?? 0 };
  if (isFull) return DIRECT;
  // The mark is there before the route: a loaded route without it would tell everything twice.
  return { isDirect: true, isRelayed: mark === 0, mark: 0 };
}

function wayBack(facts: WayFacts): Way {
  const { isSent, sentSince, isUnsent, isRouted, isFull, hasFollower, writeInterval, now } = facts;
  if (!isRouted) return withoutRoute(facts);
  if (!isSent) {
    if (isFull) return RELAYED;
    // Other robots share the triggers: a moment in the future would lose events for them.
    return { isDirect: true, isRelayed: true, since: isUnsent ? now + LEAD + 2 * writeInterval : now };
  }
  const mark = facts.mark ?? sentSince ?? now;
  const end = mark + (hasFollower ? FOLLOWER_TAIL : TAIL);
  // Where Argo CD has never stopped, the relay has told of nothing.
  if (mark === 0 || now >= end) return { ...DIRECT, mark };
  return { isDirect: true, isRelayed: true, mark, nextAt: end };
}

function withoutRoute({ mark, now }: WayFacts): Way {
  if (mark === undefined) return DIRECT;
  const moment = mark === 0 ? now : mark;
  const end = moment + FOLLOWER_TAIL + MARK_REST;
  return now >= end ? DIRECT : { ...DIRECT, mark: moment, nextAt: end };
}
