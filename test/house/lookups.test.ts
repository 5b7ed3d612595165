import { fileURLToPath } from 'node:url';
import { createVirtualFileSystem } from 'typescript/unstable/fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { inheritedLookups } from './lookups.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The compiler reads the whole project, on a busy machine. */
const TIMEOUT_MS = 120_000;

const isOurs = (path: string): boolean =>
  path.startsWith(`${ROOT}operator/`) &&
  !/\.test\.ts$|\/testing\/|\.generated\.ts$/.test(path) &&
  path !== `${ROOT}operator/lib/own.ts`;

it(
  'names that are only known at run time are looked up and set by own() and setOwn(), in a Map, or not at all',
  () => {
    const found = inheritedLookups(`${ROOT}tsconfig.json`, isOurs);
    expect(found.map(({ file, line, text }) => `${file.slice(ROOT.length)}:${line}: ${text}`)).toEqual([]);
  },
  TIMEOUT_MS,
);

const DECLARATIONS = `
  declare const record: Record<string, string>, few: Record<'a' | 'b', string>, list: string[], anything: any;
  declare const name: string, index: number, one: 'a' | 'b', unique: unique symbol, A = 'a';`;

const RISKY = [
  'record[name]',
  'record?.[name]',
  'record[name] = name',
  'delete record[name]',
  "record['dt_' + name]",
  'record[(name)!]',
  'record[name.toUpperCase()]',
  'few[name as keyof typeof few]',
  'record[name as "a"]',
  'anything[name]',
  'record[anything]',
  'name in record',
  'name in anything',
  'Object.assign(record, anything)',
  '({ [name]: value, ...others }: typeof record) => value',
  '<K extends string>(key: K) => record[key]',
];

const HARMLESS = [
  'record.name',
  "record['name']",
  'record[`name`]',
  'record[A]',
  'few[one]',
  'record[one]',
  'list[index]',
  'list[list.length - 1]',
  'name[0]',
  'anything[unique]',
  "'name' in record",
  '({ [name]: 1 })',
  '({ ...record, ...anything })',
  'new Map([[name, 1]]).get(name)',
  'Object.hasOwn(record, name)',
  '<F extends keyof typeof few>(field: F) => few[field]',
];

describe('the search', () => {
  const found = new Map<string, number>();
  beforeAll(() => {
    const files = [...RISKY, ...HARMLESS].map((code, index): [string, string] => [
      `/p/${index}.ts`,
      `export default (${code});`,
    ]);
    const compilerOptions = { strict: true, lib: ['es2022'], types: [] };
    const fs = createVirtualFileSystem({
      '/p/tsconfig.json': JSON.stringify({ compilerOptions, include: ['*.ts'] }),
      '/p/declarations.d.ts': DECLARATIONS,
      ...Object.fromEntries(files),
    });
    for (const { file } of inheritedLookups(
      '/p/tsconfig.json',
      (path) => path !== '/p/declarations.d.ts',
      fs,
    )) {
      const code = [...RISKY, ...HARMLESS][Number(/\d+/.exec(file)?.[0])] ?? file;
      found.set(code, (found.get(code) ?? 0) + 1);
    }
  });

  it.each(RISKY)('finds %s', (code) => {
    expect(found.get(code)).toBe(1);
  });

  it.each(HARMLESS)('has nothing against %s', (code) => {
    expect(found.get(code)).toBeUndefined();
  });
});
