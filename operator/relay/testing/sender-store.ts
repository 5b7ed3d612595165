import {
  type Ending,
  groupOf,
  type LastAnswer,
  MAX_IN_DIGEST,
  type MovedMessage,
  type NewMessage,
  type RelayStore,
  type RequestClaim,
  type RobotQueue,
  type SendingStep,
  type StoredMessage,
} from '../model.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const KEPT_MS = { dedupe: 24 * HOUR_MS, sent: 7 * 24 * HOUR_MS, dead: 30 * 24 * HOUR_MS } as const;

type State = 'waiting' | 'sending' | 'sent' | 'dead';

/** A message as the store holds it. */
export interface HeldMessage extends StoredMessage {
  readonly state: State;
  /** The `msgUuid` of its request, once it had one that may have arrived. */
  readonly requestUuid?: string;
  readonly claim?: number;
  readonly outcome?: Ending['outcome'];
  readonly finishedAt?: number;
}

interface HeldRequest {
  readonly id: number;
  readonly robot: string;
  readonly at: number;
  claimedUntil: number;
}

/** A store in memory with the semantics of the real one: what is not claimed waits, and claims end by themselves. */
export class SenderStore implements RelayStore {
  readonly #claimMs: number;
  #messages: HeldMessage[] = [];
  readonly #requests: HeldRequest[] = [];
  readonly #answers = new Map<string, LastAnswer>();
  readonly #silentUntil = new Map<string, number>();
  readonly #notes = new Map<string, Map<string, number>>();
  #lastId = 0;

  constructor({ claimMs = 30_000 } = {}) {
    this.#claimMs = claimMs;
  }

  /** All messages, in the order of acceptance. */
  get messages(): readonly HeldMessage[] {
    return this.#messages;
  }

  /** When requests were claimed. */
  requestsTo(robot: string): readonly number[] {
    return this.#requests.filter((request) => request.robot === robot).map(({ at }) => at);
  }

  async queue(): Promise<{ readonly messages: number; readonly oldestAt: number | undefined }> {
    const waiting = this.#messages.filter(({ state }) => state === 'waiting' || state === 'sending');
    const times = waiting.map(({ attempts, notBefore, acceptedAt }) =>
      attempts === 0 ? notBefore : acceptedAt,
    );
    return { messages: waiting.length, oldestAt: times.length > 0 ? Math.min(...times) : undefined };
  }

