import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NotificationSubscription } from '../../operator/api/kinds.ts';
import { credentialsSecret, namespace, subscription } from '../../operator/api/testing/manifests.ts';
import type { ConfigFields } from '../../operator/dingtalk/testing/fake-configuration.ts';
import {
  type FakeGitee,
  type FakeRepository,
  type GiteeObstacle,
  sendEvent,
  startFakeGitee,
} from '../../operator/gitee/testing/fake-gitee.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { type ApiClient, createApiClient } from '../support/api-client.ts';
import { freePorts } from '../support/ports.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const RIGHTS = join(import.meta.dirname, '../support/gitee-rights');
const OPERATOR = 'argocd-dingtalk-operator';
const TEAM = 'gitee-team';
const ROBOT = { namespace: TEAM, name: 'robot' };
const WHERE = { namespace: TEAM, name: 'shop' };
const REPOSITORY = 'team/shop';
const TOKEN = 'cafebabe'.repeat(4);
const FINALIZER = 'argocd-dingtalk.io/gitee-hooks';

let stage: Stage;
let gitee: FakeGitee;
let repository: FakeRepository;
let robot: ReturnType<typeof realRobot>;
let endpoints: string;

const fields = (changes: Record<string, unknown> = {}): ConfigFields => ({
  gitee: { hosts: [gitee.host], caFile: gitee.caFile, checkInterval: '1s', ...changes },
  credentials: { rereadInterval: '1s' },
  metrics: { listen: endpoints },
  health: { listen: endpoints },
});
const giteeSource = (changes: object = {}) => ({
  baseUrl: gitee.url,
  repository: REPOSITORY,
  token: { secretKeyRef: { name: 'gitee', key: 'token' } },
  delivery: 'Native',
  ...changes,
});
const onGitee = (where = WHERE, changes: object = {}, spec: object = {}) =>
  subscription(where, {
    applications: undefined as never,
    robots: [{ name: ROBOT.name }],
    gitee: giteeSource(changes) as never,
    events: [{ trigger: 'gitee-push' }, { trigger: 'gitee-issue' }],
    ...spec,
  });
const tokenSecret = (token = TOKEN, where = { namespace: TEAM, name: 'gitee' }) =>
  credentialsSecret(where, { token });
const stored = (name = WHERE.name) => stage.get<NotificationSubscription>('nsub', TEAM, name);
const hooked = (name = WHERE.name, reason = 'True/Hooked') =>
  stage.conditions('nsub', TEAM, name, { Hooked: reason });
const until = <T>(what: string, check: () => T | Promise<T>, timeoutMs = 30_000) =>
  eventually(
    what,
    async () => {
      await check();
      return true;
    },
    { timeoutMs },
  );
const gone = (name = WHERE.name, timeoutMs?: number) =>
  until(`${name} to be gone`, () => expect(stored(name)).rejects.toThrow(/NotFound/), timeoutMs);
/** There is no controller of namespaces here: Secrets go first, as it does it. */
async function endNamespace(name: string): Promise<void> {
  const kinds = 'dingtalkrobots,notificationsubscriptions';
  await stage.cp.kubectl(['delete', 'namespace', name, '--wait=false']);
  await stage.cp.kubectl(['delete', 'secrets', '--all', '-n', name]);
  await stage.cp.kubectl(['delete', kinds, '--all', '-n', name, '--wait=false']);
}
const robotUrl = () => robot.fake.webhookUrl;

beforeAll(async () => {
  gitee = await startFakeGitee();
  endpoints = `127.0.0.1:${(await freePorts(1))[0]}`;
  stage = await startStage({ argocd: false, operator: false });
  await stage.cp.kubectl(['apply', '--server-side', '-k', RIGHTS]);
  robot = realRobot(stage.dingtalk, ROBOT);
  await stage.apply(namespace(TEAM), ...robot.manifests);
  await stage.restartOperator(fields());
});
beforeEach(async () => {
  repository = gitee.addRepository(REPOSITORY, TOKEN);
  await stage.apply(tokenSecret());
});
afterEach(async () => {
  gitee.obstruct(undefined);
  gitee.onCreated(undefined);
  const items = await stage.cp.list<NotificationSubscription>('nsub', TEAM);
  for (const { metadata } of items) await stage.remove('nsub', TEAM, metadata.name);
  for (const { metadata } of items) await gone(metadata.name);
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
  await gitee?.stop();
});

