import { sql } from 'kysely';
import type { DeliveryOutcome } from '../../dingtalk/outcome.ts';
import { MEMBER_SEPARATOR, type StoredMessage } from '../model.ts';
import type { StoreConnection } from './connection.ts';
import { addWaiting, byRobot } from './moves.ts';
import { MESSAGE_COLUMNS, toMessage } from './rows.ts';
import type { MessageRow, MessageState, StoreTransaction } from './schema.ts';

/** A message as people look at it. */
export interface DeskMessage {
  readonly message: StoredMessage;
  readonly state: MessageState;
  /** False: the robot had too many waiting messages, and this one only counts into a digest. */
  readonly hasBody: boolean;
  readonly finishedAt?: number;
  readonly outcome?: DeliveryOutcome;
}

/** Which messages; all that are given must hold. */
export interface DeskFilter {
  readonly ids?: readonly number[];
  readonly states?: readonly MessageState[];
  readonly robot?: string;
}

/** These can be sent again. */
const RETRIED: readonly MessageState[] = ['dead', 'expired'];
/** A message that is being sent is its replica's, and one that was sent is history. */
const DROPPED: readonly MessageState[] = ['waiting', 'dead', 'expired'];

const COLUMNS = [...MESSAGE_COLUMNS, 'state', 'finished_at', 'outcome'] as const;

/** What people do with the messages in a store. */
export class RelayDesk implements AsyncDisposable {
  readonly #connection: StoreConnection;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
  }

  /** The oldest messages without their bodies, and how many there are in all. */
  async list(
    filter: DeskFilter,
    limit: number,
  ): Promise<{ readonly messages: readonly DeskMessage[]; readonly count: number }> {
    return this.#connection.transaction(async (transaction) => {
      const rows = await matching(transaction, filter)
        .select(COLUMNS)
        .select(sql<boolean | number>`body is not null`.as('has_body'))
        .orderBy('id')
        .limit(limit)
        .execute();
      const { count } = await matching(transaction, filter)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return {
        messages: rows.map(({ has_body, ...row }) => toDeskMessage(row, Boolean(has_body))),
        count,
      };
    });
  }

  /** A message with its body; undefined if there is none. */
  async show(id: number): Promise<DeskMessage | undefined> {
    const row = await this.#connection.transaction((transaction) =>
      matching(transaction, { ids: [id] })
        .select([...COLUMNS, 'body'])
        .executeTakeFirst(),
    );
    return row && toDeskMessage(row, row.body !== null);
  }

  /**
   * Dead letters and expired messages wait again, with their msgUuid.
   * @returns the ids
   */
  async retry(filter: DeskFilter, now: number): Promise<readonly number[]> {
    return this.#change(filter, RETRIED, ({ tx }, ids) =>
      tx
        .updateTable('relay_messages')
        .set({ state: 'waiting', not_before: now, accepted_at: now, finished_at: null })
        .where('id', 'in', ids)
        .where('state', 'in', RETRIED)
        .returning('id')
        .execute(),
    );
  }

  /**
   * Deletes messages that wait or that were given up. Repetitions of their events stay unsent.
   * @returns the ids
   */
  async drop(filter: DeskFilter): Promise<readonly number[]> {
    return this.#change(filter, DROPPED, ({ tx }, ids) =>
      tx
        .deleteFrom('relay_messages')
        .where('id', 'in', ids)
        .where('state', 'in', DROPPED)
        .returning('id')
        .execute(),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }

  /** In small transactions, since the relay works meanwhile. */
  async #change(
    filter: DeskFilter,
    states: readonly MessageState[],
    change: (
      transaction: StoreTransaction,
      ids: readonly number[],
    ) => Promise<readonly { readonly id: number }[]>,
  ): Promise<readonly number[]> {
    const all: number[] = [];
    for (let after = 0, more = true; more; ) {
      const part = await this.#connection.transaction(async (transaction) => {
        const found = await matching(transaction, filter)
          .select(['id', 'robot'])
          .where('state', 'in', states)
          .where('id', '>', after)
          .orderBy('id')
          .limit(BATCH)
          .execute();
        const changed: number[] = [];
        for (const [robot, ids] of byRobot(found)) {
          await addWaiting(transaction.tx, robot, 0);
          changed.push(...(await change(transaction, ids)).map(({ id }) => id));
          await countWaiting(transaction, robot);
        }
        return { changed, last: found.at(-1)?.id ?? after, more: found.length === BATCH };
      });
      all.push(...part.changed);
      after = part.last;
      more = part.more;
    }
    return all.sort((a, b) => a - b);
  }
}

const BATCH = 200;

function matching({ tx }: StoreTransaction, { ids, states, robot }: DeskFilter) {
  return tx
    .selectFrom('relay_messages')
    .$if(ids !== undefined, (query) => query.where('id', 'in', ids ?? []))
    .$if(states !== undefined, (query) => query.where('state', 'in', states ?? []))
    .$if(robot !== undefined, (query) =>
      query.where(({ or, eb }) =>
        or([eb('robot', '=', robot ?? ''), eb('robot', 'like', `${robot}${MEMBER_SEPARATOR}%`)]),
      ),
    );
}

/** What a change did to the count depends on the states before. */
async function countWaiting({ tx }: StoreTransaction, robot: string): Promise<void> {
  await tx
    .updateTable('relay_robots')
    .set(({ selectFrom }) => ({
      waiting: selectFrom('relay_messages')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('robot', '=', robot)
        .where('state', '=', 'waiting'),
    }))
    .where('robot', '=', robot)
    .execute();
}

function toDeskMessage(
  row: Pick<MessageRow, (typeof COLUMNS)[number]> & { readonly body?: string | null },
  hasBody: boolean,
): DeskMessage {
  return {
    message: toMessage(row),
    state: row.state,
    hasBody,
    ...(row.finished_at !== null && { finishedAt: row.finished_at }),
    ...(row.outcome !== null && { outcome: JSON.parse(row.outcome) }),
  };
}
