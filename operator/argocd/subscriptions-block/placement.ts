import { type BlockState, renderBlock, type SubscriptionEntry } from './lines.ts';
import type { ListText } from './list-text.ts';
import { lineEnd, type Range } from './text.ts';

/** White space before our lines inside brackets, where any will do. */
const FLOW_INDENT = '  ';

/** The text with its block, which is intact, written anew in its place. */
export function withBlockReplaced(
  text: string,
  list: ListText,
  block: Range & { readonly state: BlockState },
  entries: readonly SubscriptionEntry[],
): string {
  const [head, tail] = [text.slice(0, block.from), text.slice(block.to)];
  return head + rendered(head + tail, list, block.state, entries) + tail;
}

/**
 * The texts that a value could become when it gets a block, best first; each is to be verified before it is used.
 *
 * @param text the value without us; undefined if the key does not exist
 * @param was what an earlier block of ours replaced and may have to be put back one day
 */
export function withNewBlock(
  text: string | undefined,
  list: ListText,
  entries: readonly SubscriptionEntry[],
  was: string | null | undefined,
): string[] {
  if (text === undefined) return [rendered('', list, { was: null }, entries)];
  if (list.style === 'null') return [rendered('', list, { was: text }, entries)];
  const state: BlockState = was === undefined ? {} : { was };
  if (list.style === 'flow') return [inserted(text, list, behindBracket(text, list.start), state, entries)];
  const atEnd = inserted(text, list, text.length, state, entries);
  const atStart = inserted(text, list, list.start, state, entries);
  return list.endsInBlockScalar ? [atStart] : [atEnd, atStart];
}

/** The next line, if only white space or a comment stands between the bracket and it; else just behind the bracket. */
function behindBracket(text: string, start: number): number {
  const end = lineEnd(text, start + 1);
  const rest = text.slice(start, end);
  return /^[ \t]*(?:[ \t]#[^\n]*)?\r?\n$/.test(rest) ? end : start;
}

function inserted(
  text: string,
  list: ListText,
  at: number,
  state: BlockState,
  entries: readonly SubscriptionEntry[],
): string {
  const [head, tail] = [text.slice(0, at), text.slice(at)];
  if (head === '' || head.endsWith('\n')) return head + rendered(text, list, state, entries) + tail;
  return head + lineBreakOf(text) + rendered(text, list, { ...state, lineBreak: true }, entries) + tail;
}

function rendered(
  around: string,
  { style, indent }: ListText,
  state: BlockState,
  entries: readonly SubscriptionEntry[],
): string {
  const lineBreak = lineBreakOf(around);
  if (style === 'flow') return renderBlock(entries, state, { style, indent: FLOW_INDENT, lineBreak });
  return renderBlock(entries, state, { style: 'block', indent, lineBreak });
}

/** As the text's first line has it. */
function lineBreakOf(text: string): '\n' | '\r\n' {
  return /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n';
}
