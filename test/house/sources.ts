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

const IMPORT = /(?:from|^import|\bimport\()\s*'(\.[^']+)'/gm;

/** Every source file of the operator. */
export const SOURCES: readonly Source[] = readdirSync(OPERATOR, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !isForTests(path))
  .sort()
  .map((path) => {
    const text = readFileSync(join(OPERATOR, path), 'utf8');
    const imports = [...text.matchAll(IMPORT)].map(([, to = '']) =>
      relative(OPERATOR, join(OPERATOR, dirname(path), to)),
    );
    return { path, folder: dirname(path), text, imports };
  });
