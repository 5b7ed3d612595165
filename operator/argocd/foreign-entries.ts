import { isDeepStrictEqual } from 'node:util';
import { isMap, isSeq, parseAllDocuments, type YAMLSeq } from 'yaml';
import { itemRanges } from './subscriptions-block/item-ranges.ts';
import { OWNER } from './subscriptions-block/lines.ts';
import { foreignEntries } from './subscriptions-block/subscriptions-block.ts';
import type { Range } from './subscriptions-block/text.ts';
import { withoutAliases } from './yaml-aliases.ts';
import { yamlTexts } from './yaml-value.ts';

/** One foreign entry of `subscriptions`. */
export interface ForeignEntry {
  /** Its place among the foreign entries, from 0. */
  readonly index: number;
  /** `service` or `service:recipient`. */
  readonly recipients: readonly string[];
  /** Empty: the default triggers. */
  readonly triggers: readonly string[];
  /** In kubectl's syntax; absent for all Applications. */
  readonly selector?: string;
}

/** The foreign entries of the shared key. */
export function readForeignEntries(text: string | undefined): ForeignEntry[] {
  return foreignEntries(text).map((value, index) => {
    const fields = value instanceof Map ? value : new Map<unknown, unknown>();
    const selector: unknown = fields.get('selector');
    return {
      index,
      recipients: yamlTexts(fields.get('recipients')),
      triggers: yamlTexts(fields.get('triggers')),
      ...(typeof selector === 'string' && selector.trim() !== '' && { selector }),
    };
  });
}

/** A recipient of an entry: the service, and the text after it, which is usually empty. */
export function readRecipient(text: string): { readonly service: string; readonly recipient: string } {
  const [service = '', recipient = ''] = text.split(':');
  return { service, recipient };
}

/** For each entry, by its index, the recipients to remove; an entry without recipients is removed too. */
export type EntryCut = ReadonlyMap<number, ReadonlySet<string>>;

/**
 * The value of `subscriptions` without some recipients of some entries; every other byte stays, except for aliases of what
 * goes. The result is parsed again before it is returned.
 * @returns `undefined` as text if nothing is left, so the key can go; not ok if the text can't be cut safely
 */
export function withoutRecipients(
  text: string | undefined,
  cut: EntryCut,
): { readonly ok: true; readonly text: string | undefined } | { readonly ok: false } {
  if (text === undefined || cut.size === 0) return { ok: true, text };
  const rest = cutFrom(text, cut);
  if (rest.ok) return rest;
  // Another entry may refer to the one that goes.
  const plain = withoutAliases(text);
  return plain === undefined ? rest : cutFrom(plain, cut);
}

function cutFrom(text: string, cut: EntryCut): ReturnType<typeof withoutRecipients> {
  const ranges = cutRanges(text, cut);
  if (!ranges) return { ok: false };
  const rest = ranges
    .sort((a, b) => b.from - a.from)
    .reduce((left, { from, to }) => left.slice(0, from) + left.slice(to), text);
  const wanted = readForeignEntries(text).flatMap((entry) => {
    const recipients = entry.recipients.filter((each) => !cut.get(entry.index)?.has(each));
    return recipients.length === 0 && cut.has(entry.index) ? [] : [{ ...entry, recipients }];
  });
  const found = readForeignEntries(rest);
  const withoutIndex = (entries: readonly ForeignEntry[]) => entries.map((entry) => ({ ...entry, index: 0 }));
  if (!isDeepStrictEqual(withoutIndex(found), withoutIndex(wanted))) return { ok: false };
  return { ok: true, text: rest.trim() === '' || rest.trim() === '[]' ? undefined : rest };
}

function cutRanges(text: string, cut: EntryCut): Range[] | undefined {
  const [document] = parseAllDocuments(text, { version: '1.1', uniqueKeys: false, keepSourceTokens: true });
  const root: unknown = document && 'contents' in document ? document.contents : null;
  if (!isSeq(root)) return undefined;
  const ranges = itemRanges(text, root);
  const foreign = root.items.flatMap((node: unknown, place: number) =>
    isMap(node) && node.get('managedBy') === OWNER ? [] : [{ node, place }],
  );
  const found: Range[] = [];
  for (const [index, gone] of cut) {
    const entry = foreign[index];
    const list = isMap(entry?.node) ? entry.node.get('recipients', true) : undefined;
    const range = entry && ranges[entry.place];
    if (!range || !isSeq(list)) return undefined;
    const isGone = list.items.map((_, at) => gone.has(String(list.get(at))));
    if (isGone.every(Boolean)) found.push(range);
    else found.push(...itemsToCut(text, list, isGone));
  }
  return found;
}

/** In brackets, the comma before the last items goes with them. */
function itemsToCut(text: string, list: YAMLSeq, isGone: readonly boolean[]): Range[] {
  const ranges = itemRanges(text, list);
  const lastKept = isGone.lastIndexOf(false);
  return ranges.flatMap((range, at) => {
    if (!isGone[at]) return [];
    if (list.flow !== true || at < lastKept) return [range];
    const comma = text.lastIndexOf(',', range.from - 1);
    const from = at === lastKept + 1 && comma >= 0 ? comma : range.from;
    return [{ from, to: range.to }];
  });
}
