import { type Document, isScalar, LineCounter, type ParsedNode, parseAllDocuments, type Scalar } from 'yaml';
import { nodeOfField, rangeOfField } from './field-node.ts';
import { itemsOf } from './item-lists.ts';
import { offsetInScalar, type TextPosition } from './text-position.ts';

/** One YAML document of a file, or one item of a list in it: its value, and a way to find its fields in the file. */
export interface Manifest {
  readonly file: string;
  readonly value: unknown;
  /**
   * Line and column in the file, from 1, of a field such as `spec.events[0].when`, or of the nearest field around it.
   * @param field may be followed by any text that cannot belong to a path, as in a message
   * @param position a place inside the field's text. Where the file shows that text in another form, the result is
   *   the field's own place
   */
  place(field: string, position?: TextPosition): TextPosition;
  /** The lines of a field with its key, from 1; undefined if there is no such field. */
  lines(field: string): Lines | undefined;
}

/** Lines of a file, both included. */
export interface Lines {
  readonly first: number;
  readonly last: number;
}

/** A file that cannot be read, or is not YAML; the message names file, line and column. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/**
 * All documents of a text, and the items of the lists among them; `file` is its name in messages.
 * @throws ManifestError if it is not YAML
 */
export function parseManifests(source: string, file: string): Manifest[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(source, { lineCounter: lines, prettyErrors: false });
  if ('empty' in documents) return [];
  const positionAt = (offset: number): TextPosition => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const failAt = (offset: number, message: string): never => {
    const { line, column } = positionAt(offset);
    throw new ManifestError(`${file}:${line}:${column}: ${message}`);
  };
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error) failAt(error.pos[0], error.message);
    const place: Manifest['place'] = (field, position) =>
      positionAt(offsetOf(document, source, field, position));
    const linesOf: Manifest['lines'] = (field) => {
      const range = rangeOfField(document, field);
      if (!range) return undefined;
      // A block ends behind its last line break.
      const text = source.slice(range.from, range.to).trimEnd();
      const last = positionAt(range.from + Math.max(text.length - 1, 0)).line;
      return { first: positionAt(range.from).line, last };
    };
    const value = plainValue(document, failAt);
    if (value === null) return [];
    const tooDeep = (path: string) =>
      failAt(offsetOf(document, source, path), 'too many lists in each other');
    return itemsOf(value, tooDeep).map(({ path, value }) => ({
      file,
      value,
      place: (field, position) => place(`${path}${field}`, position),
      lines: (field) => linesOf(`${path}${field}`),
    }));
  });
}

/** An alias can be without its anchor, and a few aliases of aliases can stand for millions of values. */
function plainValue(document: Document.Parsed, failAt: (offset: number, message: string) => never): unknown {
  try {
    return document.toJS();
  } catch (error) {
    return failAt(document.contents?.range[0] ?? 0, (error as Error).message);
  }
}

function offsetOf(
  document: Document.Parsed<ParsedNode>,
  source: string,
  field: string,
  position?: TextPosition,
): number {
  const node = nodeOfField(document, field);
  if (!node) return 0;
  const inside =
    position && isScalar(node) ? offsetInScalar(source, node as Scalar.Parsed, position) : undefined;
  return inside ?? node.range[0];
}
