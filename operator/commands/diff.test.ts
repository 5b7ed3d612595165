import { afterAll, expect, it } from 'vitest';
import { run, TestFiles } from './testing/command-line.ts';

const files = new TestFiles();
afterAll(() => files.remove());

const ROBOT =
  'apiVersion: argocd-dingtalk.io/v1alpha1\nkind: DingTalkRobot\nmetadata: { name: a, namespace: b }\n';
const robot = files.write('robot.yaml', `${ROBOT}spec: { webhook: { secretKeyRef: { name: a, key: b } } }\n`);
const stranger = files.write('stranger.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n');

it.each([
  [[], "required option '-f, --file <path...>' not specified"],
  [['-f', '/nowhere'], '/nowhere: cannot be read'],
  [['-f', stranger], 'no custom resources of argocd-dingtalk.io found'],
  [['-f', robot, '--kubeconfig', '/nowhere'], 'cannot read the kubeconfig /nowhere'],
  [['-f', robot, '--config', '/nowhere'], '/nowhere'],
  [['-f', robot, '-o', 'yaml'], 'Allowed choices are text, json'],
])('called wrongly (%s) says how, with exit code 2', async (args, message) => {
  const { code, stdout, stderr } = await run('diff', ...args);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

it('teaches by --help', async () => {
  const { code, stdout } = await run('diff', '--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(/--kubeconfig <file>[\s\S]*Exit codes: 0 nothing changes[\s\S]*Examples:/);
});
