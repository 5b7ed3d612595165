import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');

function runProgram(name: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`test/kind/${name}.ts`, ...args], {
    cwd: REPOSITORY,
    env: { ...process.env, IMAGE: '' },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

it.each(['available', 'base-image', 'deploy', 'down', 'load', 'node-image', 'postgres', 'up'])(
  '%s explains itself',
  (name) => {
    const { status, stdout, stderr } = runProgram(name, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: (IMAGE=name:tag )?node test/kind/${name}\\.ts`));
  },
);

it('a program says in one line what is wrong', () => {
  expect(runProgram('load')).toEqual({
    status: 1,
    stdout: '',
    stderr: 'IMAGE is not set: it names the image, as in IMAGE=argocd-dingtalk-operator:dev\n',
  });
  expect(runProgram('up', '--fast')).toMatchObject({ status: 1, stderr: expect.stringContaining('--fast') });
});