describe('the hook of a subscription with delivery Native', () => {
  it('sends to the robot, and is what the status says', async () => {
    await stage.apply(onGitee());
    await hooked();
    const [hook] = repository.hooks;
    if (!hook) throw new Error('no hook');
    expect(repository.hooks).toEqual([
      {
        id: hook.id,
        url: robotUrl(),
        encryptionType: 1,
        password: robot.credentials.secret,
        switches: {
          push_events: true,
          tag_push_events: false,
          issues_events: true,
          merge_requests_events: false,
          note_events: false,
        },
      },
    ]);
    const { metadata, status } = await stored();
    expect(metadata.finalizers).toEqual([FINALIZER]);
    expect(status?.gitee).toEqual({
      installation: ARGOCD,
      hooks: [{ id: hook.id, robot: `${TEAM}/${ROBOT.name}`, baseUrl: gitee.url, repository: REPOSITORY }],
    });
    const ca = readFileSync(stage.dingtalk.caFile, 'utf8');
    const answer = await sendEvent(hook, { event: 'Push Hook', payload: {} }, { ca });
    expect(JSON.parse(answer.text)).toMatchObject({ errcode: 0 });
    await stage.conditions('nsub', TEAM, WHERE.name, { Ready: 'True/Ready' });
  });

  it('is repaired after an edit by hand, of which an event tells, and made again after a deletion', async () => {
    await stage.apply(onGitee());
    await hooked();
    const id = repository.hooks[0]?.id as number;
    const looks = gitee.requests.length;
    await until('another look', () => expect(gitee.requests.length).toBeGreaterThan(looks + 1));
    repository.changeHook(id, { url: 'https://elsewhere.example.com/' });
    await until('the repair', () => expect(repository.hooks[0]?.url).toBe(robotUrl()));
    await until('the event', async () => expect(await events()).toContain('GiteeHookRepaired'));
    repository.removeHook(id);
    await until('another hook', async () => {
      expect(repository.hooks.map((hook) => hook.id)).toEqual([expect.any(Number)]);
      expect((await stored()).status?.gitee?.hooks?.[0]?.id).toBe(repository.hooks[0]?.id);
    });
  });

  it('changes with the credentials of the robot, and with the token of Gitee', async () => {
    await stage.apply(onGitee());
    await hooked();
    const former = robot;
    robot = realRobot(stage.dingtalk, ROBOT);
    await stage.apply(...robot.manifests);
    await until('the change', () =>
      expect(repository.hooks).toMatchObject([{ url: robotUrl(), password: robot.credentials.secret }]),
    );
    expect(robotUrl()).not.toBe(former.fake.webhookUrl);
    repository.revoke(TOKEN);
    await hooked(WHERE.name, 'False/GiteeUnauthorized');
    repository.admit('other-token-of-the-team');
    await stage.apply(tokenSecret('other-token-of-the-team'));
    await hooked();
  });

  it('is removed exactly: beside that of another subscription, and those of people', async () => {
    const before = repository.addHook({ url: robotUrl() });
    const other = { namespace: TEAM, name: 'other' };
    await stage.apply(onGitee(), onGitee(other));
    await Promise.all([hooked(), hooked(other.name)]);
    const after = repository.addHook({ url: robotUrl() });
    expect(repository.hooks.length).toBe(4);
    const [ofOther] = (await stored(other.name)).status?.gitee?.hooks ?? [];
    await stage.remove('nsub', TEAM, WHERE.name);
    await gone();
    expect(repository.hooks.map(({ id }) => id).sort()).toEqual([before.id, ofOther?.id, after.id].sort());
  });

  it('goes while the subscription is suspended', async () => {
    await stage.apply(onGitee());
    await hooked();
    await stage.apply(onGitee(WHERE, {}, { suspend: true }));
    await until('the hook to be gone', async () => {
      expect(repository.hooks).toEqual([]);
      expect((await stored()).metadata.finalizers).toBeUndefined();
    });
    await stage.apply(onGitee());
    await hooked();
    expect(repository.hooks.length).toBe(1);
  });

  it('is found among 300', async () => {
    for (let each = 0; each < 300; each++) repository.addHook({ url: `https://example.com/${each}` });
    await stage.apply(onGitee());
    await hooked();
    expect(repository.hooks.length).toBe(301);
    expect(gitee.requests.map(({ page }) => page)).toContain(4);
  });
});

