import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { run, TestFiles } from './testing/command-line.ts';

const files = new TestFiles();
afterEach(() => vi.unstubAllEnvs());
afterAll(() => files.remove());

const QUICKSTART = new URL('../../samples/quickstart', import.meta.url).pathname;

it.each(['lint', 'render', 'preview'])('%s --help teaches with examples and exit codes', async (command) => {
  const { code, stdout } = await run(command, '--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /--file <path...>[\s\S]*--config <file>[\s\S]*Exit codes: 0 [\s\S]* 1 [\s\S]* 2 [\s\S]*Examples:/,
  );
  expect(stdout.match(new RegExp(`^  argocd-dingtalk ${command} -f `, 'gm'))?.length).toBeGreaterThan(1);
});

describe('without an engine', () => {
  it.each([
    ['that is missing', () => '/nowhere', 'ARGOCD_DINGTALK_ENGINE names /nowhere, which does not exist'],
    ['that does not start', () => files.write('engine', 'no program'), 'the engine did not start'],
  ])('%s, commands on files exit with 2 and not as if they had found something', async (_, path, message) => {
    vi.stubEnv('ARGOCD_DINGTALK_ENGINE', path());
    const { code, stdout, stderr } = await run('lint', '-f', QUICKSTART);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

it('what can not be read is named, with exit code 2', async () => {
  const config = files.write('bad.yaml', 'kind: Nothing\n');
  expect(await run('render', '-f', QUICKSTART, '--config', config)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`${config}:1:1: apiVersion: `),
  });
  expect(await run('preview', '-f', join(QUICKSTART, 'nothing.yaml'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('nothing.yaml: cannot be read'),
  });
});
