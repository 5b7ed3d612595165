/**
 * `relay-queue`: the messages in a relay's store. They can be listed, shown, sent again and dropped, while the relay runs.
 *
 * text.ts lays them out.
 */

import type { Log } from '../../lib/log.ts';
import type { DeskFilter, RelayDesk } from '../../relay/store/desk.ts';
import { openRelayDesk } from '../../relay/store/open.ts';
import type { MessageState } from '../../relay/store/schema.ts';
import { StoreUnavailable } from '../../relay/store/unavailable.ts';
import { FindingsError, type ProcessIO, UsageError } from '../process-io.ts';
import { storePlace } from './store-place.ts';
import { asJsonMessage, listText, showText } from './text.ts';

/** All options of `argocd-dingtalk relay-queue`. */
export interface RelayQueueOptions {
  readonly store: string;
  readonly state?: MessageState[];
  /** `namespace/name`. */
  readonly robot?: string;
  readonly limit: string;
  readonly output: 'text' | 'json';
}

/** What a person wants of messages. */
type Action = 'list' | 'show' | 'retry' | 'drop';

const ACTIONS: readonly string[] = ['list', 'show', 'retry', 'drop'] satisfies Action[];

/** Messages that were sent are history: a list has them only if they are asked for. */
const UNFINISHED: readonly MessageState[] = ['waiting', 'sending', 'dead', 'expired'];

/** A person sees the command's error only. */
const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * Does one action and prints what became of it.
 * @throws FindingsError if a message does not exist, or its state does not allow the action
 * @throws UsageError if the command line is wrong or the store cannot be used
 */
export async function relayQueue(
  words: readonly string[],
  options: RelayQueueOptions,
  io: ProcessIO,
): Promise<void> {
  const [action, ids] = readAction(words);
  const filter = readFilter(action, ids, options);
  const limit = wholeNumberOf('--limit', options.limit);
  await using desk = openRelayDesk(storePlace(options.store), SILENT);
  try {
    if (action === 'list') await list(desk, filter, limit, options, io);
    else if (action === 'show') await show(desk, ids, options, io);
    else await change(desk, action, filter, options, io);
  } catch (error) {
    if (error instanceof StoreUnavailable) throw new UsageError(`${options.store}: ${error.message}`);
    throw error;
  }
}

function readAction([action = '', ...ids]: readonly string[]): [Action, number[]] {
  if (!ACTIONS.includes(action))
    throw new UsageError(`${action}: the action must be one of ${ACTIONS.join(', ')}`);
  if (action === 'list' && ids.length > 0)
    throw new UsageError('list takes no ids: show ID prints one message');
  if (action === 'show' && ids.length === 0)
    throw new UsageError('show needs the id of a message, as list prints it');
  return [action as Action, ids.map((id) => wholeNumberOf('the id', id))];
}

function readFilter(action: Action, ids: readonly number[], { state, robot }: RelayQueueOptions): DeskFilter {
  const isFiltered = state !== undefined || robot !== undefined;
  if (ids.length > 0 && isFiltered) throw new UsageError('ids exclude --state and --robot');
  if ((action === 'retry' || action === 'drop') && ids.length === 0 && !isFiltered)
    throw new UsageError(`${action} needs ids, --state or --robot`);
  const states = state ?? (action === 'list' ? UNFINISHED : undefined);
  return {
    ...(ids.length > 0 && { ids }),
    ...(states !== undefined && { states }),
    ...(robot !== undefined && { robot }),
  };
}

function wholeNumberOf(what: string, text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new UsageError(`${what} must be a whole number, and not ${text}`);
  return number;
}

async function list(
  desk: RelayDesk,
  filter: DeskFilter,
  limit: number,
  { output }: RelayQueueOptions,
  { stdout, stderr }: ProcessIO,
): Promise<void> {
  const { messages, count } = await desk.list(filter, limit);
  stdout.write(output === 'json' ? toJson(messages.map(asJsonMessage)) : listText(messages));
  const more = count - messages.length;
  if (more > 0) stderr.write(`${more} more: --limit ${count} lists all\n`);
}

async function show(
  desk: RelayDesk,
  ids: readonly number[],
  { output }: RelayQueueOptions,
  io: ProcessIO,
): Promise<void> {
  const found = await Promise.all(ids.map(async (id) => ({ id, message: await desk.show(id) })));
  const messages = found.flatMap(({ message }) => message ?? []);
  io.stdout.write(
    output === 'json' ? toJson(messages.map(asJsonMessage)) : messages.map(showText).join('\n'),
  );
  const missing = found.flatMap(({ id, message }) => (message ? [] : [id]));
  for (const id of missing) io.stderr.write(`message ${id}: the store has no such message\n`);
  if (missing.length > 0) throw new FindingsError();
}

async function change(
  desk: RelayDesk,
  action: 'retry' | 'drop',
  filter: DeskFilter,
  { output }: RelayQueueOptions,
  io: ProcessIO,
): Promise<void> {
  const changed = action === 'retry' ? await desk.retry(filter, Date.now()) : await desk.drop(filter);
  const done = action === 'retry' ? 'waits again' : 'is dropped';
  io.stdout.write(
    output === 'json' ? toJson(changed) : changed.map((id) => `message ${id} ${done}\n`).join(''),
  );
  const unchanged = (filter.ids ?? []).filter((id) => !changed.includes(id));
  for (const id of unchanged) io.stderr.write(`message ${id}: ${await whyNot(desk, id, action)}\n`);
  if (unchanged.length > 0) throw new FindingsError();
}

async function whyNot(desk: RelayDesk, id: number, action: 'retry' | 'drop'): Promise<string> {
  const found = await desk.show(id);
  if (!found) return 'the store has no such message';
  return action === 'retry'
    ? `the message is ${found.state}; only dead and expired messages can be sent again`
    : `the message is ${found.state}; only waiting, dead and expired messages can be dropped`;
}

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
