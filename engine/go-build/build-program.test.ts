import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');

function runProgram(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(REPOSITORY, file), ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

it.each(['engine/build.ts', 'test/cluster/build.ts', 'test/gitops/build.ts'])(
  '%s explains itself',
  (file) => {
    const { status, stdout, stderr } = runProgram(file, ['--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`Usage: node ${file}\n`);
  },
);

it('tells what is wrong in one line', () => {
  const { status, stdout, stderr } = runProgram('engine/build.ts', [], {
    ARGOCD_DINGTALK_ENGINE: '',
    PLATFORMS: 'linux',
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toBe('PLATFORMS: expected a list such as linux/amd64,darwin/arm64, got "linux"\n');
});
