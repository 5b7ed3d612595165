import { CST, type Document, isMap, isScalar, isSeq, Parser, parseAllDocuments, visit } from 'yaml';
import { itemRanges, listIndent, listStart } from './item-ranges.ts';
import { OWNER, type SubscriptionEntry, toEntry } from './lines.ts';
import { place, type Range } from './text.ts';
import { type DialectProblem, dialectProblem, tabProblem } from './yaml-dialect.ts';

/** One entry of the list. */
export interface ListItem {
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
  /** Where a first entry could go: the line of the first dash, behind the bracket, else the end of the text. */
  readonly start: number;
  /** Where `#` begins no comment. */
  readonly scalars: readonly Range[];
  /** Whether the text ends inside a `|` or `>` scalar, without a line break: to add one would change the scalar. */
  readonly endsInBlockScalar: boolean;
}

/** A text that is no YAML list: why, and where. */
export interface BrokenText {
  readonly ok: false;
  readonly message: string;
  /** Where `#` begins no comment, as far as that can be told. */
  readonly scalars: readonly Range[];
  /** Whether damage to our lines may be the reason. Else the parser may well be wrong, and nothing is safe to touch. */
  readonly isCurable: boolean;
}

// As go-yaml v2 takes it: YAML 1.1, of equal keys the last wins.
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
    const what = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      message: `the value of subscriptions cannot be read: ${what}`,
      scalars: [],
      isCurable: false,
    };
  }
}

function fromYaml(text: string): ListText | BrokenText {
  const documents = parseAllDocuments(text, OPTIONS);
  const [first, second] = documents;
  if (second !== undefined)
    return broken(text, { message: 'has more than one document', offset: second.range[0] });
  const errors = 'empty' in documents ? documents.errors : (first?.errors ?? []);
  const [error] = errors;
  if (error !== undefined) {
    const problem = { message: `is not valid YAML (${error.message})`, offset: error.pos[0] };
    // go-yaml takes quoted text at a lower indentation, which looks like an open quote to our parser.
    return { ...broken(text, problem), isCurable: !errors.some((each) => each.message.includes('quote')) };
  }
  return first === undefined ? withoutItems(text, 'none') : fromDocument(text, first);
}

function fromDocument(text: string, document: Document.Parsed): ListText | BrokenText {
  const root = document.contents;
  const value: unknown = document.toJS({ mapAsMap: true, maxAliasCount: MAX_ALIASES });
  if (root === null || (isScalar(root) && root.range[0] === root.range[1])) return withoutItems(text, 'none');
  if (value === null && /^(?:null|Null|NULL|~)$/.test(text.trim())) return withoutItems(text, 'null');
  if (!isSeq(root) || !Array.isArray(value)) {
    const message = `is ${isMap(root) ? 'a map' : 'a single value'}, not a list`;
    return broken(text, { message, offset: root.range[0] });
  }
  const { scalars, brackets, blockScalarEnd } = parts(document);
  const style = root.flow === true ? 'flow' : 'block';
  const tab = style === 'block' ? tabProblem(text, [...scalars, ...brackets]) : undefined;
  if (tab !== undefined) return broken(text, tab);
  const ranges = itemRanges(text, root);
  return {
    ok: true,
    style,
    items: root.items.map((node, index) => {
      const fields: unknown = value[index];
      const isOurs =
        isMap(node) && node.has('managedBy') && fields instanceof Map && fields.get('managedBy') === OWNER;
      const ours = isOurs ? toEntry(Object.fromEntries(fields)) : undefined;
      return { value: fields, ours, range: ranges[index] ?? { from: 0, to: 0 } };
    }),
    indent: listIndent(text, root),
    start: listStart(text, root),
    scalars,
    endsInBlockScalar: !text.endsWith('\n') && blockScalarEnd >= text.trimEnd().length,
  };
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

function parts(document: Document.Parsed): { scalars: Range[]; brackets: Range[]; blockScalarEnd: number } {
  const scalars: Range[] = [];
  const brackets: Range[] = [];
  let blockScalarEnd = 0;
  visit(document, {
    Scalar: (_, { range, type }) => {
      if (!range) return;
      scalars.push({ from: range[0], to: range[1] });
      if (type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED')
        blockScalarEnd = Math.max(blockScalarEnd, range[1]);
    },
    Collection: (_, { range, flow }) => {
      if (range && flow === true) brackets.push({ from: range[0], to: range[1] });
    },
  });
  return { scalars, brackets, blockScalarEnd };
}

function broken(text: string, { message, offset }: DialectProblem): BrokenText {
  const scalars = scalarTokens([...new Parser().parse(text)]);
  return {
    ok: false,
    message: `the value of subscriptions ${message} at ${place(text, offset)}`,
    scalars,
    isCurable: true,
  };
}

/** The scalars of a text that need not be valid. */
function scalarTokens(tokens: readonly CST.Token[]): Range[] {
  const inItem = ({ key, value }: CST.CollectionItem): Range[] =>
    scalarTokens([key, value].filter((token) => token !== undefined && token !== null));
  return tokens.flatMap((token) => {
    if (CST.isScalar(token)) return [{ from: token.offset, to: token.offset + token.source.length }];
    if (token.type === 'document') return token.value === undefined ? [] : scalarTokens([token.value]);
    return CST.isCollection(token) ? token.items.flatMap(inItem) : [];
  });
}
