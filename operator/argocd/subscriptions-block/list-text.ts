import { type Document, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import { itemRanges, listIndent, listStart } from './item-ranges.ts';
import { OWNER, type SubscriptionEntry, toEntry } from './lines.ts';
import { likelyScalars, opaqueParts } from './opaque-parts.ts';
import { place, type Range } from './text.ts';
import { type DialectProblem, dialectProblem, tabProblem } from './yaml-dialect.ts';

/** One entry of the list. */
export interface ListItem {
  /** Without our entries inside it (after a hand edit of their indentation, for example). */
  readonly value: unknown;
  /** Set if the entry says that it is ours. */
  readonly ours: SubscriptionEntry | undefined;
  readonly range: Range;
}

/** A text that is a YAML list, or nothing yet. */
export interface ListText {
  readonly ok: true;
  /** `none`: no content (empty, comments); `null`: the word alone; `block`: `- a`; `flow`: `[a]`. */
  readonly style: 'none' | 'null' | 'block' | 'flow';
  readonly items: readonly ListItem[];
  /** White space before the dashes of a block list. */
  readonly indent: string;
  /** The place for a first entry: the line of the first dash, after the bracket, or the end of the text. */
  readonly start: number;
  /** Where `#` begins no comment. */
  readonly scalars: readonly Range[];
  /** Whether the text ends inside a `|` or `>` scalar, without a line break: to add one would change the scalar. */
  readonly endsInBlockScalar: boolean;
}

/** A text that is not a YAML list, with the reason and the place. */
export interface BrokenText {
  readonly ok: false;
  readonly message: string;
  /** Where `#` begins no comment, as far as that is known. */
  readonly scalars: readonly Range[];
  /** Whether damage to our lines may be the reason. Otherwise the parser may be wrong, and no change is safe. */
  readonly isCurable: boolean;
}

// As go-yaml v2 reads it: YAML 1.1; the last of equal keys wins.
const OPTIONS = { version: '1.1', uniqueKeys: false, prettyErrors: false, keepSourceTokens: true } as const;
/** Enough for a list that uses one anchor in each entry, too few to exhaust memory. */
const MAX_ALIASES = 10_000;

/** Parses the value of `subscriptions` (without a byte order mark). Never throws. */
export function parseListText(text: string): ListText | BrokenText {
  const problem = dialectProblem(text);
  if (problem !== undefined) return { ...broken(text, problem), isCurable: false };
  try {
    return fromYaml(text);
  } catch (error) {
    // Too many aliases, or nested too deep.
    const reason = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      message: `the value of subscriptions cannot be read: ${reason}`,
      scalars: [],
      isCurable: false,
    };
  }
}

function fromYaml(text: string): ListText | BrokenText {
  const documents = parseAllDocuments(text, OPTIONS);
  const [first, second] = documents;
  if (second !== undefined) {
    return broken(text, { message: 'has more than one document', offset: second.range[0] });
  }
  const errors = 'empty' in documents ? documents.errors : (first?.errors ?? []);
  const [error] = errors;
  if (error !== undefined) {
    const problem = { message: `is not valid YAML (${error.message})`, offset: error.pos[0] };
    // go-yaml accepts quoted text at a lower indentation; our parser reads it as an open quote.
    return {
      ...broken(text, problem),
      isCurable: !errors.some((each) => each.message.startsWith('Missing closing')),
    };
  }
  return first === undefined ? withoutItems(text, 'none') : fromDocument(text, first);
}

function fromDocument(text: string, document: Document.Parsed): ListText | BrokenText {
  const root = document.contents;
  const value: unknown = document.toJS({ mapAsMap: true, maxAliasCount: MAX_ALIASES });
  if (root === null || (isScalar(root) && root.range[0] === root.range[1])) return withoutItems(text, 'none');
  if (value === null && /^(?:null|Null|NULL|~)$/.test(text.trim())) return withoutItems(text, 'null');
  if (!isSeq(root) || !Array.isArray(value)) {
    const kind = value === null ? 'null' : isMap(root) ? 'a map' : 'a single value';
    const message = `is ${kind}, not a list`;
    return broken(text, { message, offset: root.range[0] });
  }
  const { scalars, brackets, blockScalarEnd } = opaqueParts(document);
  const style = root.flow === true ? 'flow' : 'block';
  const tab = style === 'block' ? tabProblem(text, [...scalars, ...brackets]) : undefined;
  if (tab !== undefined) return broken(text, tab);
  const ranges = itemRanges(text, root);
  return {
    ok: true,
    style,
    items: root.items.map((node, index) => {
      const fields: unknown = value[index];
      const ours =
        isMap(node) && node.has('managedBy') && isOurs(fields)
          ? toEntry(Object.fromEntries(fields))
          : undefined;
      return { value: withoutOurs(fields), ours, range: ranges[index] ?? { from: 0, to: 0 } };
    }),
    indent: listIndent(text, root),
    start: listStart(text, root),
    scalars,
    endsInBlockScalar: !text.endsWith('\n') && blockScalarEnd >= text.trimEnd().length,
  };
}

function isOurs(value: unknown): value is Map<unknown, unknown> {
  return value instanceof Map && value.get('managedBy') === OWNER;
}

function withoutOurs(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((each) => !isOurs(each)).map(withoutOurs);
  if (!(value instanceof Map)) return value;
  const fields = [...value].filter(([key]) => !isOurs(key));
  return new Map(fields.map(([key, field]) => [key, withoutOurs(field)]));
}

function withoutItems(text: string, style: 'none' | 'null'): ListText | BrokenText {
  const tab = tabProblem(text, []);
  if (tab !== undefined) return broken(text, tab);
  return {
    ok: true,
    style,
    items: [],
    indent: '',
    start: text.length,
    scalars: [],
    endsInBlockScalar: false,
  };
}

function broken(text: string, { message, offset }: DialectProblem): BrokenText {
  const where = place(text, offset);
  return {
    ok: false,
    message: `the value of subscriptions ${message} at ${where}`,
    scalars: likelyScalars(text),
    isCurable: true,
  };
}
