import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

/** The commands that pages and help texts show can be typed as they are. */

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const under = (folder: string, end: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(end))
    .map((file) => join(folder, file));

/** Decisions are history. */
const PAGES = ['README.md', ...under('docs', '.md').filter((file) => !file.startsWith('docs/adr/'))];
const HELPS = under('operator/commands', '.ts').filter((file) => !file.endsWith('.test.ts'));
const matches = (files: readonly string[], pattern: RegExp) =>
  files.flatMap((file) => [...read(file).matchAll(pattern)].map(([, word = '']) => ({ file, word })));

/** Names of the custom resources, as kubectl takes them. */
const OWN = under('crds', 's.yaml').flatMap((file): string[] => {
  const { plural, singular, shortNames = [] } = parse(read(file)).spec.names;
  return [plural, singular, `${plural}.argocd-dingtalk.io`, ...shortNames];
});
/** Kubernetes' and Argo CD's, as far as pages name them. */
const OTHERS =
  'applications application applicationsets appprojects appproject clusterrole clusterrolebinding configmap crd deploy deployment events job ' +
  'lease networkpolicy pods pvc role rolebinding secret serviceaccount';

it('kubectl knows every resource that a page names', () => {
  const known = new Set([...OWN, ...OTHERS.split(' ')]);
  const resource =
    /\bkubectl (?:-n \S+ )?(?:annotate|delete|describe|edit|get|patch|scale) (?:-n \S+ )?([a-z][\w.,-]*)/g;
  const named = matches(PAGES, resource);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter(({ word }) => !word.split(',').every((each) => known.has(each)))).toEqual([]);
});

it('the relay’s store is where the manifests put it', () => {
  const places = ['relay', 'relay-postgres'].flatMap((folder): string[] => {
    const { store } = parse(read(`config/${folder}/configuration.yaml`)).relay;
    return [store.sqlite, store.postgres?.urlFile ?? store.postgres].filter((each) => each !== undefined);
  });
  expect(places).toHaveLength(2);
  const named = matches([...PAGES, ...HELPS], /--store (\/[\w./-]+)/g);
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter(({ word }) => !places.includes(word))).toEqual([]);
});

it('a command in a pod begins with the programs of the image, which has no shell and no PATH', () => {
  const [, entrypoint = ''] = /^ENTRYPOINT (.*)$/m.exec(read('Dockerfile')) ?? [];
  const program = (JSON.parse(entrypoint) as string[]).join(' ');
  const named = matches(PAGES, /\bkubectl (?:-n \S+ )?exec\b.*? -- (.*)/g);
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter(({ word }) => !word.startsWith(program))).toEqual([]);
});
