import { expect, it } from 'vitest';
import { ENTRIES } from './entries.ts';
import { SOURCES } from './sources.ts';

/** A file with fewer lines lives in the only one that imports it. */
const SMALL = 30;

/** Small files with one importer that stand for themselves, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'api/render-fields.ts': 'generate.ts writes files as soon as it is loaded; a test renders without it',
  'argocd/destination-lines.ts': 'a format of Argo CD, where only the command that prints lines needs them',
  'argocd/readable-value.ts': 'a format of Argo CD, which nothing outside of argocd/ reads',
  'argocd/remedies/template-functions.ts': 'a table, apart from the guesses that read it',
  'argocd/remedies/yaml-remedies.ts': 'one kind of mistakes, beside the other kinds',
  'commands/lint.ts': 'a command, which program.ts loads when it is called',
  'controller/route-reporter.ts': 'one report, as each reporter beside it has one',
  'core/compile/robot.ts': 'what a robot becomes, as subscription.ts is for a subscription',
  'engine/cpu-time.ts': 'a file of Linux, apart from the pipes of a process',
  'message/gitee-ping.ts': 'a message, which the relay only sends',
  'metrics/gitee-metrics.ts': 'one concept of the metrics, as each file beside it has one',
  'metrics/loop-metrics.ts': 'one concept of the metrics, as each file beside it has one',
  'probes/liveness.ts': 'a judgement of its own, with a test of its own',
  'core/resolve/argocd-url.ts': 'a question of its own, with a rule and a test of its own',
  'tools/adopt/out-of-scope.ts': 'a question of its own, with a test of its own',
  'tools/versions.ts': 'what --version loads, and no command does',
  'template/go/list-helpers.ts': 'one family of helpers, beside the table of all helpers',
  'template/go/pieces.ts': 'where a template may be cut, apart from how its pieces are put together',
};

const isEntry = ({ folder, path }: { readonly folder: string; readonly path: string }): boolean =>
  path === `${folder}/${ENTRIES[folder]}`;

it('a small file with one importer lives in that importer', () => {
  const importers = new Map<string, Set<string>>();
  for (const { path, imports } of SOURCES) {
    for (const to of imports) importers.set(to, (importers.get(to) ?? new Set()).add(path));
  }
  const found = SOURCES.filter(
    (source) =>
      source.text.trimEnd().split('\n').length < SMALL &&
      importers.get(source.path)?.size === 1 &&
      !isEntry(source),
  );
  expect(found.map(({ path }) => path).sort()).toEqual(Object.keys(EXCEPTIONS).sort());
});