it('the hook of a subscription with delivery Relay leads to the relay, with a key that is in no Secret', async () => {
  await stage.restartOperator({
    ...fields({ publicURL: 'https://hooks.example.com' }),
    relay: { url: 'http://relay:8080' },
  });
  try {
    await stage.apply(onGitee(WHERE, { delivery: 'Relay' }));
    await hooked();
    const [hook] = repository.hooks;
    expect(hook).toMatchObject({
      url: `https://hooks.example.com/gitee/${TEAM}/${WHERE.name}`,
      encryptionType: 1,
    });
    const { data } = await stage.get<KubernetesResource>('secret', ARGOCD, 'argocd-dingtalk-gitee');
    const key = Buffer.from(data?.key ?? '', 'base64').toString();
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(hook?.password).toMatch(/^[\w-]{43}$/);
    expect(hook?.password).not.toBe(key);
    expect(stage.operatorOutput()).not.toContain(key);
    await stage.remove('nsub', TEAM, WHERE.name);
    await gone();
    expect(repository.hooks).toEqual([]);
  } finally {
    await stage.restartOperator(fields());
  }
});

it.each<[GiteeObstacle, string]>([
  [401, 'GiteeUnauthorized'],
  [403, 'GiteeForbidden'],
  [404, 'GiteeRepositoryNotFound'],
  [422, 'GiteeRefused'],
  [429, 'GiteeUnavailable'],
  [503, 'GiteeUnavailable'],
  ['cut', 'GiteeUnavailable'],
  ['hang', 'GiteeUnavailable'],
  ['redirect', 'GiteeUnexpectedAnswer'],
])('%s of Gitee is the condition %s', async (how, reason) => {
  gitee.obstruct(how);
  await stage.apply(onGitee());
  await hooked(WHERE.name, `False/${reason}`);
  gitee.obstruct(undefined);
});

it('the token goes to no host that is not allowed', async () => {
  const stranger = await startFakeGitee();
  try {
    stranger.addRepository(REPOSITORY, TOKEN);
    await stage.apply(onGitee(WHERE, { baseUrl: stranger.url }));
    await stage.conditions('nsub', TEAM, WHERE.name, { Accepted: 'False/GiteeHostNotAllowed' });
    expect(stranger.requests).toEqual([]);
  } finally {
    await stranger.stop();
  }
});

describe('a process that is killed', () => {
  it('between the creation of a hook and its record leaves one hook', async () => {
    const created = Promise.withResolvers<void>();
    gitee.onCreated(() => {
      created.resolve();
      // The answer never comes.
      return new Promise(() => undefined);
    });
    await stage.apply(onGitee());
    await created.promise;
    stage.operator().signal('SIGKILL');
    await stage.operator().exited;
    gitee.onCreated(undefined);
    expect((await stored()).status?.gitee?.hooks).toEqual([
      expect.objectContaining({
        afterId: expect.any(Number),
        urlHash: expect.stringMatching(/^[0-9a-f]{16}$/),
      }),
    ]);
    await stage.restartOperator(fields());
    await until('the record', async () =>
      expect((await stored()).status?.gitee?.hooks?.[0]?.id).toBe(repository.hooks[0]?.id),
    );
    expect(repository.hooks.length).toBe(1);
  });
});

describe('a subscription that is deleted', () => {
  it('goes at once if the token is gone, and an event names the hook', async () => {
    await stage.apply(onGitee());
    await hooked();
    const [hook] = repository.hooks;
    await stage.remove('secret', TEAM, 'gitee');
    await stage.remove('nsub', TEAM, WHERE.name);
    await gone(WHERE.name, 5_000);
    await until('the event', async () =>
      expect(await events()).toContain(
        `${gitee.host}: the hook ${hook?.id} stays in the repository ${REPOSITORY}`,
      ),
    );
    expect(repository.hooks.length).toBe(1);
  });

  it('with its namespace, while Gitee is away, is gone in time', async () => {
    await stage.restartOperator(fields({ giveUpAfter: '5s' }));
    const ending = 'ending-team';
    const where = { namespace: ending, name: 'shop' };
    const there = realRobot(stage.dingtalk, { namespace: ending, name: 'robot' });
    await stage.apply(
      namespace(ending),
      ...there.manifests,
      tokenSecret(TOKEN, { namespace: ending, name: 'gitee' }),
      onGitee(where),
    );
    await stage.conditions('nsub', ending, 'shop', { Hooked: 'True/Hooked' });
    const [hook] = repository.hooks;
    gitee.obstruct('cut');
    await endNamespace(ending);
    const isGone = () => expect(stage.get('nsub', ending, 'shop')).rejects.toThrow(/NotFound/);
    await until('the subscription to be gone', isGone, 20_000);
    await until('the event', async () =>
      expect(await events('default')).toContain(`the hook ${hook?.id} stays in the repository ${REPOSITORY}`),
    );
    await stage.restartOperator(fields());
  });

  it('with its namespace, while Gitee is there, leaves no hook, although its Secret went first', async () => {
    const ending = 'leaving-team';
    const there = realRobot(stage.dingtalk, { namespace: ending, name: 'robot' });
    await stage.apply(
      namespace(ending),
      ...there.manifests,
      tokenSecret(TOKEN, { namespace: ending, name: 'gitee' }),
      onGitee({ namespace: ending, name: 'shop' }),
    );
    await stage.conditions('nsub', ending, 'shop', { Hooked: 'True/Hooked' });
    await endNamespace(ending);
    await until('the subscription to be gone', () =>
      expect(stage.get('nsub', ending, 'shop')).rejects.toThrow(/NotFound/),
    );
    expect(repository.hooks).toEqual([]);
  });
});

