import { yamlSafeJson } from '../../lib/json.ts';
import { ObjectMemo } from '../../lib/memo.ts';

/** The value of the field `managedBy` in our entries; Argo CD's engine ignores the field. */
export const OWNER = 'argocd-dingtalk';

/** One entry of Argo CD's `subscriptions`: every trigger is sent to every recipient. */
export interface SubscriptionEntry {
  /** Service names, e.g. `dt_…`. */
  readonly recipients: readonly string[];
  /** Trigger names. */
  readonly triggers: readonly string[];
  /** Label selector on Applications, in kubectl's syntax; absent for all. */
  readonly selector?: string;
}

/** The facts in the begin marker for removing the block without a trace. */
export interface BlockState {
  /** The whole former value, if the block replaced it: null if the key did not exist, otherwise a text (`null`, `~`). */
  readonly was?: string | null;
  /** Whether the line break before the block is ours. */
  readonly lineBreak?: true;
}

/** The form of the lines of a block. */
export interface BlockLayout {
  /** `block` for lines that begin with `- `, `flow` for lines inside brackets that end with a comma. */
  readonly style: 'block' | 'flow';
  /** White space before each line. */
  readonly indent: string;
  readonly lineBreak: '\n' | '\r\n';
}

/** Fields of an object that somebody may have edited. */
interface Fields {
  readonly [name: string]: unknown;
  readonly recipients?: unknown;
  readonly triggers?: unknown;
  readonly selector?: unknown;
  readonly managedBy?: unknown;
  readonly was?: unknown;
  readonly lineBreak?: unknown;
}

/** The beginning of the line before the entries. */
export const BEGIN = `# BEGIN ${OWNER}`;
/** The beginning of the line after them. */
export const END = `# END ${OWNER}`;
const NOTICE = 'generated, changes are overwritten; edit the DingTalk resources instead';
const BEGIN_LINE = new RegExp(`^[ \\t]*${BEGIN}(?![\\w-])(.*)`);
const END_LINE = new RegExp(`^[ \\t]*${END}(?![\\w-])`);
const ENTRY_LINE = /^[ \t]*(?:-[ \t]+)?(\{.*\})[ \t]*,?[ \t]*\r?$/;

/** A whole value of `subscriptions` with exactly these entries. */
export function formatEntries(entries: readonly SubscriptionEntry[]): string {
  return yamlSafeJson(
    entries.map(({ recipients, triggers, selector }) => ({ recipients, triggers, selector })),
  );
}

/** The text of a block, from its begin marker to the line break after its end marker. */
export function renderBlock(
  entries: readonly SubscriptionEntry[],
  state: BlockState,
  { style, indent, lineBreak }: BlockLayout,
): string {
  const remembered = Object.keys(state).length > 0 ? ` ${yamlSafeJson(state)}` : '';
  const items = entries.map((entry) =>
    style === 'block' ? `- ${entryJson(entry)}` : `${entryJson(entry)},`,
  );
  const lines = [`${BEGIN}: ${NOTICE}${remembered}`, ...items, END];
  return lines.map((line) => `${indent}${line}${lineBreak}`).join('');
}

/** The state in a begin marker's line (empty if it is damaged), or undefined if the line is not a begin marker. */
export function readBeginLine(line: string): BlockState | undefined {
  const match = BEGIN_LINE.exec(line);
  if (match === null) return undefined;
  const { was, lineBreak } = parseObject(/\{.*\}/.exec(match[1] ?? '')?.[0]);
  return {
    ...(typeof was === 'string' || was === null ? { was } : {}),
    ...(lineBreak === true ? { lineBreak } : {}),
  };
}

/** Whether a line is an end marker. */
export function isEndLine(line: string): boolean {
  return END_LINE.test(line);
}

/** Our entry in a line that contains nothing else, with or without the `- ` or `,` of a list; otherwise undefined. */
export function readEntryLine(line: string): SubscriptionEntry | undefined {
  const value = parseObject(ENTRY_LINE.exec(line)?.[1]);
  return value.managedBy === OWNER ? toEntry(value) : undefined;
}

/** An entry from its fields; values of a wrong type are left out. */
export function toEntry({ recipients, triggers, selector }: Fields): SubscriptionEntry {
  return {
    recipients: strings(recipients),
    triggers: strings(triggers),
    ...(typeof selector === 'string' ? { selector } : {}),
  };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** The JSON of an entry, as it is in a line of the block. */
export const entryJson = (entry: SubscriptionEntry): string =>
  jsons.get(entry, [], () => {
    const { recipients, triggers, selector } = entry;
    return yamlSafeJson({ recipients, triggers, selector, managedBy: OWNER });
  });

/** A list is written again for each change of one entry. */
const jsons = new ObjectMemo<SubscriptionEntry, string>();

function parseObject(json: string | undefined): Fields {
  try {
    const value: unknown = JSON.parse(json ?? 'null');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
