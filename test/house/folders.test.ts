import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsIn, isForTests, SOURCES } from './sources.ts';

/** Every folder of operator/, in the order of imports: a file may import from its own folder and from those below it. */
const ORDER = [
  'bundle',
  'bundle/parts',
  '.',
  'commands',
  'tools/adopt',
  'tools/adopt/sources',
  'tools/preview',
  'tools/explain',
  'tools/diff',
  'tools/uninstall',
  'tools/send',
  'tools/render',
  'tools/lint',
  'tools/catalogue',
  'tools/relay-queue',
  'tools/completion',
  'tools',
  'controller',
  'controller/gitee',
  'relay/store',
  'relay/gitee',
  'relay',
  'relay/commits',
  'metrics',
  'probes',
  'files',
  'cluster',
  'core',
  'core/status',
  'core/delivery',
  'core/others',
  'core/writes',
  'core/gitee',
  'core/relay',
  'core/plan',
  'core/compile',
  'core/bounds',
  'core/resolve',
  'core/gate',
  'core/model',
  'message',
  'message/catalogue',
  'template',
  'template/check',
  'template/go',
  'template/syntax',
  'config',
  'argocd/remedies',
  'argocd',
  'argocd/subscriptions-block',
  'gitee',
  'dingtalk',
  'engine',
  'kubernetes',
  'api',
  'lib',
];

/** The API of the operator's engine, which is built outside of operator/ and lies beside it. */
const OUTSIDE = ['../engine/locate.ts'];

describe('the folders of the operator', () => {
  it('are all in the order of imports', () => {
    expect([...new Set(SOURCES.map(({ folder }) => folder))].sort()).toEqual([...ORDER].sort());
  });

  it('import from those below them only', () => {
    const rank = (path: string): number =>
      ORDER.indexOf(path.includes('/') ? path.replace(/\/[^/]*$/, '') : '.');
    const upwards = SOURCES.flatMap(({ path, imports }) =>
      imports
        .filter((to) => !to.startsWith('..') && rank(to) < rank(path))
        .map((to) => `${path} imports ${to}`),
    );
    expect(upwards).toEqual([]);
  });

  it('need nothing that is there for tests, and nothing outside of operator/ but the place of the engine', () => {
    const others = SOURCES.flatMap(({ path, imports }) =>
      imports
        .filter((to) => isForTests(to) || (to.startsWith('..') && !OUTSIDE.includes(to)))
        .map((to) => `${path} imports ${to}`),
    );
    expect(others).toEqual([]);
  });

  it('are not reached by way of a file outside of operator/', () => {
    const ways = OUTSIDE.flatMap((path) =>
      importsIn(readFileSync(join(import.meta.dirname, '../../operator', path), 'utf8')),
    );
    expect(ways).toEqual([]);
  });

  it.each([
    ["import { a } from './a.ts';", './a.ts'],
    ["import type {\n  A,\n} from '../a.ts';", '../a.ts'],
    ["import './a.ts';", './a.ts'],
    ["export { a as b } from './a.ts';", './a.ts'],
    ["export * from './a.ts';", './a.ts'],
    ["const { a } = await import('./a.ts');", './a.ts'],
    ['const { a } = await import(\n  `./a.ts`\n);', './a.ts'],
    ["let a: import('./a.ts').A;", './a.ts'],
  ])('are seen to import in the form %s', (text, path) => {
    expect(importsIn(text)).toEqual([path]);
  });

  it.each([
    ['kubernetes', /^(core|controller|tools|argocd|dingtalk|engine)/],
    ['dingtalk', /^(core|controller|tools|argocd|kubernetes|engine)/],
    ['engine', /^(core|controller|tools|argocd|dingtalk|kubernetes)/],
    ['lib', /^(?!lib\/)/],
    ['controller', /^tools/],
    ['tools', /^controller/],
    ['commands', /^(files|core|engine|kubernetes|dingtalk|argocd|template|config)/],
  ])('%s knows nothing of what would tie it to the others', (folder, forbidden) => {
    const ties = SOURCES.filter(({ path }) => path.startsWith(`${folder}/`)).flatMap(({ path, imports }) =>
      imports.filter((to) => forbidden.test(to)).map((to) => `${path} imports ${to}`),
    );
    expect(ties).toEqual([]);
  });
});