  async accept(
    messages: readonly NewMessage[],
    now: number,
    forget: readonly string[] = [],
  ): Promise<number> {
    let count = 0;
    for (const message of messages) {
      const notes = this.#notes.get(message.application.uid) ?? new Map<string, number>();
      this.#notes.set(message.application.uid, notes);
      for (const key of forget) notes.delete(key);
      if (message.noteKey !== undefined) notes.set(message.noteKey, Math.floor(now / 1_000));
      const { robot, dedupeKey } = message;
      const isRepeated = this.#messages.some(
        (held) =>
          groupOf(held.robot) === groupOf(robot) &&
          held.dedupeKey === dedupeKey &&
          held.acceptedAt > now - KEPT_MS.dedupe,
      );
      if (isRepeated) continue;
      this.#lastId += 1;
      const msgUuid = `message-${this.#lastId}`;
      const times = { acceptedAt: now, notBefore: message.heldUntil ?? now, attempts: 0 };
      this.#messages.push({ ...message, ...times, id: this.#lastId, msgUuid, state: 'waiting' });
      count += 1;
    }
    return count;
  }

  async notesOf(applicationUid: string): Promise<Readonly<Record<string, number>>> {
    return Object.fromEntries(this.#notes.get(applicationUid) ?? []);
  }

  async waitingRobots(now: number): Promise<readonly string[]> {
    const waiting = this.#messages.filter(({ state }) => state === 'waiting');
    const left = this.#requests.filter(({ claimedUntil }) => claimedUntil <= now);
    return [...new Set([...waiting, ...left].map(({ robot }) => robot))].sort();
  }

  async claim(
    robot: string,
    _owner: string,
    now: number,
    policy: (queue: RobotQueue) => SendingStep,
  ): Promise<RequestClaim | { readonly wait: number }> {
    this.#endClaims(robot, now);
    const waiting = this.#messages.filter((held) => held.robot === robot && held.state === 'waiting');
    const step = policy(this.#queueOf(robot, waiting, now));
    if (step.kind === 'wait') return { wait: step.until };
    const ids = new Set(step.kind === 'message' ? [step.id] : step.ids);
    const chosen = waiting.filter(({ id }) => ids.has(id));
    if (chosen.length === 0 || chosen.length !== ids.size)
      throw new RangeError('a message that does not wait');
    this.#lastId += 1;
    const request = { id: this.#lastId, robot, at: now, claimedUntil: now + this.#claimMs };
    this.#requests.push(request);
    const former = chosen.find(({ requestUuid }) => requestUuid !== undefined)?.requestUuid;
    const members = former === undefined ? chosen : waiting.filter((held) => held.requestUuid === former);
    const [first] = members as [HeldMessage];
    const kind = former === undefined ? step.kind : former === first.msgUuid ? 'message' : 'digest';
    const msgUuid = former ?? (kind === 'message' ? first.msgUuid : `digest-${request.id}`);
    const claimed = this.#change(members, ({ attempts }) => ({
      state: 'sending',
      attempts: attempts + 1,
      claim: request.id,
      requestUuid: msgUuid,
    }));
    const left = waiting.length - claimed.length;
    return { id: request.id, robot, kind, msgUuid, messages: claimed, left };
  }

  async finish(claim: RequestClaim, ending: Ending, now: number): Promise<void> {
    const { robot, id } = claim;
    const { outcome } = ending;
    this.#answers.set(robot, { robot, at: now, outcome, isIdle: true });
    if (ending.kind === 'again' && ending.silentUntil !== undefined)
      this.#silentUntil.set(robot, ending.silentUntil);
    for (const request of this.#requests)
      if (request.id === id) request.claimedUntil = Number.POSITIVE_INFINITY;
    const own = this.#messages.filter((held) => held.claim === id && held.state === 'sending');
    if (ending.kind !== 'again') {
      this.#change(own, () => ({ state: ending.kind, outcome, finishedAt: now }));
      return;
    }
    this.#change(own, ({ requestUuid }) => ({
      state: 'waiting',
      outcome,
      notBefore: ending.notBefore,
      // What the throttle has refused may join a digest.
      requestUuid: ending.silentUntil === undefined ? requestUuid : undefined,
    }));
  }

  async move(
    robot: string,
    targetOf: (message: MovedMessage) => string | undefined,
    now: number,
  ): Promise<readonly string[]> {
    const targets = new Set<string>();
    for (const held of this.#messages.filter((each) => each.robot === robot && each.state === 'waiting')) {
      const isHeld = held.attempts === 0 && held.notBefore > now;
      const target = targetOf({ applicationUid: held.application.uid, isHeld });
      if (target === undefined) continue;
      targets.add(target);
      const notBefore = held.attempts === 0 ? held.notBefore : now;
      this.#change([held], () => ({ robot: target, attempts: 0, notBefore, requestUuid: undefined }));
    }
    return [...targets];
  }

  async lastAnswers(): Promise<readonly LastAnswer[]> {
    const open = this.#messages.filter(({ state }) => state === 'waiting' || state === 'sending');
    const busy = new Set(open.map(({ robot }) => robot));
    return [...this.#answers.values()].map((answer) => ({ ...answer, isIdle: !busy.has(answer.robot) }));
  }

  async sweep(now: number, maxEventAgeMs: number): Promise<void> {
    const old = this.#messages.filter(
      ({ state, acceptedAt, notBefore }) =>
        state === 'waiting' && now - Math.max(acceptedAt, notBefore) > maxEventAgeMs,
    );
    const outcome = { reason: 'MessageExpired', class: 'final' } as const;
    this.#change(old, () => ({ state: 'dead', outcome, finishedAt: now }));
    this.#messages = this.#messages.filter(
      ({ state, finishedAt = now }) =>
        !(state === 'sent' || state === 'dead') || now - finishedAt <= KEPT_MS[state],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #queueOf(robot: string, waiting: readonly HeldMessage[], now: number): RobotQueue {
    const of = (state: State) =>
      this.#messages.filter((held) => held.robot === robot && held.state === state);
    const isQuiet = ({ attempts, notBefore }: HeldMessage): boolean => attempts === 0 && notBefore > now;
    const parts = [waiting.filter((held) => !isQuiet(held)), waiting.filter(isQuiet)];
    return {
      robot,
      waiting: parts.flatMap((part) => part.slice(0, MAX_IN_DIGEST)).sort((a, b) => a.id - b.id),
      count: waiting.length,
      requestsAt: this.requestsTo(robot).filter((at) => at > now - MINUTE_MS),
      acceptedAt: this.#messages
        .filter((held) => held.robot === robot && held.acceptedAt > now - MINUTE_MS)
        .map(({ acceptedAt }) => acceptedAt),
      busyApplications: new Set(of('sending').map(({ application }) => application.uid)),
      silentUntil: this.#silentUntil.get(robot) ?? 0,
    };
  }

  #endClaims(robot: string, now: number): void {
    for (const request of this.#requests.filter((each) => each.robot === robot && each.claimedUntil <= now)) {
      request.claimedUntil = Number.POSITIVE_INFINITY;
      const own = this.#messages.filter((held) => held.claim === request.id && held.state === 'sending');
      this.#change(own, () => ({ state: 'waiting' }));
    }
  }

  #change(some: readonly HeldMessage[], change: (held: HeldMessage) => object): HeldMessage[] {
    const changed = new Map(some.map((held) => [held.id, { ...held, ...change(held) } as HeldMessage]));
    this.#messages = this.#messages.map((held) => changed.get(held.id) ?? held);
    return [...changed.values()];
  }
}
