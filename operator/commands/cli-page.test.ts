import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RELEASED } from '../../engine/locate.ts';
import { COMMANDS, type CommandName } from './descriptions.ts';
import { run } from './testing/command-line.ts';

const PAGE = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

/** The cells of the rows below a heading, without the header. */
function tableOf(heading: string): string[][] {
  const section = PAGE.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The exit codes that the help of a command names, `–` for one that it does not name. */
async function exitCodesOf(command: CommandName): Promise<string[]> {
  const { stdout } = await run(command, '--help');
  const [, text = ''] = /Exit codes: ([\s\S]*?)\.\n/.exec(stdout) ?? [];
  const found = /^0 (.*?)[,;] (?:1 (.*?)[,;] )?2 (.*)$/.exec(text.replaceAll(/\s+/g, ' '));
  expect(found, text).not.toBeNull();
  return [...(found as RegExpExecArray)].slice(1).map((each) => each ?? '–');
}

it('has the exit codes of every command as its help has them', async () => {
  const names = Object.keys(COMMANDS) as CommandName[];
  const wanted = names.map(async (name) => [`\`${name}\``, ...(await exitCodesOf(name))]);
  expect(tableOf('Exit codes')).toEqual(await Promise.all(wanted));
});

it('has every platform of a release', () => {
  expect(
    tableOf('Platforms')
      .map(([, name]) => name?.replaceAll('`', ''))
      .sort(),
  ).toEqual([...RELEASED].sort());
});
