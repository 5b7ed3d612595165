import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { robot, typedTemplate } from '../api/testing/manifests.ts';
import { payload } from '../gitee/testing/payloads.ts';
import type { PreviewedMessage } from '../tools/preview/message.ts';
import { run, runWithInput, TestFiles } from './testing/command-line.ts';

const PAYLOADS = new URL('../gitee/testing/payloads', import.meta.url).pathname;
const bodyOf = (name: string): string => join(PAYLOADS, `${name}.json`);

const files = new TestFiles();
afterAll(() => files.remove());

const where = { namespace: 'team', name: 'one' };
const subscription = (gitee: object, events: readonly object[]) => ({
  apiVersion: 'argocd-dingtalk.io/v1alpha1',
  kind: 'NotificationSubscription',
  metadata: where,
  spec: {
    robots: [{ name: 'one' }],
    gitee: { repository: 'example/shop', token: { secretKeyRef: { name: 'gitee', key: 'token' } }, ...gitee },
    events,
  },
});
const message = { markdown: { title: '{{sender.name}}', text: '{{push.branch}} {{params.team}}' } };

let config: string;
let all: readonly string[];
beforeAll(() => {
  config = files.write('config.yaml', [
    {
      apiVersion: 'config.argocd-dingtalk.io/v1alpha1',
      kind: 'OperatorConfiguration',
      relay: { url: 'https://relay.example.com' },
      gitee: { publicURL: 'https://hooks.example.com' },
    },
  ]);
  const path = files.write('all.yaml', [
    robot(where),
    typedTemplate({ namespace: 'team', name: 'short' }, { message, params: { team: 'Payments' } }),
    subscription({ branches: ['main'] }, [
      { trigger: 'gitee-push', actions: ['push', 'create'] },
      { trigger: 'gitee-push', name: 'short', template: { name: 'short' } },
      { trigger: 'gitee-issue' },
    ]),
  ]);
  all = ['-f', path, '--config', config];
});

const json = async (...args: string[]): Promise<PreviewedMessage[]> => {
  const { code, stdout, stderr } = await run('preview', ...args, '-o', 'json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
};

describe('preview --gitee', () => {
  it('shows the message of each event with the trigger, for people', async () => {
    const { code, stdout } = await run('preview', ...all, '--gitee', bodyOf('push'));
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^team\/one gitee-push → team\/one: markdown, \d+ of 20000 bytes\ncondition: true\n\n/,
    );
    expect(stdout).toContain('  - 15246f7 李雷: feat: 购物车支持优惠券\n');
    expect(stdout).toMatch(/team\/one short → team\/one: [\s\S]*main Payments/);
    expect(stdout).not.toContain('gitee-issue');
  });

  it('says why the subscription does not want an event', async () => {
    const why = async (body: object | string): Promise<unknown[]> => {
      const path = typeof body === 'string' ? bodyOf(body) : files.write('body.json', JSON.stringify(body));
      return (await json(...all, '--gitee', path)).map((each) => each.why);
    };
    expect(await why('push')).toEqual([undefined, undefined]);
    expect(await why('branch-delete')).toEqual([
      'the action is delete, and the event of the subscription has push, create',
      'the branch is feature/coupons, and spec.gitee.branches has main',
    ]);
    const other = { ...(payload('push').repository as object), full_name: 'example/other' };
    expect(await why({ ...payload('push'), repository: other })).toEqual(
      Array(2).fill(
        'the event is about the repository example/other, and the subscription is about example/shop',
      ),
    );
  });

  it('reads standard input, and takes the filters', async () => {
    const input = JSON.stringify(payload('issue-open'));
    const { code, stdout } = await runWithInput(
      input,
      'preview',
      ...all,
      '--gitee',
      '-',
      '--event',
      'gitee-issue',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('issue #I9ABCD opened');
    const none = await run('preview', ...all, '--gitee', bodyOf('push'), '--event', 'gitee-issue');
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('matches all of') });
    const unknown = await run('preview', ...all, '--gitee', bodyOf('push'), '--event', 'nope');
    expect(unknown).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('gitee-issue, gitee-push, short'),
    });
  });

  it.each([
    [
      () => ['--gitee', bodyOf('tag-create')],
      'an event of gitee-tag, and the subscriptions have gitee-issue, gitee-push',
    ],
    [() => ['--gitee', config], '--gitee takes a file with the body of a webhook'],
    [() => ['--gitee', files.write('ping.json', '{"hook_name":"ping"}')], 'the body of a ping'],
    [
      () => ['--gitee', files.write('two.yaml', 'a: 1\n---\nb: 2\n')],
      '--gitee takes a file with the JSON of one webhook',
    ],
    [() => ['--gitee', bodyOf('push'), '--app', bodyOf('push')], 'give one of the two'],
    [() => [], 'give the body of a webhook with --gitee FILE'],
  ])('called wrongly says how (%#)', async (args, words) => {
    const { code, stderr } = await run('preview', ...all, ...args());
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });
});
