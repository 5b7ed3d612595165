/**
 * The value of the key `subscriptions`, which others use too: reads it, and splices our entries in or out. Every foreign byte stays.
 * own-parts.ts finds our entries, placement.ts inserts new ones, lines.ts has the form of their lines.
 */

import { isDeepStrictEqual } from 'node:util';
import { rememberLast } from '../../lib/memo.ts';
import { parseAroundBlock } from './around-block.ts';
import { type SubscriptionEntry, toEntry } from './lines.ts';
import type { BrokenText, ListText } from './list-text.ts';
import {
  findOwnParts,
  foreignValues,
  NO_LIST,
  type OwnParts,
  type Remainder,
  withoutOwnParts,
} from './own-parts.ts';
import { withBlockReplaced, withNewBlock } from './placement.ts';

export type { SubscriptionEntry } from './lines.ts';

/** A new value for the shared key (undefined: the key goes), or the reason why it must not change. */
export type Splice =
  | { readonly ok: true; readonly text: string | undefined }
  | { readonly ok: false; readonly reason: 'TargetBroken'; readonly message: string };

const STUCK =
  "the operator's entries cannot be removed from the value of subscriptions without changing other entries; " +
  'remove the entries with "managedBy":"argocd-dingtalk" by hand';
const NO_PLACE =
  "the form of the value of subscriptions has no place for the operator's entries; write the value as a plain list";

/**
 * The key `subscriptions` of argocd-notifications-cm is one YAML list for everybody. Our entries are a block of lines in it, one
 * JSON object each, between two comments:
 *
 *     - recipients: [slack:ops]          # somebody else's
 *       triggers: [on-deployed]
 *     # BEGIN argocd-dingtalk: generated, …
 *     - {"recipients":["dt_a"],"triggers":["dt_b"],"managedBy":"argocd-dingtalk"}
 *     # END argocd-dingtalk
 *
 * In a list in brackets, the block follows the opening bracket. Everything else, comments included, keeps its bytes; the begin
 * marker has the facts for removing the block without a trace.
 *
 * This reads our entries in the present value, wherever they are.
 *
 * @param text the value of the key; undefined if there is none
 *
 * Shape of the list: https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/subscriptions/
 */
export function readBlock(text: string | undefined): { entries: SubscriptionEntry[] } {
  return { entries: [...(text === undefined ? [] : examine(text).parts.entries)] };
}

/** The foreign entries, parsed, maps as `Map`; none if the value is not a list that both we and Argo CD can read. */
export function foreignEntries(text: string | undefined): readonly unknown[] {
  if (text === undefined) return [];
  const { list } = examine(text);
  return list.ok ? foreignValues(list) : [];
}

/**
 * The value without our part: the bytes from before our first write, with all later changes by others. From a value that is not a
 * YAML list, our lines are removed.
 *
 * @returns undefined if there is no key, or if only our part made it necessary
 */
export function foreignText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const { bom, remainder } = examine(text);
  const foreign = remainder().text;
  return foreign === undefined ? undefined : bom + foreign;
}

/**
 * The value with exactly these entries of ours, in this order; with none, {@link foreignText}.
 *
 * An intact block keeps its place; a damaged one (a marker lost, entries moved or copied, or rewritten by another tool) is removed
 * wherever its entries are, and written again. The same entries give the same bytes. Each text is parsed before it is returned:
 * the foreign entries must be unchanged, and ours as wanted.
 *
 * @returns `TargetBroken`, with line and column where possible, if the value is not a YAML list, or can't be changed
 *   without changing foreign entries
 * @throws TypeError for entries with lone surrogates
 */
export function spliceBlock(text: string | undefined, entries: readonly SubscriptionEntry[]): Splice {
  if (last && last.text === text && isSameList(last.entries, entries)) return last.splice;
  const splice = splicedBlock(text, entries);
  last = { text, entries, splice };
  return splice;
}

const isSameList = (a: readonly SubscriptionEntry[], b: readonly SubscriptionEntry[]): boolean =>
  a.length === b.length &&
  a.every((each, index) => each === b[index] || JSON.stringify(each) === JSON.stringify(b[index]));

/** Most decisions are about the same text and the same entries as the one before. */
let last:
  | {
      readonly text: string | undefined;
      readonly entries: readonly SubscriptionEntry[];
      readonly splice: Splice;
    }
  | undefined;

function splicedBlock(text: string | undefined, entries: readonly SubscriptionEntry[]): Splice {
  if (text === undefined) {
    return entries.length === 0 ? { ok: true, text } : fresh({ text, list: NO_LIST }, entries);
  }
  const { bom, body, list, parts, remainder } = examine(text);
  const withBom = (splice: Splice): Splice =>
    splice.ok && splice.text !== undefined ? { ok: true, text: bom + splice.text } : splice;
  if (entries.length === 0 && parts.ranges.length === 0) return { ok: true, text };
  if (entries.length > 0 && list.ok && parts.block !== undefined) {
    const replaced = withBlockReplaced(body, list, parts.block, entries);
    const after = replaced === body ? list : parsed(replaced);
    if (isRight(after, entries, list)) return { ok: true, text: bom + replaced };
  }
  const foreign = remainder();
  if (!foreign.ok) return targetBroken(list.ok ? STUCK : list.message);
  if (entries.length === 0) return withBom({ ok: true, text: foreign.text });
  return withBom(fresh(foreign, entries, parts));
}

function fresh(
  { text, list }: { readonly text: string | undefined; readonly list: ListText },
  entries: readonly SubscriptionEntry[],
  parts?: OwnParts,
): Splice {
  const was = parts?.begins.find(({ state }) => state.was !== undefined)?.state.was;
  const candidates = withNewBlock(text, list, entries, was);
  const found = candidates.find(
    (each) => isRight(parsed(each), entries, list) && examine(each).remainder().text === text,
  );
  return found === undefined ? targetBroken(NO_PLACE) : { ok: true, text: found };
}

/** Whether a new value, parsed, has the foreign entries unchanged, and ours as wanted. */
function isRight(
  after: ListText | BrokenText,
  wanted: readonly SubscriptionEntry[],
  before: ListText,
): boolean {
  if (!after.ok || !isDeepStrictEqual(foreignValues(after), foreignValues(before))) return false;
  const ours = after.items.flatMap(({ ours: entry }) => entry ?? []);
  return isDeepStrictEqual(
    ours,
    wanted.map((entry) => toEntry({ ...entry })),
  );
}

/** A value that was parsed before it was written is the next one that is read. */
const parsed = rememberLast(parseAroundBlock);

/** A decision reads the same value several times, and parsing a long one takes a tenth of a second. */
const examine = rememberLast(examineText);

function examineText(text: string) {
  // Our parser counts a byte order mark into the indentation of the first line; go-yaml skips it.
  const bom = text.startsWith('\ufeff') ? '\ufeff' : '';
  const body = text.slice(bom.length);
  const list = parsed(body);
  const parts = findOwnParts(body, list);
  let rest: Remainder | undefined;
  const remainder = (): Remainder => {
    rest ??= withoutOwnParts(body, list, parts);
    return rest;
  };
  return { bom, body, list, parts, remainder };
}

function targetBroken(message: string): Splice {
  return { ok: false, reason: 'TargetBroken', message };
}
