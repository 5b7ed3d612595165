import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, isScalar, LineCounter, type ParsedNode, parseAllDocuments, type Scalar } from 'yaml';
import { nodeOfField } from './field-node.ts';
import { offsetInScalar, type TextPosition } from './text-position.ts';

/** One YAML document of a file: its value, and a way to find its fields in the file. */
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
}

/** A file that cannot be read, or is not YAML; the message names file, line and column. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/**
 * Reads all documents of the files, and of all *.yaml, *.yml and *.json files in the folders, in order of their
 * names.
 * @throws ManifestError for the first file that cannot be read or parsed
 */
export async function readManifests(paths: readonly string[]): Promise<Manifest[]> {
  const files = (await Promise.all(paths.map(filesAt))).flat();
  return (await Promise.all(files.map(readFileManifests))).flat();
}

async function filesAt(path: string): Promise<string[]> {
  const kind = await stat(path).catch((cause: Error) => {
    throw unreadable(path, cause);
  });
  if (!kind.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true });
  return entries
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

async function readFileManifests(file: string): Promise<Manifest[]> {
  const source = await readFile(file, 'utf8').catch((cause: Error) => {
    throw unreadable(file, cause);
  });
  return parseManifests(source, file);
}

const unreadable = (path: string, cause: Error) =>
  new ManifestError(`${path}: cannot be read: ${cause.message}`, { cause });

/**
 * All documents of a text; `file` is its name in messages.
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
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error) {
      const { line, column } = positionAt(error.pos[0]);
      throw new ManifestError(`${file}:${line}:${column}: ${error.message}`);
    }
    const value: unknown = document.toJS();
    if (value === null) return [];
    const place: Manifest['place'] = (field, position) =>
      positionAt(offsetOf(document, source, field, position));
    return [{ file, value, place }];
  });
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
