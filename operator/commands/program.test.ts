import { afterAll, expect, it } from 'vitest';
import { run, TestFiles } from './testing/command-line.ts';

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
  [['operator', '--config', '/nowhere'], '/nowhere: cannot be read'],
])('called wrongly (%s) says how, with exit code 2', async (args, message) => {
  const { code, stderr } = await run(...args);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
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
