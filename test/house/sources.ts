import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const OPERATOR = join(import.meta.dirname, '../../operator');

/** One file of operator/ that is neither a test nor a test's helper. */
export interface Source {
  /** Below operator/. */
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  /** Paths below operator/; one outside of it begins with `..`. */
  readonly imports: readonly string[];
}

/** Whether a file below operator/ is there for tests only. */
export const isForTests = (path: string): boolean =>
  /\.test\.ts$/.test(path) || path.split('/').includes('testing');

const IMPORT = /(?:\bfrom|^import|\bimport\()\s*['"`](\.[^'"`]+)['"`]/gm;

/** The relative paths that a file imports, in any form: by name, for its effects, exported again, or at run time. */
export const importsIn = (text: string): string[] => [...text.matchAll(IMPORT)].map(([, to = '']) => to);

/** Every source file of the operator. */
export const SOURCES: readonly Source[] = readdirSync(OPERATOR, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !isForTests(path))
  .sort()
  .map((path) => {
    const text = readFileSync(join(OPERATOR, path), 'utf8');
    const imports = importsIn(text).map((to) => relative(OPERATOR, join(OPERATOR, dirname(path), to)));
    return { path, folder: dirname(path), text, imports };
  });
