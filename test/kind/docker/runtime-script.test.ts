import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runtimeScript } from './runtime-script.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runtime-script-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const path = (name: string): string => join(directory, name);

/** Runs the script with a runtime that does nothing but say how it was called. */
function run(withheld: readonly string[], ...args: string[]): string {
  writeFileSync(path('runc'), '#!/bin/sh\nprintf "%s|" "$@"\n', { mode: 0o755 });
  writeFileSync(path('script'), runtimeScript(withheld, path('runc')), { mode: 0o755 });
  return execFileSync(path('script'), args, { encoding: 'utf8' });
}

const set = (...names: string[]) => ({ bounding: names, effective: names, permitted: names });

function described(value: unknown, withheld: readonly string[]): unknown {
  writeFileSync(path('config.json'), JSON.stringify(value));
  run(withheld, '--root', '/r', 'create', '--bundle', directory, 'id');
  return JSON.parse(readFileSync(path('config.json'), 'utf8'));
}

it.each([
  [
    ['CAP_B', 'CAP_A', 'CAP_C'],
    ['CAP_A', 'CAP_C'],
  ],
  [
    ['CAP_A', 'CAP_B', 'CAP_C'],
    ['CAP_A', 'CAP_C'],
  ],
  [
    ['CAP_A', 'CAP_C', 'CAP_B'],
    ['CAP_A', 'CAP_C'],
  ],
  [['CAP_B'], []],
  [[], []],
  [['CAP_BPF'], ['CAP_BPF']],
])('takes what is withheld out of every set of a container: %j', (before, after) => {
  expect(described({ process: { capabilities: set(...before) } }, ['CAP_B'])).toEqual({
    process: { capabilities: set(...after) },
  });
});

it('takes out several', () => {
  expect(described({ capabilities: set('CAP_A', 'CAP_B', 'CAP_C') }, ['CAP_C', 'CAP_B'])).toEqual({
    capabilities: set('CAP_A'),
  });
});

it('changes nothing else', () => {
  const description = {
    process: {
      args: ['echo', 'CAP_B', '"bounding":["CAP_B"]'],
      env: ['A=CAP_B,'],
      capabilities: set('CAP_A'),
    },
    annotations: { other: ['CAP_B', ','] },
  };
  expect(described(description, ['CAP_B'])).toEqual(description);
});

it('does the same for a command in a container, and passes its arguments on', () => {
  writeFileSync(path('process.json'), JSON.stringify({ capabilities: set('CAP_A', 'CAP_B') }));
  const args = ['exec', '--process', path('process.json'), '--detach', 'an id'];
  expect(run(['CAP_B'], ...args)).toBe(args.map((arg) => `${arg}|`).join(''));
  expect(JSON.parse(readFileSync(path('process.json'), 'utf8'))).toEqual({ capabilities: set('CAP_A') });
});

it('passes on what describes no container', () => {
  expect(run(['CAP_B'], 'kill', 'id', '9')).toBe('kill|id|9|');
});
