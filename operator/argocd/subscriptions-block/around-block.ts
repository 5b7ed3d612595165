import { rememberLast } from '../../lib/memo.ts';
import { BEGIN, END, entryJson, type SubscriptionEntry } from './lines.ts';
import { type BrokenText, type ListItem, type ListText, parseListText } from './list-text.ts';
import { lineEnd, lineStart, linesOf, type Range } from './text.ts';

/** The JSON of one of our lines, parsed: offsets are within the JSON. */
interface OwnJson {
  readonly item: Pick<ListItem, 'value' | 'ours'>;
  readonly scalars: readonly Range[];
}

/** An entry that stands for all entries of the block while the rest is parsed. */
const PLACEHOLDER = entryJson({ recipients: [], triggers: [] });
const LINE = /^(?<prefix>[ \t]*(?:- )?)\{.*\}(?<suffix>,?\r?\n)$/;

/**
 * The same as `parseListText`, for a fraction of its time where the block has many entries. The text is parsed with one entry in
 * place of the block's entries, and each line of the block once, by itself. A line with the JSON that we write is a whole
 * entry wherever one such line is an entry. Anything else in the block, or around it, has the whole text parsed.
 */
export function parseAroundBlock(text: string): ListText | BrokenText {
  return aroundBlock(text) ?? parseListText(text);
}

/**
 * The value with these entries in place of those of the block, for a question about the value: whoever reads this one, and each entry by
 * itself, reads the other, too. The value itself if its block is not as we write it.
 */
export function withSample(text: string, entries: readonly SubscriptionEntry[]): string {
  const block = ownBlock(text);
  if (!block) return text;
  const lines = entries.map((entry) => lineIn(block, entryJson(entry)));
  return text.slice(0, block.from) + lines.join('') + text.slice(block.to);
}

function aroundBlock(text: string): ListText | undefined {
  const block = ownBlock(text);
  if (!block) return undefined;
  const line = lineIn(block, PLACEHOLDER);
  const list = parsedAround(text.slice(0, block.from) + line + text.slice(block.to));
  if (!list.ok) return undefined;
  const place: Range = { from: block.from, to: block.from + line.length };
  const item = list.items.find(({ range }) => range.from === place.from);
  return item?.ours && item.range.to === place.to ? expanded(list, place, block) : undefined;
}

/** The lines between the markers, if each is an entry as we write it. The range is that of all of them. */
interface OwnBlock extends Range {
  readonly lines: readonly string[];
  readonly jsons: readonly OwnJson[];
  /** What is before and behind the JSON, in each line. */
  readonly prefix: string;
  readonly suffix: string;
}

const lineIn = ({ prefix, suffix }: OwnBlock, json: string): string => `${prefix}${json}${suffix}`;

function ownBlock(text: string): OwnBlock | undefined {
  const [begin, end] = [onlyPlaceOf(BEGIN, text), onlyPlaceOf(END, text)];
  if (begin === undefined || end === undefined || end < begin) return undefined;
  const { from, to } = { from: lineEnd(text, begin + 1), to: lineStart(text, end) };
  const body = text.slice(from, to);
  const lines = linesOf(body).map((line) => body.slice(line.from, line.to));
  const { prefix, suffix } = LINE.exec(lines[0] ?? '')?.groups ?? {};
  if (prefix === undefined || suffix === undefined) return undefined;
  const jsons = ownJsons(lines, prefix, suffix);
  return jsons && { from, to, lines, jsons, prefix, suffix };
}

function onlyPlaceOf(marker: string, text: string): number | undefined {
  const place = text.indexOf(marker);
  return place < 0 || text.indexOf(marker, place + 1) >= 0 ? undefined : place;
}

/** Most writes change a few entries, and the text around the block seldom changes. */
const parsedAround = rememberLast(parseListText);

/** The lines of the last text. */
let known: ReadonlyMap<string, OwnJson> = new Map();

/** What is in each line; undefined if one of them is not as we write it. */
function ownJsons(lines: readonly string[], prefix: string, suffix: string): readonly OwnJson[] | undefined {
  const found = new Map<string, OwnJson>();
  const all: OwnJson[] = [];
  for (const line of lines) {
    if (!line.startsWith(prefix) || !line.endsWith(suffix)) return undefined;
    const json = line.slice(prefix.length, line.length - suffix.length);
    const own = found.get(json) ?? known.get(json) ?? readOwnJson(json);
    if (!own) return undefined;
    found.set(json, own);
    all.push(own);
  }
  known = found;
  return all;
}

function readOwnJson(json: string): OwnJson | undefined {
  const dash = '- ';
  const list = parseListText(`${dash}${json}\n`);
  const item = list.ok && list.items.length === 1 ? list.items[0] : undefined;
  if (item?.ours === undefined || !isAsWritten(item.ours, json)) return undefined;
  const scalars = list.scalars.map(({ from, to }) => ({ from: from - dash.length, to: to - dash.length }));
  return { item: { value: item.value, ours: item.ours }, scalars };
}

/** An escape of half a character has no form of ours. */
const isAsWritten = (entry: SubscriptionEntry, json: string): boolean =>
  [...entry.recipients, ...entry.triggers, entry.selector ?? ''].every((text) => text.isWellFormed()) &&
  entryJson(entry) === json;

/** The list with all our entries in the place of the one. */
function expanded(list: ListText, place: Range, block: OwnBlock): ListText {
  const grownBy = block.to - place.to;
  const moved = ({ from, to }: Range): Range => ({ from: from + grownBy, to: to + grownBy });
  const isBefore = ({ to }: Range) => to <= place.from;
  const isAfter = ({ from }: Range) => from >= place.to;
  const [items, scalars]: [ListItem[], Range[]] = [[], []];
  let from = block.from;
  for (const [index, { item, scalars: own }] of block.jsons.entries()) {
    const json = from + block.prefix.length;
    for (const scalar of own) scalars.push({ from: scalar.from + json, to: scalar.to + json });
    const range = { from, to: from + (block.lines[index] as string).length };
    items.push({ ...item, range });
    from = range.to;
  }
  const itemsAfter = list.items.filter(({ range }) => isAfter(range));
  return {
    ...list,
    items: [
      ...list.items.filter(({ range }) => isBefore(range)),
      ...items,
      ...itemsAfter.map((item) => ({ ...item, range: moved(item.range) })),
    ],
    scalars: [...list.scalars.filter(isBefore), ...scalars, ...list.scalars.filter(isAfter).map(moved)],
  };
}
