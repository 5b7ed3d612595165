import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { run, runWithInput, TestFiles } from './testing/command-line.ts';

const files = new TestFiles();
afterAll(() => files.remove());

const API = 'argocd-dingtalk.io/v1alpha1';
const template = (name: string, title: string) => ({
  apiVersion: API,
  kind: 'NotificationTemplate',
  metadata: { name, namespace: 'team-a' },
  spec: { message: { markdown: { title, text: 'hello' } } },
});
/** As `kubectl get -o yaml` prints it; the second item has a mistake. */
const LIST = stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [template('good', 'fine'), template('bad', '{{uper app.status.sync.status}}')],
});
const LINE = LIST.split('\n').findIndex((line) => line.includes('uper')) + 1;
const ACK = readFileSync(
  new URL('../../test/e2e/ack-seed.configmap.yaml', import.meta.url),
  'utf8',
).replaceAll('WEBHOOK_URL', 'https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef');

describe('- as a file', () => {
  it('is linted, with the lines of the items of a list', async () => {
    const { code, stdout } = await runWithInput(LIST, 'lint', '-f', '-');
    expect(stdout).toMatch(
      new RegExp(`^<stdin>:${LINE}:\\d+: error: NotificationTemplate team-a/bad: [\\s\\S]*upper`),
    );
    expect(stdout).not.toContain('team-a/good');
    expect(code).toBe(1);
  });

  it.each([
    ['render', [] as string[]],
    ['preview', []],
    ['send', ['--robot', 'team-a/ops']],
    ['diff', []],
  ])('is read by %s', async (command, args) => {
    const { code, stderr } = await runWithInput('kind: Nothing', command, ...args, '-f', '-');
    expect(stderr).toMatch(/<stdin>: no /);
    expect(code).toBe(2);
  });

  it('is read by adopt', async () => {
    const { code, stderr } = await runWithInput(ACK, 'adopt', '-f', '-', '--redact');
    expect(stderr).toMatch(/^taken over:\n {2}service\.webhook\.dingtalk: /m);
    expect(code).toBe(0);
  });

  it('is read by preview as the Application, but not as both', async () => {
    const file = files.write('good.yaml', [template('good', 'fine')]);
    const alone = await runWithInput('kind: Nothing', 'preview', '-f', file, '--app', '-');
    expect(alone.stderr).toContain('<stdin>: --app takes a file with one Application');
    const both = await runWithInput('', 'preview', '-f', '-', '--app', '-');
    expect(both).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('standard input can be read only once'),
    });
  });

  it('stands beside files, and cannot be named twice', async () => {
    const file = files.write('other.yaml', [template('other', 'fine')]);
    const { stdout } = await runWithInput(LIST, 'lint', '-f', file, '-', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject([{ file: '<stdin>', line: LINE, name: 'bad' }]);
    const twice = await runWithInput(LIST, 'lint', '-f', '-', '-f', '-');
    expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining('name it once') });
  });

  it('is named in the help of every command that reads files', async () => {
    for (const command of ['lint', 'render', 'preview', 'send', 'diff', 'adopt']) {
      const { stdout } = await run(command, '--help');
      expect(stdout.replaceAll(/\s+/g, ' '), command).toMatch(
        /-f, --file <path\.\.\.>.{0,120}standard input/,
      );
    }
  });
});

describe('the program', () => {
  const PROGRAM = new URL('../main.ts', import.meta.url).pathname;
  const start = (...paths: string[]) =>
    spawn(process.execPath, [PROGRAM, 'lint', ...paths.flatMap((path) => ['-f', path])]);

  it('reads a pipe', async () => {
    const child = start('-');
    child.stdin.end(LIST);
    const [[code], stdout] = await Promise.all([once(child, 'exit'), text(child.stdout)]);
    expect(stdout).toMatch(new RegExp(`^<stdin>:${LINE}:`));
    expect(code).toBe(1);
  });

  it('ends where nothing is on standard input', async () => {
    const child = start('-');
    child.stdin.end();
    const [[code], stderr] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
    expect(stderr).toContain('<stdin>: no custom resources');
    expect(code).toBe(2);
  });

  it('ends by an interrupt while it waits, and at once where another file is missing', async () => {
    const waiting = start('-');
    const interrupted = once(waiting, 'exit');
    // A pipe holds far less, so the program reads once all of it is written.
    await new Promise((written) => waiting.stdin.write('#'.repeat(4 * 1024 * 1024), written));
    waiting.kill('SIGINT');
    expect((await interrupted)[1]).toBe('SIGINT');
    const missing = start('-', '/nowhere.yaml');
    expect(await once(missing, 'exit')).toEqual([2, null]);
  });
});
