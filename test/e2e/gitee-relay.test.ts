import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DingTalkRobot } from '../../operator/api/kinds.ts';
import {
  credentialsSecret,
  namespace,
  subscription,
  typedTemplate,
} from '../../operator/api/testing/manifests.ts';
import type { Delivery } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { GITEE_EVENTS } from '../../operator/gitee/events.ts';
import { GITEE_KEY } from '../../operator/gitee/signature.ts';
import { PAYLOAD_NAMES, payload } from '../../operator/gitee/testing/payloads.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { type GiteeHook, hookOf, postAsGitee } from '../support/gitee-posts.ts';
import type { RunningProcess } from '../support/processes.ts';
import { type RelayPlace, startOperatorForRelay, startRelay } from '../support/relay.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/** From a post of Gitee to DingTalk: the operator compiles the subscription, and the relay verifies, renders and sends. */

const TEAM = 'team';
const FIELDS = { gitee: { publicURL: 'https://hooks.example.com' } };
const KEY = 'installation-key-of-this-test-0123456789abc';
const ALL = Object.keys(GITEE_EVENTS).map((trigger) => ({ trigger }));

let stage: Stage;
let place: RelayPlace;
let relay: RunningProcess;

beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: false });
  place = await startOperatorForRelay(stage, FIELDS);
  await stage.apply(
    namespace(TEAM),
    credentialsSecret({ namespace: ARGOCD, name: GITEE_KEY.secret }, { [GITEE_KEY.key]: KEY }),
    credentialsSecret({ namespace: TEAM, name: 'gitee' }, { token: 'token-of-gitee' }),
  );
  relay = await startRelay(stage, place, FIELDS);
});
afterAll(async () => {
  await relay?.stop();
  await stage?.[Symbol.asyncDispose]();
});

interface Group {
  readonly hook: GiteeHook;
  readonly requests: () => Delivery[];
  readonly texts: () => string[];
}

/** A robot in DingTalk, and a subscription to a repository of the same name. */
async function group(name: string, robot: Partial<DingTalkRobot['spec']>, spec: object = {}): Promise<Group> {
  const { credentials, manifests } = realRobot(stage.dingtalk, { namespace: TEAM, name }, robot);
  const { applications: _, ...subscribed } = subscription({ namespace: TEAM, name }).spec;
  const gitee = { repository: 'example/shop', token: { secretKeyRef: { name: 'gitee', key: 'token' } } };
  await stage.apply(...manifests, {
    ...subscription({ namespace: TEAM, name }),
    spec: { ...subscribed, gitee, events: ALL, ...spec },
  });
  await stage.conditions('nsub', TEAM, name, { Merged: 'True/Merged' });
  const { metadata } = await stage.get<KubernetesResource>('nsub', TEAM, name);
  const requests = () => stage.dingtalk.requests.filter(({ token }) => token === credentials.token);
  return {
    hook: hookOf(place.giteeUrl, { namespace: TEAM, name, uid: metadata.uid }, KEY),
    requests,
    texts: () => requests().map(({ body }) => (body as { markdown: { text: string } }).markdown.text),
  };
}

const untilTold = ({ requests }: Group, count: number) =>
  stage.dingtalk.waitForDelivery(() => requests().length >= count, { describe: `message ${count}` });

