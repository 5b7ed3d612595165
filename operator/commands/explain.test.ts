import { afterAll, expect, it } from 'vitest';
import { run, TestFiles } from './testing/command-line.ts';

const files = new TestFiles();
afterAll(() => files.remove());

const kubeconfig = files.write('kubeconfig', 'apiVersion: v1\nkind: Config\n');

it.each([
  [[], "missing required argument 'resource'"],
  [['payments'], 'expected NAMESPACE/NAME of a subscription'],
  [['service', 'a/b'], 'got service a/b'],
  [['robot', 'a/b', 'c'], 'got robot a/b c'],
  [['robot', 'a/b', '--app', 'c/d'], '--app and --event are for subscriptions'],
  [['a/b', '--config', '/nowhere'], '/nowhere'],
  [['a/b', '--kubeconfig', '/nowhere'], 'cannot read the kubeconfig /nowhere'],
  [['a/b', '--kubeconfig', kubeconfig], 'the kubeconfig has no current context that names a cluster'],
  [['a/b', '-o', 'yaml'], 'Allowed choices are text, json'],
])('called wrongly (%s) says how, with exit code 2', async (args, message) => {
  const { code, stdout, stderr } = await run('explain', ...args);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

it('teaches by --help', async () => {
  const { code, stdout } = await run('explain', '--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /--app <namespace\/name>[\s\S]*A message goes this way[\s\S]*Exit codes: 0 nothing is in the way/,
  );
});
