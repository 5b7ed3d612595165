import { expect, it } from 'vitest';
import { PathTable } from './path-table.ts';

/** The rows of a table of these paths. */
function rowsOf(...paths: readonly (readonly string[])[]): readonly string[] {
  const table = new PathTable();
  for (const path of paths) table.access(path);
  const list = /^\{\{range splitList ` ` `([^`]*)`\}\}/.exec(table.declarations());
  return list?.[1]?.split(' ') ?? [];
}

it('has a row for each path, and one for what several have in common', () => {
  const rows = rowsOf(
    ['app', 'status', 'operationState', 'phase'],
    ['app', 'status', 'operationState', 'message'],
    ['app', 'metadata', 'name'],
    ['app', 'status', 'operationState', 'phase'],
  );
  expect(rows).toEqual(['d.app.status.operationState', 'c.app.metadata.name', 'a.d.phase', 'b.d.message']);
});

it('begins where another path ends', () => {
  expect(rowsOf(['app', 'spec', 'source'], ['app', 'spec', 'source', 'helm', 'values'])).toEqual([
    'a.app.spec.source',
    'b.a.helm.values',
  ]);
});

it('finds a separator for any step', () => {
  const table = new PathTable();
  table.access(['app', 'a./|,;~ \ue000']);
  expect(table.declarations()).toContain('"a\ue001app\ue001a./|,;~ \ue000"');
});

it('divides rows by another character than steps', () => {
  const table = new PathTable();
  table.access(['app', 'a b', 'c.d', 'e/f', 'g|h']);
  expect(table.declarations()).toContain(
    '{{range splitList `;` `a,app,a b,c.d,e/f,g|h`}}{{$p:=splitList `,` .}}',
  );
});

it('takes no time for very many paths', () => {
  const table = new PathTable();
  for (let index = 0; index < 20_000; index++)
    table.access(['app', `a${index % 90}`, `b${index % 70}`, `c${index}`]);
  const start = process.cpuUsage();
  table.declarations();
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(2_000);
});
