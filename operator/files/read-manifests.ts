import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, ManifestError, parseManifests } from './manifests.ts';

/** The path that stands for standard input, and the name of standard input in messages. */
const STDIN = '-';
const STDIN_NAME = '<stdin>';

/** Far more than all manifests of an organisation: somebody has piped in something else. */
const MAX_STDIN_BYTES = 256 * 1024 * 1024;

/** Standard input of a process. */
export type InputStream = AsyncIterable<Uint8Array | string>;

/** Paths as messages show them. */
export const shownPaths = (paths: readonly string[]): string =>
  paths.map((path) => (path === STDIN ? STDIN_NAME : path)).join(', ');

/**
 * Reads all documents of the files, and of all *.yaml, *.yml and *.json files in the folders, in order of their
 * names. `-` stands for standard input.
 * @throws ManifestError for the first file that cannot be read or parsed, and if standard input is named twice
 */
export async function readManifests(paths: readonly string[], stdin: InputStream): Promise<Manifest[]> {
  if (paths.filter((path) => path === STDIN).length > 1)
    throw new ManifestError(`${STDIN} stands for standard input, which can be read only once: name it once`);
  const files = (await Promise.all(paths.map(filesAt))).flat();
  const read = await Promise.all(files.map((file) => (file === STDIN ? undefined : readOne(file))));
  // The last one: a command that has found a file unreadable does not wait for the end of standard input.
  const piped = files.includes(STDIN) ? parseManifests(await readAll(stdin), STDIN_NAME) : [];
  return read.flatMap((manifests) => manifests ?? piped);
}

async function filesAt(path: string): Promise<string[]> {
  if (path === STDIN) return [path];
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

async function readOne(file: string): Promise<Manifest[]> {
  const source = await readFile(file, 'utf8').catch((cause: Error) => {
    throw unreadable(file, cause);
  });
  return parseManifests(source, file);
}

async function readAll(stdin: InputStream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stdin) {
      const part = Buffer.from(chunk as string);
      bytes += part.length;
      if (bytes > MAX_STDIN_BYTES)
        throw new ManifestError(`${STDIN_NAME}: more than ${MAX_STDIN_BYTES} bytes`);
      chunks.push(part);
    }
  } catch (error) {
    throw error instanceof ManifestError ? error : unreadable(STDIN_NAME, error as Error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const unreadable = (path: string, cause: Error) =>
  new ManifestError(`${path}: cannot be read: ${cause.message}`, { cause });
