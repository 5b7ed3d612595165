import { isDeepStrictEqual } from 'node:util';
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, visit, type YAMLMap, type YAMLSeq } from 'yaml';
import { yamlSafeJson } from '../lib/json.ts';
import { type ForeignEntry, readForeignEntries } from './foreign-entries.ts';
import { itemRanges } from './subscriptions-block/item-ranges.ts';
import { OWNER } from './subscriptions-block/lines.ts';
import type { Range } from './subscriptions-block/text.ts';
import { fieldKey, isSameField, yamlStruct, yamlTexts } from './yaml-value.ts';

/**
 * For each entry, by its index, the recipients that lose triggers, with the triggers that they keep. A recipient that keeps none
 * is removed, and so is an entry without recipients.
 */
export type EntryCut = ReadonlyMap<number, ReadonlyMap<string, readonly string[]>>;

/** The content of a ConfigMap is bounded, but aliases of aliases are not. */
const MAX_ALIASES = 100;

/** The recipients of one entry that keep the same triggers. */
interface Part {
  readonly recipients: readonly string[];
  /** Absent: those of the entry. */
  readonly triggers?: readonly string[];
}

/**
 * The value of `subscriptions` without some recipients, or without some triggers of them. Every other byte stays; an entry whose
 * recipients keep different triggers becomes several. Where that is not possible, because YAML aliases tie entries together, the
 * entries concerned are written anew. The result is parsed again before it is returned.
 * @returns `undefined` as text if nothing is left, so the key can go; not ok if the text can't be cut safely
 */
export function withoutDeliveries(
  text: string | undefined,
  cut: EntryCut,
): { readonly ok: true; readonly text: string | undefined } | { readonly ok: false } {
  if (text === undefined || cut.size === 0) return { ok: true, text };
  const wanted = readForeignEntries(text).flatMap((entry) => wantedEntries(entry, cut));
  for (const isAnew of [false, true]) {
    const rest = edited(text, cut, isAnew);
    if (
      rest === undefined ||
      !isDeepStrictEqual(withoutIndex(readForeignEntries(rest)), withoutIndex(wanted))
    )
      continue;
    return { ok: true, text: rest.trim() === '' || rest.trim() === '[]' ? undefined : rest };
  }
  return { ok: false };
}

const withoutIndex = (entries: readonly ForeignEntry[]) => entries.map((entry) => ({ ...entry, index: 0 }));

function wantedEntries(entry: ForeignEntry, cut: EntryCut): ForeignEntry[] {
  return partsOf(entry.recipients, cut.get(entry.index)).map((part) => ({ ...entry, ...part }));
}

/** The recipients that keep everything come first. */
function partsOf(
  recipients: readonly string[],
  kept: ReadonlyMap<string, readonly string[]> = new Map(),
): Part[] {
  const whole = recipients.filter((each) => !kept.has(each));
  const parts = new Map<string, Part>();
  for (const recipient of recipients) {
    const triggers = kept.get(recipient);
    if (!triggers || triggers.length === 0) continue;
    const key = JSON.stringify(triggers);
    parts.set(key, { recipients: [...(parts.get(key)?.recipients ?? []), recipient], triggers });
  }
  const untouched = whole.length > 0 || recipients.length === 0;
  return [...(untouched ? [{ recipients: whole }] : []), ...parts.values()];
}

interface Edit extends Range {
  readonly text: string;
}

function edited(text: string, cut: EntryCut, isAnew: boolean): string | undefined {
  const [document] = parseAllDocuments(text, { version: '1.1', uniqueKeys: false, keepSourceTokens: true });
  if (!document || !('contents' in document) || !isSeq(document.contents)) return undefined;
  const list = document.contents;
  const ranges = itemRanges(text, list);
  const foreign = list.items.flatMap((node: unknown, at: number) =>
    isMap(node) && node.get('managedBy') === OWNER ? [] : [{ node, at }],
  );
  const edits: Edit[] = [];
  for (const [index, { node, at }] of foreign.entries()) {
    const range = ranges[at];
    const kept = cut.get(index);
    if (!kept && !(isAnew && hasAlias(node))) continue;
    if (!range) return undefined;
    const place = { text, list, range };
    const value = (node as YAMLMap).toJS(document, { maxAliasCount: MAX_ALIASES }) as Fields;
    const found = isAnew && hasAlias(node) ? undefined : inPlace(place, node, value, kept);
    if (!found && !isAnew) return undefined;
    edits.push(...(found ?? [anew(place, value, kept)]));
  }
  return edits
    .sort((a, b) => b.from - a.from)
    .reduce((left, { from, to, text: put }) => left.slice(0, from) + put + left.slice(to), text);
}

