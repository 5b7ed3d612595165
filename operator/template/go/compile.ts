/**
 * Nodes → a Go template of one body, for the messages of several events. statements.ts and values.ts emit one node
 * each, and helpers.ts emits the calls. pieces.ts and repeats.ts find the parts that messages have in common; room.ts
 * measures the size of a body.
 */

import type { Template } from '../syntax/nodes.ts';
import { type BodyScope, GoContext } from './context.ts';
import { defines, type Escape } from './defines.ts';
import { emitPieces } from './pieces.ts';
import { shorten } from './repeats.ts';
import { fixedBytes, LOOP_PIECES } from './room.ts';
import { MAX_VALUE } from './statements.ts';

/**
 * The greatest length of a body in bytes; DingTalk answers a longer one with errcode 460101:
 * https://github.com/timonwong/prometheus-webhook-dingtalk/issues/30
 */
export const MAX_BODY_BYTES = 20_000;

/** The share of a body that may be fixed text: the rest must be worth showing. */
const MAX_FIXED_SHARE = 0.8;

/** A piece of a message's body, in order: literal JSON, or the output of a template inside of a JSON string. */
export type BodyPart = string | { readonly template: Template; readonly escape: Escape };

/** One of the messages that a body is for. */
export interface BodyMessage {
  readonly parts: readonly BodyPart[];
  readonly scope: BodyScope;
}

/** Selects one of the several messages of a body: its place among them. */
export const SELECTED = 'M';

/**
 * For the text of a template that is executed before the body: it makes the body print that message. It prints
 * nothing itself.
 */
export const selector = (place: number): string => `{{$_:=set . \`${SELECTED}\` ${place}}}`;

/**
 * The place of the message that a line of a body's Go template, from 1 on, belongs to; undefined for common lines.
 */
export const messageAtLine = (line: number): number | undefined => (line > 1 ? line - 2 : undefined);

/** Whether the fixed text of a message leaves room for values. */
export function measureBody(parts: readonly BodyPart[], scope: BodyScope, maxBytes = MAX_BODY_BYTES) {
  const fixed = parts.reduce(
    (sum, part) =>
      sum + (typeof part === 'string' ? Buffer.byteLength(part) : fixedBytes(part.template.nodes, scope)),
    0,
  );
  const maxFixedBytes = maxBytes * MAX_FIXED_SHARE;
  return { isTooLong: fixed > maxFixedBytes, fixedBytes: fixed, maxFixedBytes };
}

/**
 * Messages → the Go template of a whole body, for the `webhook.<service>.body` of a template in Argo CD's
 * configuration. {@link selector} says which of several messages is printed. For any data it renders to JSON of at
 * most `maxBytes`, and never to an error. Each part that shows values may use an equal share of the room, and the
 * rest of the shares before it. So a long text in front cannot cut off a link behind it.
 * @param messages that {@link measureBody} has room for; their scopes have zone and URL in common
 */
export function compileBody(messages: readonly BodyMessage[], maxBytes = MAX_BODY_BYTES): string {
  const [first] = messages;
  if (!first) throw new Error('a body without messages');
  const context = new GoContext(first.scope);
  const shortened = shorten(messages.map((message) => messagePieces(message, maxBytes, context)));
  const text =
    messages.length === 1
      ? shortened.messages.join('')
      : // The line breaks show in an error which message it is in.
        `${shortened.messages.map((each, place) => `{{${place === 0 ? '' : 'else '}if eq $.${SELECTED} ${place}\n}}${each}`).join('')}{{end}}`;
  const state = `{{$_:=set (set $ \`E\` dict) \`L\` ${MAX_VALUE}}}`;
  const declarations = context.declarations(LOOP_PIECES);
  return defines(context.used, first.scope.timeZone) + shortened.defines + state + declarations + text;
}

/** One message in pieces, with the counters of its room. */
function messagePieces({ parts, scope }: BodyMessage, maxBytes: number, context: GoContext): string[] {
  context.scope = scope;
  const fixed = measureBody(parts, scope, maxBytes).fixedBytes;
  const share = Math.floor((maxBytes - fixed) / Math.max(1, parts.filter(isVariable).length));
  let isFirst = true;
  return joined(parts).flatMap((part) => {
    if (typeof part === 'string') return [part];
    context.escape = part.escape;
    const room = !isVariable(part) ? [] : [isFirst ? `${share}` : `(add $.B ${share})`];
    isFirst &&= !isVariable(part);
    return [
      ...room.map((bytes) => `{{$_:=set $ \`B\` ${bytes}}}`),
      ...emitPieces(part.template.nodes, context),
    ];
  });
}

/** Adjacent fixed parts as one, since a `{` at the end of one would become a part of the action behind it. */
function joined(parts: readonly BodyPart[]): readonly BodyPart[] {
  const all: BodyPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (typeof part === 'string' && typeof last === 'string') all[all.length - 1] = last + part;
    else all.push(part);
  }
  return all;
}

/** Whether a part needs more room for one Application than for another. */
const isVariable = (part: BodyPart): boolean =>
  typeof part !== 'string' && part.template.nodes.some(({ kind }) => kind !== 'text');
