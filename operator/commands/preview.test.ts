import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { robot, subscription, template } from '../api/testing/manifests.ts';
import { run, TestFiles } from './testing/command-line.ts';

const files = new TestFiles();
afterAll(() => files.remove());

const SAMPLES = new URL('../../samples', import.meta.url).pathname;
const quickstart = ['-f', join(SAMPLES, 'quickstart'), '--config', join(SAMPLES, 'config.yaml')];
const where = (name: string, namespace = 'argocd') => ({ namespace, name });

describe('preview', () => {
  it('shows each message as people read it', async () => {
    const { code, stdout, stderr } = await run('preview', ...quickstart, '--event', 'on-sync-failed');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^team-payments\/payments on-sync-failed → team-payments\/payments: markdown, \d+ of 20000 bytes\n\n {2}\S* ?guestbook /,
    );
    expect(stdout).toContain('container guestbook has no memory limit');
    expect(stdout).not.toContain('condition:');
  });

  it('gives the messages that are asked for as JSON', async () => {
    const filter = ['--event', 'on-deployed', '--subscription', 'team-payments/payments'];
    const { code, stdout } = await run('preview', ...quickstart, ...filter, '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      {
        namespace: 'team-payments',
        subscription: 'payments',
        event: 'on-deployed',
        robot: 'team-payments/payments',
        msgtype: 'markdown',
        size: expect.any(Number),
        body: { msgtype: 'markdown', markdown: { title: expect.any(String), text: expect.any(String) } },
      },
    ]);
  });

  it('says of an Application that is given whether the condition is true, and what could not be sent', async () => {
    const path = files.write('raw.yaml', [
      robot(where('one')),
      template(where('one'), '{"msgtype":"text","text":{"content":"{{ .app.metadata.labels.team }}"}}'),
      subscription(where('one'), { events: [{ trigger: 'on-deployed', template: { name: 'one' } }] }),
    ]);
    const metadata = { name: 'shop', namespace: 'argocd', labels: 'none' };
    const app = files.write(
      'app.json',
      JSON.stringify({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata }),
    );
    const { code, stdout } = await run('preview', '-f', path, '--app', app);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^argocd\/one on-deployed → argocd\/one: no message, 0 of 20000 bytes\ncondition: false: on-deployed is sent when .*\nerror: .*can't evaluate field team/,
    );
  });

  it('knows what Argo CD’s own ConfigMaps say, if they are among the files', async () => {
    const configMap = (name: string, data: object) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: where(name),
      data,
    });
    const text = { content: '{{context.cluster}} {{appUrl}} {{params.owner}}' };
    const path = files.write('context.yaml', [
      configMap('argocd-notifications-cm', { context: 'cluster: prod\n', 'trigger.on-x': 'not ours' }),
      configMap('argocd-cm', { url: 'https://cd.example.com/' }),
      robot(where('two', 'team'), { keywords: ['ops'] }),
      { ...template(where('two', 'team'), ''), spec: { message: { text }, params: { owner: 'nobody' } } },
      subscription(where('two', 'team'), {
        events: [{ trigger: 'on-deployed', template: { name: 'two', params: { owner: 'payments' } } }],
      }),
    ]);
    const { code, stdout } = await run('preview', '-f', path, '-o', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        body: {
          msgtype: 'text',
          text: {
            content: expect.stringMatching(
              /^prod https:\/\/cd\.example\.com\/applications\/[\w-]+\/guestbook payments\n— ops$/,
            ),
          },
        },
      },
    ]);
  });

  it('with a name that is not there exits with 2', async () => {
    const { code, stdout, stderr } = await run('preview', ...quickstart, '--event', 'on-fire');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^--event: there is no on-fire; the files have on-deployed, /);
  });

  it('says on standard error what is refused, and prints no credential', async () => {
    const token = 'a1b2'.repeat(16);
    const path = files.write('refused.yaml', [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: where('one'),
        stringData: { webhook: token, secret: 'SECc3d4' },
      },
      robot(where('one')),
      template(where('one'), '{"msgtype":"text","text":{"content":"{{ .secrets }}{{ .serviceType }}"}}'),
      subscription(where('one'), { events: [{ trigger: 'on-deployed', template: { name: 'one' } }] }),
      subscription(where('two'), { robots: [{ name: 'nobody' }] }),
    ]);
    const { code, stdout, stderr } = await run('preview', '-f', path);
    expect(code).toBe(1);
    expect(stderr).toContain('NotificationSubscription argocd/two: RobotNotFound');
    expect(stdout).toContain('argocd/one on-deployed → argocd/one: text');
    expect(stdout + stderr).not.toMatch(new RegExp(`${token}|SECc3d4|access_token|sign=`));
  });

  it('of nothing says so, and exits with 2', async () => {
    const path = files.write('nothing.yaml', [
      robot(where('one')),
      subscription(where('one'), { suspend: true }),
    ]);
    expect(await run('preview', '-f', path)).toEqual({
      code: 2,
      stdout: '',
      stderr: 'nothing would be sent: the files have no active subscription\n',
    });
    const app = files.write('no-app.yaml', [{ apiVersion: 'v1', kind: 'ConfigMap' }]);
    expect(await run('preview', '-f', path, '--app', app)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${app}: --app takes a file with one Application`),
    });
    expect((await run('preview', '-f', path, '--app', '/nowhere')).stderr).toContain(
      '/nowhere: cannot be read',
    );
  });
});
