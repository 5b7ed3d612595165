import { type BlockState, renderBlock, type SubscriptionEntry } from './lines.ts';
import type { ListText } from './list-text.ts';
import { lineEnd, type Range } from './text.ts';

/** White space before our lines inside brackets, where any indentation is valid. */
const FLOW_INDENT = '  ';

/** The text with its intact block written again in the same place. */
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
 * The candidates for a value with a new block, best first; the caller verifies each before use.
 *
 * @param text the value without our parts; undefined if the key does not exist
 * @param was the value that an earlier block of ours replaced, for restoring it later
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

/** The next line, if only white space or a comment is between the bracket and it; otherwise the place after the bracket. */
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

/** The line break of the text's first line. */
function lineBreakOf(text: string): '\n' | '\r\n' {
  return /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n';
}