describe('a signed post of Gitee', () => {
  it.each([
    ['en', 'Relay', /push to main/],
    ['zh-CN', 'Relay', /推送/],
    ['en', 'Direct', /push to main/],
  ] as const)('arrives as the built-in message (%s, %s)', async (locale, delivery, words) => {
    const name = `built-in-${locale.toLowerCase()}-${delivery.toLowerCase()}`;
    const told = await group(name, { locale, delivery });
    expect(await postAsGitee(told.hook, payload('push'))).toBe(202);
    await untilTold(told, 1);
    expect(told.texts()[0]).toMatch(words);
    expect(told.texts()[0]).toContain('example/shop');
    expect(told.requests().map(({ errcode, signature }) => ({ errcode, signature }))).toEqual([
      { errcode: 0, signature: 'valid' },
    ]);
  });

  it('of each kind is accepted by DingTalk, and a storm of them becomes a digest about one repository', async () => {
    const told = await group('kinds', { delivery: 'Relay' });
    for (const name of PAYLOAD_NAMES)
      expect([name, await postAsGitee(told.hook, payload(name))]).toEqual([name, 202]);
    await eventually('the digest', () => told.texts().some((text) => text.includes('1 repository')), {
      timeoutMs: 90_000,
    });
    expect(told.requests().every(({ errcode }) => errcode === 0)).toBe(true);
    expect(told.requests().length).toBe(4);
    const digest = told.texts().at(-1) as string;
    expect(digest).toContain(`${PAYLOAD_NAMES.length - 3} notifications about 1 repository`);
    expect(digest).toContain('example/shop');
  }, 120_000);

  it('arrives by the template of the subscription, with its mentions and within its filters', async () => {
    await stage.apply(
      typedTemplate(
        { namespace: TEAM, name: 'shouted' },
        {
          message: { markdown: { title: 'push', text: 'SHOUTED {{repository.full_name}}' } },
        },
      ),
    );
    const told = await group(
      'own',
      { delivery: 'Relay' },
      {
        gitee: {
          repository: 'example/shop',
          token: { secretKeyRef: { name: 'gitee', key: 'token' } },
          branches: ['release/*'],
        },
        events: [
          {
            trigger: 'gitee-push',
            actions: ['push'],
            template: { name: 'shouted' },
            at: { mobiles: ['13800000000'] },
          },
        ],
      },
    );
    const push = payload('push');
    expect(await postAsGitee(told.hook, push)).toBe(200);
    expect(await postAsGitee(told.hook, payload('tag-create'))).toBe(200);
    expect(await postAsGitee(told.hook, { ...push, ref: 'refs/heads/release/1.2' })).toBe(202);
    await untilTold(told, 1);
    expect(told.texts()).toEqual([expect.stringMatching(/SHOUTED example\/shop[\s\S]*@13800000000/)]);
  });

  it('waits for the end of quiet hours', async () => {
    const clock = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
    const quietHours = {
      ...{ from: clock(-2), to: clock(2), timeZone: 'UTC' },
      except: { events: ['gitee-issue'] },
    };
    const told = await group('night', { delivery: 'Relay', quietHours });
    expect(await postAsGitee(told.hook, payload('push'))).toBe(202);
    expect(await postAsGitee(told.hook, payload('issue-open'))).toBe(202);
    await untilTold(told, 1);
    expect(told.requests().length).toBe(1);
    await stage.cp.merge('robots', TEAM, 'night', { spec: { quietHours: null } });
    await untilTold(told, 2);
  });

  it('shows DingTalk’s answer in the status of a relayed robot', async () => {
    const told = await group('answered', { delivery: 'Relay' });
    expect(await postAsGitee(told.hook, payload('push'))).toBe(202);
    await stage.conditions('robots', TEAM, 'answered', { Delivering: 'True/Delivering' });
  });
});

describe('a post that is not right', () => {
  it('is refused or dropped', async () => {
    const told = await group('strict', { delivery: 'Relay' });
    const other = await group('other', { delivery: 'Relay' });
    const [push, at] = [payload('push'), Date.now()];
    expect(await postAsGitee({ ...told.hook, password: other.hook.password }, push)).toBe(401);
    expect(await postAsGitee({ ...told.hook, url: other.hook.url }, push)).toBe(401);
    expect(await postAsGitee(told.hook, push, { at: at - 3_600_000 })).toBe(401);
    expect(await postAsGitee({ ...told.hook, url: `${told.hook.url}-gone` }, push)).toBe(401);
    expect(await postAsGitee(told.hook, 'nonsense')).toBe(422);
    expect(await postAsGitee(told.hook, push, { at })).toBe(202);
    // Somebody has recorded the post.
    expect(await postAsGitee(told.hook, push, { at })).toBe(202);
    expect(await postAsGitee(told.hook, push, { isPing: true })).toBe(202);
    await untilTold(told, 2);
    expect(told.texts()[1]).toContain('Gitee notifications arrive here');
    expect([told.requests().length, other.requests().length]).toEqual([2, 0]);
    expect(relay.output()).not.toContain(KEY);
    expect(relay.output()).not.toContain(told.hook.password);
  });
});

it('a subscription that is deleted has no path any more', async () => {
  const told = await group('deleted', { delivery: 'Relay' });
  expect(await postAsGitee(told.hook, payload('push'))).toBe(202);
  await stage.cp.kubectl(['delete', 'nsub', 'deleted', '-n', TEAM]);
  await eventually('the refusal', async () => (await postAsGitee(told.hook, payload('push'))) === 401);
});
