import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { robot, subscription, template } from '../../test/support/team.ts';
import type { PreviewedMessage } from '../files/preview.ts';
import { run, TestFiles } from './testing/command-line.ts';

const files = new TestFiles();
afterAll(() => files.remove());

const SAMPLES = new URL('../../samples', import.meta.url).pathname;
const quickstart = ['-f', join(SAMPLES, 'quickstart'), '--config', join(SAMPLES, 'config.yaml')];
const where = (name: string, namespace = 'argocd') => ({ namespace, name });

async function preview(...args: string[]) {
  const { code, stdout, stderr } = await run('preview', ...args, '-o', 'json');
  return { code, stderr, messages: JSON.parse(stdout) as PreviewedMessage[] };
}

/** An Application of Argo CD's namespace in the state that is given. */
const application = (fields: { metadata?: object; status?: object } = {}) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd', ...fields.metadata },
  spec: { project: 'default', destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' } },
  status: fields.status ?? {},
});

/** A failed sync that ended so long ago. */
function failed(agoMs: number) {
  const finishedAt = `${new Date(Date.now() - agoMs).toISOString().slice(0, 19)}Z`;
  return {
    operationState: { phase: 'Failed', message: 'no memory limit', startedAt: finishedAt, finishedAt },
  };
}

const HOUR_MS = 3_600_000;

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

  it('makes one message for each subscription, event and robot, narrowed by filters', async () => {
    const path = files.write('two.yaml', [
      robot(where('one')),
      robot(where('two')),
      subscription(where('a'), {
        robots: [{ name: 'one' }, { name: 'two' }],
        events: [{ trigger: 'on-deployed' }, { trigger: 'on-sync-failed', name: 'failed' }],
      }),
      subscription(where('b'), { robots: [{ name: 'two' }] }),
    ]);
    const told = async (...args: string[]) => {
      const { code, messages } = await preview('-f', path, ...args);
      expect(code).toBe(0);
      expect(messages.every(({ msgtype, size }) => msgtype === 'markdown' && size > 100)).toBe(true);
      return messages.map((each) => `${each.namespace}/${each.subscription} ${each.event} ${each.robot}`);
    };
    const all = [
      'argocd/a on-deployed argocd/one',
      'argocd/a on-deployed argocd/two',
      'argocd/a failed argocd/one',
      'argocd/a failed argocd/two',
      'argocd/b on-sync-failed argocd/two',
    ];
    expect(await told()).toEqual(all);
    expect(await told('--robot', 'argocd/one')).toEqual([all[0], all[2]]);
    expect(await told('--subscription', 'argocd/b')).toEqual([all[4]]);
    expect(await told('--event', 'failed', '--robot', 'argocd/two')).toEqual([all[3]]);

    const usage = async (...args: string[]) => {
      const { code, stdout, stderr } = await run('preview', '-f', path, ...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      return stderr;
    };
    expect(await usage('--robot', 'one')).toBe('--robot: there is no one; there is argocd/one, argocd/two\n');
    expect(await usage('--subscription', 'argocd/c')).toContain('there is argocd/a, argocd/b');
    expect(await usage('--event', 'on-fire')).toContain('there is failed, on-deployed, on-sync-failed');
    expect(await usage('--subscription', 'argocd/b', '--robot', 'argocd/one')).toContain(
      'no message fits all of --subscription, --event and --robot; there are:\n  argocd/a on-deployed → argocd/one\n',
    );
  });

  it('makes the message for the Application that is given, and says whether it would be sent now', async () => {
    const resources = files.write('app-robot.yaml', [
      robot(where('one')),
      subscription(where('one'), {
        events: [
          { trigger: 'on-sync-failed' },
          { trigger: 'on-health-degraded' },
          {
            name: 'broken',
            when: 'app.status.nothing.at.all == 1',
            eventTime: 'app.metadata.creationTimestamp',
          },
        ],
      }),
    ]);
    const conditions = async (app: object) => {
      const { code, messages } = await preview(
        '-f',
        resources,
        '--app',
        files.write('app.json', JSON.stringify(app)),
      );
      expect(code).toBe(0);
      expect(JSON.stringify(messages[0]?.body)).toContain('shop');
      return messages.map(({ condition, why }) => ({ condition, why }));
    };
    const cannot = { condition: false, why: expect.stringMatching(/^when: cannot fetch/) };
    const no = { condition: false, why: undefined };
    expect(await conditions(application({ status: failed(HOUR_MS) }))).toEqual([
      { condition: true, why: undefined },
      no,
      cannot,
    ]);
    expect(await conditions(application({ status: failed(48 * HOUR_MS) }))).toEqual([
      { condition: false, why: expect.stringContaining('too long ago') },
      no,
      cannot,
    ]);
    expect(await conditions(application())).toEqual([no, no, cannot]);
    const path = files.write('app.yaml', [application({ status: failed(HOUR_MS) })]);
    const { stdout } = await run('preview', '-f', resources, '--app', path, '--event', 'on-sync-failed');
    expect(stdout).toContain(' bytes\ncondition: true\n\n');
  });

  it('takes the sample that an event of one’s own is about', async () => {
    const path = files.write('own.yaml', [
      robot(where('one')),
      subscription(where('one'), {
        applications: { projects: ['payments'], names: ['shop-*'] },
        events: [
          { name: 'slow', when: "app.status?.operationState?.phase == 'Running'" },
          { name: 'suspended', when: "app.status?.health?.status == 'Suspended'" },
        ],
      }),
    ]);
    const { messages } = await preview('-f', path);
    expect(messages.map(({ body }) => JSON.stringify(body))).toEqual([
      expect.stringMatching(/shop-.*payments.*Running/),
      expect.stringMatching(/shop-.*payments.*Suspended/),
    ]);
  });

  it('shows what could not be sent, and exits with 1', async () => {
    const content = '{{ .app.metadata.labels.team }} {{ .app.metadata.name }}';
    const path = files.write('raw.yaml', [
      robot(where('one')),
      template(where('one'), `{"msgtype":"text","text":{"content":"${content}"}}`),
      template(where('two'), '{"text":"{{ .app.metadata.namespace }}"}'),
      template(where('three'), '{"msgtype":"text","text":{"content":"{{ repeat 20000 "x" }}"}}'),
      subscription(where('one'), {
        events: ['one', 'two', 'three'].map((name) => ({ name, trigger: 'on-deployed', template: { name } })),
      }),
    ]);
    const app = (metadata: object) => files.write('app.yaml', [application({ metadata })]);
    const errorsFor = async (metadata: object) => {
      const { code, stderr, messages } = await preview('-f', path, '--app', app(metadata));
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      return messages;
    };
    expect(await errorsFor({ labels: { team: 'a' } })).toMatchObject([
      { msgtype: 'text', body: { text: { content: 'a shop' } } },
      { msgtype: null, error: 'the body has no msgtype, so that DingTalk would refuse it' },
      { msgtype: 'text', error: 'DingTalk takes at most 20000 bytes' },
    ]);
    expect((await errorsFor({ labels: { team: 'a "quote"' } }))[0]).toMatchObject({
      msgtype: null,
      body: '{"msgtype":"text","text":{"content":"a "quote" shop"}}',
      error: expect.stringContaining('no JSON'),
    });
    expect((await errorsFor({ labels: 'none' }))[0]).toMatchObject({
      msgtype: null,
      error: expect.stringContaining("can't evaluate field team"),
    });
    const { stdout } = await run('preview', '-f', path, '--app', app({ labels: 'none' }), '--event', 'one');
    expect(stdout).toMatch(
      /: no message, 0 of 20000 bytes\ncondition: false\nerror: .*can't evaluate field team/,
    );
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
      stderr: 'nothing would be sent: there is no subscription that is not suspended\n',
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
