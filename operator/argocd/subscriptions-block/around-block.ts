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

function aroundBlock(text: string): ListText | undefined {
  const [begin, end] = [onlyPlaceOf(BEGIN, text), onlyPlaceOf(END, text)];
  if (begin === undefined || end === undefined || end < begin) return undefined;
  const body: Range = { from: lineEnd(text, begin + 1), to: lineStart(text, end) };
  const lines = linesOf(text.slice(body.from, body.to)).map(({ from, to }) =>
    text.slice(body.from + from, body.from + to),
  );
  const { prefix, suffix } = LINE.exec(lines[0] ?? '')?.groups ?? {};
  if (prefix === undefined || suffix === undefined) return undefined;
  const items = ownJsons(lines, prefix, suffix);
  const line = `${prefix}${PLACEHOLDER}${suffix}`;
  const list = items && parsedAround(text.slice(0, body.from) + line + text.slice(body.to));
  if (!items || !list?.ok) return undefined;
  const place: Range = { from: body.from, to: body.from + line.length };
  const index = list.items.findIndex(({ range }) => range.from === place.from);
  if (list.items[index]?.ours === undefined || list.items[index].range.to !== place.to) return undefined;
  return expanded(list, place, {
    items: ownItems(lines, items, body.from),
    scalars: ownScalars(lines, items, body.from + prefix.length),
    grownBy: body.to - place.to,
  });
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

function ownItems(lines: readonly string[], items: readonly OwnJson[], start: number): ListItem[] {
  let from = start;
  return items.map(({ item }, index) => {
    const range = { from, to: from + (lines[index] as string).length };
    from = range.to;
    return { ...item, range };
  });
}

function ownScalars(lines: readonly string[], items: readonly OwnJson[], start: number): Range[] {
  let offset = start;
  return items.flatMap(({ scalars }, index) => {
    const own = scalars.map(({ from, to }) => ({ from: from + offset, to: to + offset }));
    offset += (lines[index] as string).length;
    return own;
  });
}

/** The list with all our entries in the place of the one. */
function expanded(
  list: ListText,
  place: Range,
  own: Pick<ListText, 'items' | 'scalars'> & { readonly grownBy: number },
): ListText {
  const moved = (offset: number): number => (offset < place.to ? offset : offset + own.grownBy);
  const movedRange = ({ from, to }: Range): Range => ({ from: moved(from), to: moved(to) });
  const isBefore = ({ to }: Range) => to <= place.from;
  const isAfter = ({ from }: Range) => from >= place.to;
  return {
    ...list,
    items: [
      ...list.items.filter(({ range }) => isBefore(range)),
      ...own.items,
      ...list.items.flatMap((item) =>
        isAfter(item.range) ? [{ ...item, range: movedRange(item.range) }] : [],
      ),
    ],
    start: moved(list.start),
    scalars: [
      ...list.scalars.filter(isBefore),
      ...own.scalars,
      ...list.scalars.filter(isAfter).map(movedRange),
    ],
  };
}
