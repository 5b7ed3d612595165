import { type CST, isCollection, isNode, isPair, type YAMLSeq } from 'yaml';
import { lineEnd, lineStart, type Range } from './text.ts';

/** The ranges of the entries of a list: removing a range removes its entry. */
export function itemRanges(text: string, list: YAMLSeq): Range[] {
  const { srcToken: token } = list;
  if (token?.type === 'flow-collection') return flowRanges(text, list, token);
  return token?.type === 'block-seq' ? blockRanges(text, list, token) : [];
}

/** Where the first entry could go: the start of the first dash's line, or the place after the bracket. */
export function listStart(text: string, { srcToken: token }: YAMLSeq): number {
  if (token?.type === 'flow-collection') return token.start.offset + 1;
  return token?.type === 'block-seq' ? lineStart(text, dashes(token)[0] ?? 0) : 0;
}

/** The white space before the dashes of a block list. */
export function listIndent(text: string, { srcToken: token }: YAMLSeq): string {
  const dash = token?.type === 'block-seq' ? dashes(token)[0] : undefined;
  return dash === undefined ? '' : text.slice(lineStart(text, dash), dash);
}

/** Whole lines, from the dash to the end of the last scalar: comments after it belong to no entry. */
function blockRanges(text: string, list: YAMLSeq, token: CST.BlockSequence): Range[] {
  return dashes(token).map((dash, index) => ({
    from: lineStart(text, dash),
    to: lineEnd(text, Math.max(dash + 1, endOf(list.items[index]))),
  }));
}

/** The entry and its comma; whole lines if they contain nothing else. */
function flowRanges(text: string, list: YAMLSeq, token: CST.FlowCollection): Range[] {
  const commas = token.items.flatMap(({ start }) => start.filter(({ type }) => type === 'comma'));
  let following = 0;
  return list.items.map((item) => {
    const from = startOf(item);
    const end = endOf(item);
    while ((commas[following]?.offset ?? end) < end) following += 1;
    const comma = commas[following];
    const to = comma === undefined ? end : comma.offset + 1;
    const [first, last] = [lineStart(text, from), lineEnd(text, to)];
    const isAlone = text.slice(first, from).trim() === '' && text.slice(to, last).trim() === '';
    if (isAlone && text[last - 1] === '\n') return { from: first, to: last };
    return { from, to: to + (/^[ \t]*/.exec(text.slice(to, last))?.[0].length ?? 0) };
  });
}

function dashes(token: CST.BlockSequence): number[] {
  // Comments at the end of a list are a separate item here, without a dash.
  return token.items.flatMap(({ start }) => {
    const dash = start.find(({ type }) => type === 'seq-item-ind');
    return dash === undefined ? [] : [dash.offset];
  });
}

function startOf(item: unknown): number {
  if (isPair(item)) return startOf(item.key);
  return isNode(item) ? (item.range?.[0] ?? 0) : 0;
}

/** The end of the last visible part of a node: a block collection itself ends somewhere in the white space. */
function endOf(item: unknown): number {
  if (isPair(item)) return Math.max(endOf(item.key), endOf(item.value));
  if (isCollection(item) && item.flow !== true) return Math.max(0, ...item.items.map(endOf));
  return isNode(item) ? (item.range?.[1] ?? 0) : 0;
}
