import { isDeepStrictEqual } from 'node:util';
import {
  type BlockState,
  isEndLine,
  OWNER,
  readBeginLine,
  readEntryLine,
  type SubscriptionEntry,
} from './lines.ts';
import { type BrokenText, type ListText, parseListText } from './list-text.ts';
import { isInsideSorted, type Line, linesOf, mergedRanges, type Range } from './text.ts';

/** Our parts of a text. */
export interface OwnParts {
  readonly entries: readonly SubscriptionEntry[];
  /** The ranges to remove for removing all our parts. */
  readonly ranges: readonly Range[];
  /** The states of the begin markers; if there are several, somebody has copied the block. */
  readonly begins: readonly (Range & { readonly state: BlockState })[];
  /** The block, if it is intact: two markers, and only our entries between them. */
  readonly block: (Range & { readonly state: BlockState }) | undefined;
}

/** A text without our parts: its former state, as far as that is known. */
export type Remainder =
  | { readonly ok: true; readonly text: string | undefined; readonly list: ListText }
  | { readonly ok: false; readonly text: string | undefined };

/** The list of an absent key. */
export const NO_LIST: ListText = {
  ok: true,
  style: 'none',
  items: [],
  indent: '',
  start: 0,
  scalars: [],
  endsInBlockScalar: false,
};

/**
 * Finds our entries by their content, wherever they are: entries of the list in any form; and deeper in it, or in a text that is not
 * a list, lines in the form that we write. Markers are found by their text. Scalars are not searched: they are foreign content.
 */
export function findOwnParts(text: string, list: ListText | BrokenText): OwnParts {
  const { scalars } = list;
  if (!text.includes(OWNER)) return { entries: [], ranges: [], begins: [], block: undefined };
  const lines = linesOf(text);
  const isComment = ({ from, text: line }: Line): boolean =>
    !isInsideSorted(from + line.indexOf('#'), scalars);
  const begins = lines.flatMap((line) => {
    const state = readBeginLine(line.text);
    return state !== undefined && isComment(line) ? [{ from: line.from, to: line.to, state }] : [];
  });
  const ends = lines.filter((line) => isEndLine(line.text) && isComment(line));
  const items = list.ok ? fromItems(list) : [];
  const isElsewhere = ({ range }: OwnEntry): boolean =>
    !items.some((item) => item.range.from <= range.from && range.to <= item.range.to);
  // A line where an item begins is part of it. There can be thousands of these.
  const known = new Set(items.map(({ range }) => range.from));
  const others = lines.filter(({ from }) => !known.has(from));
  const entries = [...items, ...fromLines(others, scalars).filter(isElsewhere)];
  const ranges = mergedRanges([...begins, ...ends, ...entries.map(({ range }) => range)]);
  const [begin, range] = [begins[0], ranges[0]];
  const isIntact =
    begins.length === 1 &&
    ends.length === 1 &&
    ranges.length === 1 &&
    begin?.from === range?.from &&
    ends[0]?.to === range?.to;
  return {
    entries: entries.map(({ entry }) => entry),
    ranges,
    begins,
    block: isIntact && begin && range ? { ...range, state: begin.state } : undefined,
  };
}

/**
 * Removes our parts, by the first way that keeps all foreign entries.
 *
 * @returns not ok if no way keeps the foreign entries; `text` is then the best guess
 */
export function withoutOwnParts(text: string, list: ListText | BrokenText, parts: OwnParts): Remainder {
  if (parts.ranges.length === 0) return list.ok ? { ok: true, text, list } : { ok: false, text };
  const rest = cut(text, parts.ranges);
  const was = parts.begins.find(({ state }) => state.was !== undefined)?.state.was;
  if (was !== undefined && rest.trim() === '')
    return remainder(was ?? undefined, list) ?? { ok: false, text: rest };
  const joined = withoutLineBreak(rest, parts);
  const shorter = joined === undefined ? undefined : remainder(joined, list);
  // Without the line break, a block scalar at the end would lose its last line break.
  if (shorter?.ok && !shorter.list.endsInBlockScalar) return shorter;
  return remainder(rest, list) ?? { ok: false, text: rest };
}

/** The foreign entries, as values. */
export function foreignValues(list: ListText): unknown[] {
  return list.items.filter(({ ours }) => ours === undefined).map(({ value }) => value);
}

function remainder(text: string | undefined, before: ListText | BrokenText): Remainder | undefined {
  const list = text === undefined ? NO_LIST : parseListText(text);
  if (!list.ok || list.items.some(({ ours }) => ours !== undefined)) return undefined;
  if (!before.ok && !before.isCurable) return undefined;
  if (before.ok && !isDeepStrictEqual(foreignValues(list), foreignValues(before))) return undefined;
  return { ok: true, text, list };
}

/** The text without the line break that we had to add, unless a foreign line needs it now. */
function withoutLineBreak(rest: string, { begins, ranges }: OwnParts): string | undefined {
  const from = begins.find(({ state }) => state.lineBreak)?.from;
  const index = ranges.findIndex((range) => range.from === from);
  if (from === undefined || index < 0) return undefined;
  const at = ranges.slice(0, index).reduce((offset, range) => offset - (range.to - range.from), from);
  const head = rest.slice(0, at).replace(/\r?\n$/, '');
  const tail = rest.slice(at);
  if (head.length === at) return undefined;
  return tail === '' || head.endsWith('[') ? head + tail : undefined;
}

interface OwnEntry {
  readonly entry: SubscriptionEntry;
  readonly range: Range;
}

function fromItems(list: ListText): OwnEntry[] {
  return list.items.flatMap(({ ours, range }) => (ours === undefined ? [] : [{ entry: ours, range }]));
}

function fromLines(lines: readonly Line[], scalars: readonly Range[]): OwnEntry[] {
  return lines.flatMap(({ from, to, text }) => {
    const entry = readEntryLine(text);
    if (entry === undefined || isInsideSorted(from + text.indexOf('{'), scalars)) return [];
    return [{ entry, range: { from, to } }];
  });
}

function cut(text: string, ranges: readonly Range[]): string {
  return ranges.reduceRight((rest, { from, to }) => rest.slice(0, from) + rest.slice(to), text);
}
