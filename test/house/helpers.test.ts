import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsIn } from './sources.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

/** All imports of one file by another, as paths below the repository. */
const IMPORTS = ['operator', 'engine', 'test'].flatMap((folder) =>
  readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => {
      const from = join(folder, path);
      const text = readFileSync(join(REPOSITORY, from), 'utf8');
      return importsIn(text).map((to) => ({
        from,
        to: relative(REPOSITORY, join(REPOSITORY, dirname(from), to)),
      }));
    }),
);

const isTest = (path: string) => path.endsWith('.test.ts');
/** A helper of unit tests, which stands beside the source. */
const isHelper = (path: string) => dirname(path).split('/').includes('testing');
const isBelow = (folder: string) => (path: string) => path.startsWith(`${folder}/`);
/** Control planes and all that needs them, benchmarks, fuzzers. */
const isOfTestFolder = isBelow('test');

const offences = (isOffence: (from: string, to: string) => boolean): string[] =>
  IMPORTS.filter(({ from, to }) => isOffence(from, to)).map(({ from, to }) => `${from} imports ${to}`);

describe('helpers of tests', () => {
  it('are looked for in the imports that there are', () => {
    expect(IMPORTS.length).toBeGreaterThan(1_000);
    expect(IMPORTS.some(({ from, to }) => isTest(from) && isHelper(to))).toBe(true);
  });

  it('are exported by no test', () => {
    expect(offences((_, to) => isTest(to))).toEqual([]);
  });

  it('in testing/ are imported by tests and by other helpers only', () => {
    expect(
      offences((from, to) => isHelper(to) && !isTest(from) && !isHelper(from) && !isOfTestFolder(from)),
    ).toEqual([]);
  });

  it.each(['operator', 'engine'])('in test/ are not needed by %s/', (folder) => {
    expect(offences((from, to) => isBelow(folder)(from) && isOfTestFolder(to))).toEqual([]);
  });
});
