import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['config', 'crds', 'docs', 'engine', 'operator', 'release', 'samples', 'test'];

/** Every file of the repository that the packages and the builds have not made. */
const FILES: readonly string[] = [
  ...readdirSync(ROOT, { withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ name }) => name),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length + 1)),
  ),
];
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** A path from the root of the repository, without the full stop of its sentence. */
const PATH = /(?<![\w./-])(?:operator|test|docs|samples)\/[\w./-]*(?<![.-])/g;
/** One file for each kind, or for each command. */
const PLACEHOLDER = /\b(KIND|NAME)\b/;
/** `docs/adr/0028` is enough for a decision. */
const DECISION = /^docs\/adr\/\d{4}$/;

const exists = (path: string): boolean =>
  DECISION.test(path) ? FILES.some((file) => file.startsWith(`${path}-`)) : existsSync(join(ROOT, path));

/** The parts of a file that speak about the repository: a page as a whole, and the comments of all else. */
function proseOf(file: string): string {
  const text = read(file);
  if (/\.md$/.test(file) || basename(file) === 'Makefile') return text;
  if (/\.(ts|go)$/.test(file)) return (text.match(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g) ?? []).join('\n');
  return /\.ya?ml$/.test(file) ? (text.match(/(?<!\S)#.*/g) ?? []).join('\n') : '';
}

it('every path that a page, a comment or the Makefile names is there', () => {
  const named = FILES.flatMap((file) => (proseOf(file).match(PATH) ?? []).map((path) => ({ file, path })));
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter(({ path }) => !PLACEHOLDER.test(path) && !exists(path))).toEqual([]);
});

it('every file that a page links to is there', () => {
  const links = FILES.filter((file) => file.endsWith('.md')).flatMap((file) =>
    [...read(file).matchAll(/\]\(([^)#:{\s]+)(?:#[^)\s]*)?\)/g)].map(([, to = '']) => ({ file, to })),
  );
  expect(links.length).toBeGreaterThan(50);
  expect(links.filter(({ file, to }) => !existsSync(join(ROOT, file, '..', to)))).toEqual([]);
});

it('CONTRIBUTING.md names files and folders that there are', () => {
  const named = [...read('CONTRIBUTING.md').matchAll(/`([\w./-]+(?:\/|\.(?:ts|md|yaml)))`/g)]
    .map(([, path = '']) => path)
    .filter((path) => !PLACEHOLDER.test(path));
  expect(named.length).toBeGreaterThan(30);
  const isThere = (path: string) =>
    FILES.some((file) =>
      path.endsWith('/') ? `/${file}`.includes(`/${path}`) : `/${file}`.endsWith(`/${path}`),
    );
  expect(named.filter((path) => !isThere(path))).toEqual([]);
});
