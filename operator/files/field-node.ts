import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode } from 'yaml';

/**
 * The node of a field such as `spec.events[0].when`, or the nearest node around it. The path is read against the keys
 * of the document, so a map's key may hold dots and slashes. A path into a list begins with `[`. Text after the path is
 * ignored.
 */
export function nodeOfField(document: Document.Parsed<ParsedNode>, field: string): ParsedNode | null {
  let node = document.contents;
  let rest = field.startsWith('[') ? field : `.${field}`;
  for (;;) {
    const step = stepInto(resolved(node, document), rest);
    if (!step) return node;
    ({ node, rest } = step);
  }
}

/** The offsets of a field that exists, from its key to its end; undefined for any other field. */
export function rangeOfField(
  document: Document.Parsed<ParsedNode>,
  field: string,
): { readonly from: number; readonly to: number } | undefined {
  let node = document.contents;
  let rest = `.${field}`;
  let from = node?.range[0] ?? 0;
  while (rest !== '' && rest !== '.') {
    const step = stepInto(resolved(node, document), rest);
    if (!step) return undefined;
    ({ node, rest, from } = step);
  }
  return node ? { from, to: node.range[1] } : undefined;
}

interface Step {
  readonly node: ParsedNode;
  readonly rest: string;
  /** Where the key begins, or the item. */
  readonly from: number;
}

function stepInto(node: Node | null | undefined, rest: string): Step | undefined {
  if (isMap(node)) return intoMap(node.items as unknown as readonly Entry[], rest);
  if (!isSeq(node)) return undefined;
  const [bracket, index] = /^\[(\d+)\]/.exec(rest) ?? [];
  const item = index === undefined ? undefined : node.items[Number(index)];
  if (!item || !bracket) return undefined;
  const found = item as ParsedNode;
  return { node: found, rest: rest.slice(bracket.length), from: found.range[0] };
}

interface Entry {
  readonly key: ParsedNode;
  readonly value: ParsedNode | null;
}

/** The longest key that fits: with the keys `a` and `a.b`, the path `a.b` means the latter. */
function intoMap(entries: readonly Entry[], rest: string): Step | undefined {
  let found: Step | undefined;
  for (const { key, value } of entries) {
    const name = isScalar(key) ? `.${key.value}` : undefined;
    if (name === undefined || !value || !rest.startsWith(name)) continue;
    const after = rest.slice(name.length);
    if (/^[\w-]/.test(after) || (found && found.rest.length <= after.length)) continue;
    found = { node: value, rest: after, from: key.range[0] };
  }
  return found;
}

const resolved = (node: ParsedNode | null, document: Document): Node | null | undefined =>
  isAlias(node) ? node.resolve(document) : node;
