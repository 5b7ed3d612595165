import { type Document, isAlias, isMap, isScalar, type Pair, parseAllDocuments, visit } from 'yaml';

/**
 * A value of Argo CD's ConfigMap in which each alias of YAML (`*name`, `<<: *name`) is replaced by what it stands for. Every other
 * byte stays, anchors among them. Undefined for a value without aliases, or one that cannot be read.
 */
export function withoutAliases(text: string): string | undefined {
  const [document] = parseAllDocuments(text, { version: '1.1', uniqueKeys: false });
  if (!document || !('contents' in document) || document.errors.length > 0) return undefined;
  try {
    const edits = editsIn(document, text);
    if (edits.length === 0) return undefined;
    return edits
      .sort((a, b) => b.from - a.from)
      .reduce((rest, { from, to, by }) => rest.slice(0, from) + by + rest.slice(to), text);
  } catch {
    // An alias without an anchor, of itself, or of too much.
    return undefined;
  }
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

function editsIn(document: Document, text: string): Edit[] {
  const edits: Edit[] = [];
  visit(document, {
    Pair(_, pair, path) {
      const map = path.at(-1);
      if (!isMerge(pair) || !isMap(map)) return undefined;
      const [from = 0, to = 0] = [rangeOf(pair.key)?.[0], rangeOf(pair.value)?.[1]];
      const own = new Set(map.items.map(({ key }) => String(key)));
      const fields = Object.entries(targetOf(pair.value, document)).filter(([name]) => !own.has(name));
      const indent = from - (text.lastIndexOf('\n', from - 1) + 1);
      const separator = map.flow ? ', ' : `\n${' '.repeat(indent)}`;
      const by = fields.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
      edits.push({ from, to, by: by.join(separator) });
      return visit.SKIP;
    },
    Alias(_, alias) {
      const [from = 0, to = 0] = alias.range ?? [];
      edits.push({ from, to, by: JSON.stringify(targetOf(alias, document)) });
    },
  });
  return edits;
}

const isMerge = ({ key, value }: Pair): boolean =>
  (isScalar(key) ? key.source === '<<' || key.value === '<<' : false) && isAlias(value);

const rangeOf = (node: unknown): readonly number[] | null | undefined =>
  (node as { range?: readonly number[] | null } | null)?.range;

/** @throws Error for an alias without an anchor, of itself, or of too much */
function targetOf(node: unknown, document: Document): object | string {
  const target = isAlias(node) ? node.resolve(document)?.toJS(document) : undefined;
  if (target === undefined || target === null) throw new Error('the alias refers to nothing');
  return target as object | string;
}