type Kept = ReadonlyMap<string, readonly string[]> | undefined;
type Fields = Readonly<Record<string, unknown>>;

function hasAlias(node: unknown): boolean {
  let found = isAlias(node);
  visit(node as YAMLMap, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

/** Where an entry is. */
interface Place {
  readonly text: string;
  readonly list: YAMLSeq;
  readonly range: Range;
}

/** The entry with its bytes, as far as they stay; recipients with fewer triggers get an entry of their own after it. */
function inPlace({ text, list, range }: Place, node: unknown, value: Fields, kept: Kept): Edit[] | undefined {
  const recipients = isMap(node) ? fieldOf(node, 'recipients') : undefined;
  if (!isMap(node) || !isSeq(recipients)) return undefined;
  const [first, ...others] = partsOf(namesIn(recipients), kept);
  if (!first) return [{ ...range, text: '' }];
  const { triggers: fewer } = first;
  const triggers = fieldOf(node, 'triggers');
  if (fewer && !isSeq(triggers)) return undefined;
  const without = [
    ...itemsToCut(text, recipients, first.recipients),
    ...(fewer && isSeq(triggers) ? itemsToCut(text, triggers, fewer) : []),
  ].map((each) => ({ ...each, text: '' }));
  if (others.length === 0) return without;
  const texts = others.map((part) => yamlSafeJson(withPart(value, part)));
  const isInline = list.flow === true;
  const hasEnd = isInline ? endsWithComma(text, range) : text[range.to - 1] === '\n';
  const between = isInline ? ', ' : '\n';
  const written = texts.map((each) => (isInline ? each : `${dashOf(text, range)}${each}`));
  const added = written.map((each) => (hasEnd ? each + between : between + each)).join('');
  return [...without, { from: range.to, to: range.to, text: added }];
}

/** The entry as JSON, without aliases. */
function anew({ text, list, range }: Place, value: Fields, kept: Kept): Edit {
  const names = yamlTexts(yamlStruct(value, ['recipients']).fields.recipients);
  const texts = partsOf(names, kept).map((part) => yamlSafeJson(withPart(value, part)));
  if (list.flow === true)
    return {
      ...range,
      text: texts.join(', ') + (texts.length > 0 && endsWithComma(text, range) ? ', ' : ''),
    };
  return { ...range, text: texts.map((each) => `${dashOf(text, range)}${each}\n`).join('') };
}

const endsWithComma = (text: string, { from, to }: Range): boolean =>
  text.slice(from, to).trimEnd().endsWith(',');

/** The node that the engine reads as a field. */
function fieldOf(node: YAMLMap, name: string): unknown {
  const key = fieldKey(
    node.items.map(({ key: each }) => (isScalar(each) ? String(each.value) : '')),
    name,
  );
  return key === undefined ? undefined : node.get(key, true);
}

/** The fields of an entry with those of a part in place of them, in any case of their names. */
const withPart = (value: Fields, part: Part): Fields => ({
  ...Object.fromEntries(
    Object.entries(value).filter(
      ([key]) => !Object.keys(part).some((name) => name !== key && isSameField(key, name)),
    ),
  ),
  ...part,
});

/** The dash of an entry, with the white space around it. */
const dashOf = (text: string, { from }: Range): string => `${text.slice(from, text.indexOf('-', from))}- `;

const namesIn = (list: YAMLSeq): string[] => list.items.map((_, at) => String(list.get(at)));

/** In brackets, the comma before the last items goes with them. */
function itemsToCut(text: string, list: YAMLSeq, kept: readonly string[]): Range[] {
  const ranges = itemRanges(text, list);
  const isGone = namesIn(list).map((each) => !kept.includes(each));
  const lastKept = isGone.lastIndexOf(false);
  return ranges.flatMap((range, at) => {
    if (!isGone[at]) return [];
    if (list.flow !== true || at < lastKept) return [range];
    const comma = text.lastIndexOf(',', range.from - 1);
    const from = at === lastKept + 1 && comma >= 0 ? comma : range.from;
    return [{ from, to: range.to }];
  });
}
