import { rfc3339 } from '../../lib/rfc3339.ts';
import type { DeskMessage } from '../../relay/store/desk.ts';

const HEADER = ['ID', 'STATE', 'ROBOT', 'APPLICATION', 'EVENT', 'ACCEPTED', 'ATTEMPTS', 'ANSWER'];

/** A line for each message; the columns are as wide as their texts. */
export function listText(messages: readonly DeskMessage[]): string {
  if (messages.length === 0) return 'no messages\n';
  const rows = [HEADER, ...messages.map(cellsOf)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

function cellsOf({ message, state, outcome }: DeskMessage): string[] {
  const { id, robot, application, event, acceptedAt, attempts } = message;
  return [
    `${id}`,
    state,
    robot,
    subjectOf(application),
    oneLine(event.name),
    rfc3339(new Date(acceptedAt)),
    `${attempts}`,
    outcome ? answerText(outcome) : '',
  ];
}

/** A message with everything that the store has of it, the body last. */
export function showText(found: DeskMessage): string {
  const { message, state, hasBody, finishedAt, outcome } = found;
  const { id, robot, subscription, application, event, acceptedAt, notBefore, attempts, msgUuid } = message;
  const lines = {
    state,
    robot,
    subscription,
    application: subjectOf(application),
    event: oneLine(event.name),
    accepted: rfc3339(new Date(acceptedAt)),
    ...(state === 'waiting' && { 'not before': rfc3339(new Date(notBefore)) }),
    ...(finishedAt !== undefined && { ended: rfc3339(new Date(finishedAt)) }),
    attempts,
    msgUuid,
    ...(outcome && { answer: answerText(outcome) }),
    body: hasBody
      ? message.body
      : '(none: the robot had too many messages, so this one only counts into a digest)',
  };
  return [`message ${id}`, ...Object.entries(lines).map(([name, value]) => `  ${name}: ${value}`), ''].join(
    '\n',
  );
}

function answerText({ reason, errcode, words }: NonNullable<DeskMessage['outcome']>): string {
  return [reason, errcode !== undefined && `(errcode ${errcode})`, words].filter(Boolean).join(' ');
}

/** An Application, or a repository of Gitee. */
const subjectOf = ({ namespace, name }: DeskMessage['message']['application']): string =>
  oneLine(namespace === '' ? name : `${namespace}/${name}`);

/** Names come from Applications: they must not make a terminal do anything. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** The same for scripts. */
export function asJsonMessage({ message, state, hasBody, finishedAt, outcome }: DeskMessage): object {
  const { acceptedAt, notBefore, body, ...rest } = message;
  return {
    ...rest,
    state,
    acceptedAt: new Date(acceptedAt).toISOString(),
    notBefore: new Date(notBefore).toISOString(),
    ...(finishedAt !== undefined && { finishedAt: new Date(finishedAt).toISOString() }),
    ...(outcome && { outcome }),
    hasBody,
    ...(body !== '' && { body }),
  };
}
