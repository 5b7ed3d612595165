import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMANDS } from './descriptions.ts';
import { run, TestFiles } from './testing/command-line.ts';

const files = new TestFiles();
afterAll(() => files.remove());

const SHELLS = ['bash', 'zsh', 'fish'] as const;
const scripts = Object.fromEntries(
  await Promise.all(
    SHELLS.map(async (shell) => [
      shell,
      files.write(`argocd-dingtalk.${shell}`, (await run('completion', shell)).stdout),
    ]),
  ),
) as Record<(typeof SHELLS)[number], string>;

const isInstalled = (shell: string): boolean => {
  try {
    execFileSync(shell, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** The words that bash offers for the last of these words. */
function offeredByBash(...words: string[]): string[] {
  const script = `source "$0"; COMP_WORDS=(argocd-dingtalk "$@"); COMP_CWORD=$#; _argocd_dingtalk; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync('bash', ['--norc', '-uc', script, scripts.bash, ...words], {
    cwd: files.dir,
    encoding: 'utf8',
  });
  return output.split('\n').filter((word) => word !== '');
}

it.each(SHELLS)('%s: the script names every command and option', async (shell) => {
  const { code, stdout, stderr } = await run('completion', shell);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const name of Object.keys(COMMANDS)) expect(stdout).toContain(name);
  for (const option of ['new-config', 'take-over', 'argocd-namespace', 'locale'])
    expect(stdout).toContain(option);
});

it('knows no other shell', async () => {
  const { code, stderr } = await run('completion', 'tcsh');
  expect(code).toBe(2);
  expect(stderr).toContain('Allowed choices are bash, zsh, fish');
});

describe('bash', () => {
  it.each([
    [['li'], ['lint']],
    [['help', 'ca'], ['catalogue']],
    [['--v'], ['--version']],
    [['lint', '--f'], ['--file']],
    [
      ['lint', '-f', 'a.yaml', '-'],
      ['-f', '--file', '--config', '-o', '--output', '-h', '--help'],
    ],
    [
      ['lint', '--output', ''],
      ['text', 'json'],
    ],
    [['lint', '-o', 'j'], ['json']],
    [['lint', '--output', '=', 'j'], ['json']],
    [
      ['lint', '--output', '='],
      ['text', 'json'],
    ],
    [['lint', '-o', 'json', '--c'], ['--config']],
    [['catalogue', '--locale', 'zh'], ['zh-CN']],
    [['catalogue', '--trigger', 'on-sync-f'], ['on-sync-failed']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish', '-h', '--help'],
    ],
    [['explain', '--event', ''], []],
    // Readline itself completes the names of files.
    [['lint', '-f', ''], []],
    [['lint', '-f', 'a.yaml', ''], []],
    [['nonsense', ''], []],
  ])('offers after %j: %j', (words, offered) => {
    expect(offeredByBash(...words)).toEqual(offered);
  });

  it('offers folders where a folder is expected', () => {
    execFileSync('mkdir', ['moved-in'], { cwd: files.dir });
    expect(offeredByBash('adopt', '--output-dir', 'm')).toEqual(['moved-in']);
  });

  it('leaves names of files to readline', () => {
    const script = 'source "$0"; complete -p argocd-dingtalk';
    expect(execFileSync('bash', ['--norc', '-uc', script, scripts.bash], { encoding: 'utf8' })).toContain(
      '-o default',
    );
  });
});

describe.runIf(isInstalled('fish'))('fish', () => {
  it.each([
    ['argocd-dingtalk li', ['lint']],
    ['argocd-dingtalk lint -o ', ['json', 'text']],
    ['argocd-dingtalk catalogue --locale zh', ['zh-CN']],
    ['argocd-dingtalk lint --conf', ['--config']],
    ['argocd-dingtalk completion ', ['bash', 'fish', 'zsh']],
    ['argocd-dingtalk lint -f argocd-dingtalk.f', ['argocd-dingtalk.fish']],
  ])('offers after %s: %j', (line, offered) => {
    const script = `source ${scripts.fish}; complete -C ${JSON.stringify(line)}`;
    const output = execFileSync('fish', ['--no-config', '-c', script], { cwd: files.dir, encoding: 'utf8' });
    expect(
      output
        .trim()
        .split('\n')
        .map((each) => each.split('\t')[0])
        .sort(),
    ).toEqual(offered);
  });
});

describe.runIf(isInstalled('zsh'))('zsh', () => {
  const called = join(files.dir, 'called');
  files.write(
    '.zshrc',
    [
      'unsetopt zle_bracketed_paste beep',
      `autoload -U compinit && compinit -u -d ${files.dir}/dump`,
      `source ${scripts.zsh}`,
      `argocd-dingtalk() { print -r -- "$*" > ${called}; exit }`,
      '',
    ].join('\n'),
  );

  /** The arguments of the command line that a shell in a terminal makes of this line, a tab and a return. */
  const typed = (line: string): string => {
    const script = [
      'zmodload zsh/zpty',
      'zpty shell zsh -i',
      `zpty -w -n shell ${JSON.stringify(line)}$'\\t\\r'`,
      'while zpty -r shell part; do :; done',
    ].join('\n');
    execFileSync('zsh', ['-f', '-c', script], {
      cwd: files.dir,
      env: { ...process.env, ZDOTDIR: files.dir, TERM: 'xterm' },
      timeout: 20_000,
      stdio: 'ignore',
    });
    return readFileSync(called, 'utf8').trim();
  };

  it.each([
    ['argocd-dingtalk li', 'lint'],
    ['argocd-dingtalk lint -o js', 'lint -o json'],
    ['argocd-dingtalk lint --conf', 'lint --config'],
    ['argocd-dingtalk lint -f a -o te', 'lint -f a -o text'],
    ['argocd-dingtalk lint -f argocd-dingtalk.f', 'lint -f argocd-dingtalk.fish'],
    ['argocd-dingtalk lint -f a argocd-dingtalk.f', 'lint -f a argocd-dingtalk.fish'],
    ['argocd-dingtalk completion f', 'completion fish'],
  ])('makes of %s: %s', (line, whole) => {
    expect(typed(line)).toBe(whole);
  });
});
