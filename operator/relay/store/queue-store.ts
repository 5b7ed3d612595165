import { sql } from 'kysely';
import type {
  Ending,
  LastAnswer,
  MovedMessage,
  NewMessage,
  RelayStore,
  RequestClaim,
  RobotQueue,
  SendingStep,
} from '../model.ts';
import { type Acceptance, type AcceptanceLimits, acceptAll } from './accept.ts';
import { claimOne } from './claim.ts';
import type { StoreConnection } from './connection.ts';
import { finishOne, readLastAnswers } from './finish.ts';
import { Grouping } from './grouping.ts';
import { handOver } from './hand-over.ts';
import { readNotes } from './notes.ts';
import { toColumn } from './rows.ts';
import { sweepAll } from './sweep.ts';
import { StoreUnavailable } from './unavailable.ts';

/** How messages are kept and claimed. */
export interface QueueStoreOptions extends AcceptanceLimits {
  readonly claimMs: number;
  readonly onExpiredClaims: (robot: string, claims: number) => void;
}

/** The store over either database. */
export class QueueStore implements RelayStore {
  readonly #connection: StoreConnection;
  readonly #options: QueueStoreOptions;
  readonly #acceptances: Grouping<Acceptance, number>;

  constructor(connection: StoreConnection, options: QueueStoreOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#acceptances = new Grouping(
      (take) => connection.transaction((transaction) => acceptAll(transaction, take(), options)),
      (error) => error instanceof StoreUnavailable && !error.isOfQuery,
    );
  }

  async accept(
    messages: readonly NewMessage[],
    now: number,
    forget: readonly string[] = [],
    applicationUid = messages[0]?.application.uid,
  ): Promise<number> {
    if (applicationUid === undefined) {
      if (forget.length > 0) throw new TypeError('notes are forgotten of an Application, and none is given');
      return 0;
    }
    return this.#acceptances.add({ messages, now, forget, application: applicationUid });
  }

  async notesOf(applicationUid: string): Promise<Readonly<Record<string, number>>> {
    return this.#connection.read((transaction) => readNotes(transaction, applicationUid));
  }

  async waitingRobots(now: number): Promise<readonly string[]> {
    const rows = await this.#connection.read(({ tx }) =>
      tx
        .selectFrom('relay_robots')
        .select('robot')
        .where('waiting', '>', 0)
        .union(tx.selectFrom('relay_requests').select('robot').where('claimed_until', '<=', now))
        .orderBy('robot')
        .execute(),
    );
    return rows.map(({ robot }) => robot);
  }

  async claim(
    robot: string,
    owner: string,
    now: number,
    policy: (queue: RobotQueue) => SendingStep,
  ): Promise<RequestClaim | { readonly wait: number }> {
    const { claimMs, onExpiredClaims } = this.#options;
    let expired = 0;
    const onExpired = (_: string, claims: number): void => {
      expired = claims;
    };
    const claimant = { owner, now, claimMs, onExpired };
    const claimed = await this.#connection.transaction((transaction) =>
      claimOne(transaction, toColumn(robot), claimant, policy),
    );
    if (expired > 0) onExpiredClaims(robot, expired);
    return claimed;
  }

  async finish(claim: RequestClaim, ending: Ending, now: number): Promise<void> {
    await this.#connection.transaction((transaction) => finishOne(transaction, claim, ending, now));
  }

  async move(
    robot: string,
    targetOf: (message: MovedMessage) => string | undefined,
    now: number,
  ): Promise<readonly string[]> {
    const targets = new Set<string>();
    for (let after: number | undefined = 0; after !== undefined; ) {
      const begin: number = after;
      const part = await this.#connection.transaction((transaction) =>
        handOver(transaction, toColumn(robot), targetOf, now, begin),
      );
      for (const target of part.targets) targets.add(target);
      after = part.last;
    }
    return [...targets];
  }

  async lastAnswers(): Promise<readonly LastAnswer[]> {
    return this.#connection.transaction(readLastAnswers);
  }

  async queue(): Promise<{ readonly messages: number; readonly oldestAt: number | undefined }> {
    const [row] = await this.#connection.read(({ tx }) =>
      tx
        .selectFrom('relay_messages')
        .select(({ fn }) => [
          fn.countAll().as('messages'),
          // What waits for the end of quiet hours is not late.
          sql<number | null>`min(case when attempts = 0 then not_before else accepted_at end)`.as('oldestAt'),
        ])
        .where('state', 'in', ['waiting', 'sending'])
        .execute(),
    );
    const oldestAt = row?.oldestAt ?? undefined;
    return {
      messages: Number(row?.messages ?? 0),
      oldestAt: oldestAt === undefined ? undefined : Number(oldestAt),
    };
  }

  async sweep(
    now: number,
    maxEventAgeMs: number,
    onExpired: (messages: number) => void = () => undefined,
  ): Promise<void> {
    await sweepAll(this.#connection, now, { maxEventAgeMs, onExpired });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#acceptances.idle();
    await this.#connection[Symbol.asyncDispose]();
  }
}
