import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
import { run, runOperatorProgram, TestFiles } from './testing/command-line.ts';

const files = new TestFiles();
afterAll(() => files.remove());

const CONFIG = 'apiVersion: config.argocd-dingtalk.io/v1alpha1\nkind: OperatorConfiguration\n';

it('teaches what there is', async () => {
  expect(await run('--help')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('operator [options]'),
  });
  const { code, stdout } = await run('operator', '--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(/--config <file>[\s\S]*--kubeconfig <file>[\s\S]*Example:/);
});

it.each([
  [[], 'Usage: argocd-dingtalk'],
  [['nonsense'], "unknown command 'nonsense'"],
  [['operator'], "required option '--config <file>' not specified"],
  [['relay'], "required option '--config <file>' not specified"],
  [['relay', '--config', '/nowhere'], '/nowhere: cannot be read'],
  [['operator', '--config', '/nowhere'], '/nowhere: cannot be read'],
])('called wrongly (%s) says how, with exit code 2', async (args, message) => {
  const { code, stderr } = await run(...args);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

it('starts no relay that the operator does not know', async () => {
  const path = files.write('no-relay.yaml', CONFIG);
  const { code, stderr } = await run('relay', '--config', path);
  expect(stderr).toContain(`${path}: relay.url is missing.`);
  expect(code).toBe(2);
});

it('names a wrong time of the relay', async () => {
  const path = files.write('relay.yaml', `${CONFIG}relay: {url: 'http://relay:8080'}\n`);
  const { code, stderr } = await run('relay', '--config', path, '--leave', '5s');
  expect({ code, stderr }).toEqual({ code: 2, stderr: '--leave: expected seconds from 0 to 99, got 5s\n' });
});

it('names a wrong address of the door for Gitee', async () => {
  const path = files.write('relay.yaml', `${CONFIG}relay: {url: 'http://relay:8080'}\n`);
  const { code, stderr } = await run('relay', '--config', path, '--listen-gitee', '8084');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: '--listen-gitee: expected ADDRESS:PORT, such as 0.0.0.0:8084, got 8084\n',
  });
});

it('takes paths from where the user stands, also by npm', () => {
  const samples = new URL('../../samples', import.meta.url).pathname;
  const args = ['run', '--silent', 'argocd-dingtalk', '--', 'lint', '-f', 'quickstart/robot.yaml'];
  // As on a command line, and not as in the npm script that runs this test.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: samples, env, encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});

it.each([
  ['argocd-dingtalk', (flag: string) => run(flag)],
  ['argocd-dingtalk-operator', runOperatorProgram],
])('%s tells its version and that of the engine', async (name, call) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const answer = await call('--version');
  expect(answer).toEqual({
    code: 0,
    stdout: expect.stringMatching(
      /, Node v24\.\S+\nArgo CD's engine: that of Argo CD 3\.\d+ \(notifications-engine v/,
    ),
    stderr: '',
  });
  expect(answer.stdout).toMatch(new RegExp(`^${name} ${version.replaceAll('.', '\\.')}, `));
  expect(await call('-V')).toEqual(answer);
});

it('tells its version without an engine, and then the remedy', async () => {
  vi.stubEnv('ARGOCD_DINGTALK_ENGINE', '/nowhere');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await run('--version')).toEqual({
    code: 2,
    stdout: expect.stringMatching(/^argocd-dingtalk \d/),
    stderr: expect.stringContaining('/nowhere, which does not exist'),
  });
});

it('names file, line and field of a mistake in the configuration', async () => {
  const path = files.write('bad.yaml', `${CONFIG}signing: {renewAfter: 2h}\n`);
  const { code, stderr } = await run('operator', '--config', path);
  expect(stderr).toContain(`${path}:3:23: signing.renewAfter: expected a duration from 1s to 50m`);
  expect(code).toBe(2);
});

it('that has no cluster to reach says so, with exit code 1', async () => {
  const config = files.write('good.yaml', CONFIG);
  const kubeconfig = files.write('kubeconfig', 'apiVersion: v1\nkind: Config\n');
  const { code, stderr } = await run('operator', '--config', config, '--kubeconfig', kubeconfig);
  expect(stderr).toMatch(/^error: .*the kubeconfig has no current context that names a cluster/);
  expect(code).toBe(1);
});