describe('the admission policy', () => {
  let api: ApiClient;
  beforeAll(async () => {
    const { server, caFile } = stage.cp;
    const token = (await stage.cp.kubectl(['create', 'token', OPERATOR, '-n', ARGOCD])).trim();
    api = createApiClient({ server, caPem: readFileSync(caFile, 'utf8'), token });
  });
  afterAll(async () => api?.close());

  const asOperator = (patch: object) =>
    api.merge('notificationsubscriptions', TEAM, WHERE.name, patch).then(
      () => 'done',
      (error: Error) => error.message,
    );
  const DENIED = 'may change nothing of a subscription but its own finalizer';

  it.each<[string, object]>([
    ['the spec', { spec: { suspend: true } }],
    ['a label', { metadata: { labels: { any: 'label' } } }],
    ['an annotation', { metadata: { annotations: { any: 'annotation' } } }],
    [
      'an owner',
      { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Secret', name: 'a', uid: 'b' }] } },
    ],
    ['another finalizer', { metadata: { finalizers: [FINALIZER, 'example.com/other'] } }],
  ])('lets the operator’s account not change %s', async (_, patch) => {
    await stage.apply(onGitee());
    await hooked();
    expect(await asOperator(patch)).toContain(DENIED);
  });

  it('lets it set and remove the finalizer beside that of somebody else, and not remove the other one', async () => {
    await stage.apply(onGitee(WHERE, {}, { suspend: true }));
    await stage.cp.merge('notificationsubscriptions', TEAM, WHERE.name, {
      metadata: { finalizers: ['example.com/other'] },
    });
    expect(await asOperator({ metadata: { finalizers: ['example.com/other', FINALIZER] } })).toBe('done');
    await until('the operator to take its finalizer away', async () =>
      expect((await stored()).metadata.finalizers).toEqual(['example.com/other']),
    );
    expect(await asOperator({ metadata: { finalizers: [] } })).toContain(DENIED);
    await stage.cp.merge('notificationsubscriptions', TEAM, WHERE.name, { metadata: { finalizers: null } });
  });

  it('holds back nobody else', async () => {
    await stage.apply(onGitee());
    await stage.cp.merge('notificationsubscriptions', TEAM, WHERE.name, {
      metadata: { labels: { any: 'label' } },
    });
  });
});

it('without config/gitee, the operator makes no hook, and says what is missing', async () => {
  await stage.cp.kubectl(['delete', 'clusterrolebinding', 'argocd-dingtalk-gitee-hooks.argocd']);
  try {
    await stage.apply(onGitee());
    await hooked(WHERE.name, 'False/GiteeNotInstalled');
    expect(repository.hooks).toEqual([]);
  } finally {
    await stage.cp.kubectl(['apply', '--server-side', '-k', RIGHTS]);
  }
  await hooked();
});

it('neither the token nor a credential of a robot is anywhere but in its Secret', async () => {
  const secrets = [TOKEN, robot.credentials.token, robot.credentials.secret];
  const kinds = [
    ...['notificationsubscriptions', 'dingtalkrobots', 'relayroutes'],
    ...['events.events.k8s.io', 'configmaps', 'leases.coordination.k8s.io'],
  ];
  const texts = await Promise.all(kinds.map((kind) => stage.cp.kubectl(['get', kind, '-A', '-o', 'yaml'])));
  const metrics = await (await fetch(`http://${endpoints}/metrics`)).text();
  expect(metrics).toContain('argocd_dingtalk_gitee_');
  for (const text of [...texts, stage.operatorOutput(), metrics])
    for (const each of secrets) expect(text).not.toContain(each);
});

const events = (where = TEAM) => stage.cp.kubectl(['get', 'events.events.k8s.io', '-n', where, '-o', 'yaml']);
