import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, LineCounter, parseAllDocuments } from 'yaml';

/** One YAML document of a file: what it says, and how to find a field of it again. */
export interface Manifest {
  readonly file: string;
  readonly value: unknown;
  /** Line and column, from 1, of a field such as `spec.events[0].when`, or of the nearest field around it. */
  place(field: string): { readonly line: number; readonly column: number };
}

/** A file that can't be read, or is no YAML; the message names file, line and column. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/**
 * Reads all documents of the files, and of all *.yaml, *.yml and *.json files in the folders, in order of their names.
 * @throws ManifestError for the first one that can't be read or parsed
 */
export async function readManifests(paths: readonly string[]): Promise<Manifest[]> {
  const files = (await Promise.all(paths.map(filesAt))).flat();
  return (await Promise.all(files.map(readFileManifests))).flat();
}

async function filesAt(path: string): Promise<string[]> {
  const kind = await stat(path).catch((cause: Error) => {
    throw new ManifestError(`${path}: cannot be read: ${cause.message}`, { cause });
  });
  if (!kind.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true });
  return entries
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

async function readFileManifests(file: string): Promise<Manifest[]> {
  const lines = new LineCounter();
  const documents = parseAllDocuments(await readFile(file, 'utf8'), {
    lineCounter: lines,
    prettyErrors: false,
  });
  if ('empty' in documents) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error) {
      const { line, col } = lines.linePos(error.pos[0]);
      throw new ManifestError(`${file}:${line}:${col}: ${error.message}`);
    }
    const value: unknown = document.toJS();
    return value === null ? [] : [{ file, value, place: (field: string) => place(document, lines, field) }];
  });
}

function place(document: Document, lines: LineCounter, field: string): { line: number; column: number } {
  const path = [...field.matchAll(/([^.[\]]+)/g)].map(([step]) => (/^\d+$/.test(step) ? Number(step) : step));
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as
      | { range?: [number, number, number] }
      | undefined;
    if (!node?.range) continue;
    const { line, col } = lines.linePos(node.range[0]);
    return { line, column: col };
  }
  return { line: 1, column: 1 };
}
