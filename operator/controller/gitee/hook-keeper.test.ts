import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../api/finding.ts';
import type { GiteeSubscription, NotificationSubscription } from '../../api/kinds.ts';
import { GITEE_FINALIZER, resourceKey } from '../../api/names.ts';
import type { CredentialReading } from '../../cluster/read-credential.ts';
import type { WantedHook, WantedHooks } from '../../core/model/gitee.ts';
import { config, giteeSubscription, NAMESPACE, NOW } from '../../core/testing/fixtures.ts';
import { createGiteeClient } from '../../gitee/client.ts';
import { giteeKey } from '../../gitee/signature.ts';
import { type FakeGitee, type FakeRepository, startFakeGitee } from '../../gitee/testing/fake-gitee.ts';
import { NO_SWITCHES } from '../../gitee/testing/fake-gitee-hooks.ts';
import { ForbiddenError } from '../../kubernetes/api-error.ts';
import { eventually } from '../../lib/testing/eventually.ts';
import { recordingLog } from '../../lib/testing/recording-log.ts';
import { HookKeeper } from './hook-keeper.ts';
import { HookObjects } from './objects.ts';
import type { HookCounts } from './outcomes.ts';
import { StoredSubscriptions } from './testing/stored-subscriptions.ts';
import { GiteeTokens } from './tokens.ts';

const TOKEN = 'cafe'.repeat(8);
const KEY = 'installation-key';
const ROBOT = {
  url: `https://oapi.dingtalk.com/robot/send?access_token=${'feed'.repeat(16)}`,
  signingSecret: 'SECfirst',
};
const SWITCHES = { ...NO_SWITCHES, push_events: true };

let gitee: FakeGitee;
let repository: FakeRepository;
let store: StoredSubscriptions;
let secret: CredentialReading['secret'];
let isEnding: boolean;
let now: Date;
let isLeader: boolean;
let counts: HookCounts;
let keyOf: () => Promise<string | undefined>;
const told: Finding[] = [];
const news: number[] = [];
/** What the news cause. */
let run: () => void;
let log: ReturnType<typeof recordingLog>;
const keepers: HookKeeper[] = [];

beforeEach(async () => {
  gitee = await startFakeGitee();
  repository = gitee.addRepository('team/shop', TOKEN);
  store = new StoredSubscriptions();
  secret = { state: 'found', data: { token: `${TOKEN}\n` } };
  [isEnding, isLeader, now] = [false, true, NOW];
  keyOf = async () => KEY;
  log = recordingLog();
  told.length = 0;
  news.length = 0;
  run = () => undefined;
});
afterEach(async () => {
  const all = JSON.stringify([told, log.lines, [...(store.cache.items() ?? [])]]);
  expect(all).not.toContain(TOKEN);
  expect(all).not.toContain('feed');
  expect(all).not.toContain('SECfirst');
  await Promise.all(keepers.splice(0).map((each) => each.close()));
  await gitee.stop();
});

const hookObjects = () => {
  const { cache, request } = store;
  const observe = (object: NotificationSubscription): void => void cache.observe(object);
  return new HookObjects(request, { get: cache.get.bind(cache), observe }, 'argocd');
};

async function keeper(fields: { checkInterval?: number; hosts?: string[] } = {}): Promise<HookKeeper> {
  const client = createGiteeClient({
    ca: [await readFile(gitee.caFile, 'utf8')],
    timeoutMs: 500,
    turn: async () => undefined,
    onRequest: () => undefined,
  });
  const { cache } = store;
  const made = new HookKeeper({
    subscriptions: () => cache.items(),
    subscription: (namespace, name) => cache.get(namespace, name),
    objects: hookObjects(),
    tokens: new GiteeTokens(
      async () => ({ secret }),
      () => isEnding,
    ),
    gitee: client,
    installationKey: () => keyOf(),
    installation: 'argocd',
    config: {
      ...config().gitee,
      hosts: [gitee.host],
      publicURL: 'https://hooks.example.com/',
      checkInterval: 50,
      ...fields,
    },
    mayWrite: () => isLeader,
    now: () => now,
    clocks: { wall: Date.now, monotonic: () => performance.now() },
    random: () => 0,
    releaseAgainMs: 20,
    tell: async (_, finding) => void told.push(finding),
    onNews: () => {
      news.push(1);
      run();
    },
    onCounts: (all) => {
      counts = all;
    },
    log,
  });
  keepers.push(made);
  return made;
}

function subscribed(
  name = 'gitee',
  fields: Partial<GiteeSubscription['spec']['gitee']> = {},
): GiteeSubscription {
  const made = giteeSubscription(
    { name, uid: `uid of ${name}` },
    { gitee: { baseUrl: gitee.url, repository: 'team/shop', ...fields } },
  );
  return store.put({ ...made, status: undefined as never }) as GiteeSubscription;
}

const wantedFor = (subscription: GiteeSubscription, robot?: WantedHook['robot']): WantedHook => ({
  subscription,
  baseUrl: subscription.spec.gitee.baseUrl ?? '',
  repository: subscription.spec.gitee.repository,
  token: subscription.spec.gitee.token.secretKeyRef,
  switches: SWITCHES,
  ...(robot && { robot }),
});
const native = (credential: { url: string; signingSecret?: string } = ROBOT, key = `${NAMESPACE}/robot`) => ({
  key,
  credential,
});
const all = (...hooks: WantedHook[]): WantedHooks =>
  Map.groupBy(hooks, ({ subscription }) => resourceKey(subscription));

/** Waits until nothing of the check is wrong. */
const until = (what: string, check: () => void, options: { timeoutMs: number } = { timeoutMs: 5_000 }) =>
  eventually(
    what,
    () => {
      check();
      return true;
    },
    options,
  );

const idsIn = (name = 'gitee') => store.get(name)?.status?.gitee?.hooks?.map(({ id }) => id);
const settledState = (of: HookKeeper, name = 'gitee') => of.states.get(`${NAMESPACE}/${name}`);
const kept = (of: HookKeeper, name = 'gitee') =>
  until('the hooks to be as declared', () => {
    const state = settledState(of, name);
    expect(state).toMatchObject({ warnings: [] });
    expect(state?.finding).toBeUndefined();
  });

describe('a hook of the relay', () => {
  it('is created with the key of the subscription, and recorded, with a finalizer', async () => {
    const of = await keeper();
    const subscription = subscribed();
    of.update(all(wantedFor(subscription)));
    await kept(of);
    const [hook] = repository.hooks;
    expect(repository.hooks).toEqual([
      {
        id: hook?.id,
        url: `https://hooks.example.com/gitee/${NAMESPACE}/gitee`,
        encryptionType: 1,
        password: giteeKey(KEY, 'uid of gitee'),
        switches: SWITCHES,
      },
    ]);
    const stored = store.get('gitee');
    expect(stored?.metadata.finalizers).toEqual([GITEE_FINALIZER]);
    expect(stored?.status?.gitee).toEqual({
      installation: 'argocd',
      hooks: [{ baseUrl: gitee.url, repository: 'team/shop', robot: '', id: hook?.id }],
    });
    expect(settledState(of)).toEqual({ uid: 'uid of gitee', generation: 1, warnings: [] });
    expect(news.length).toBeGreaterThan(0);
    expect(counts).toEqual({ kept: 1, failing: 0, leaving: 0 });
  });

  it('is repaired after a change by hand, and created again after a deletion by hand', async () => {
    const of = await keeper();
    of.update(all(wantedFor(subscribed())));
    await kept(of);
    const id = repository.hooks[0]?.id as number;
    // The next look notes that all is well.
    const before = gitee.requests.length;
    await until('another look', () => expect(gitee.requests.length).toBeGreaterThan(before + 1));
    repository.changeHook(id, { url: 'https://elsewhere.example.com', switches: NO_SWITCHES });
    await until('the repair', () => expect(repository.hooks).toMatchObject([{ id, switches: SWITCHES }]));
    expect(repository.hooks[0]?.url).toBe(`https://hooks.example.com/gitee/${NAMESPACE}/gitee`);
    expect(told).toMatchObject([{ reason: 'GiteeHookRepaired' }]);
    repository.removeHook(id);
    await until('another hook', () => {
      expect(repository.hooks.length).toBe(1);
      expect(idsIn()).toEqual([repository.hooks[0]?.id]);
    });
    expect(repository.hooks[0]?.id).toBeGreaterThan(id);
  });

  it('goes with the subscription, and no other does', async () => {
    const of = await keeper();
    const url = `https://hooks.example.com/gitee/${NAMESPACE}/gitee`;
    const before = repository.addHook({ url });
    of.update(all(wantedFor(subscribed())));
    await kept(of);
    const after = repository.addHook({ url });
    expect(repository.hooks.length).toBe(3);
    store.delete('gitee', now);
    of.update(new Map());
    await until('the subscription to be gone', () => expect(store.get('gitee')).toBeUndefined());
    expect(repository.hooks).toEqual([before, after]);
    expect(told).toEqual([]);
    expect(counts).toEqual({ kept: 0, failing: 0, leaving: 0 });
  });

  it('goes, and the finalizer too, if the subscription stays and wants none any more', async () => {
    const of = await keeper();
    of.update(all(wantedFor(subscribed())));
    await kept(of);
    of.update(new Map());
    await until('the hook to be gone', () => {
      expect(repository.hooks).toEqual([]);
      expect(store.get('gitee')?.metadata.finalizers).toBeUndefined();
    });
    expect(store.get('gitee')?.status?.gitee).toEqual({ installation: 'argocd', hooks: [] });
  });

  it('stays as it is while the decision keeps it', async () => {
    const of = await keeper();
    of.update(all(wantedFor(subscribed())));
    await kept(of);
    of.update(new Map([[`${NAMESPACE}/gitee`, 'keep']]));
    const requests = gitee.requests.length;
    store.delete('gitee', now);
    of.update(new Map([[`${NAMESPACE}/gitee`, 'keep']]));
    await until('the hook of a subscription that is deleted', () => expect(repository.hooks).toEqual([]));
    expect(gitee.requests.length).toBe(requests + 2);
  });

  it('moves to another repository', async () => {
    const of = await keeper();
    of.update(all(wantedFor(subscribed())));
    await kept(of);
    const other = gitee.addRepository('team/other', TOKEN);
    const moved = subscribed('gitee', { repository: 'team/other' });
    of.update(all(wantedFor(moved)));
    await until('the move', () => {
      expect(repository.hooks).toEqual([]);
      expect(idsIn()).toEqual([other.hooks[0]?.id]);
    });
  });

  it('waits for the Secret of the installation', async () => {
    keyOf = async () => undefined;
    const of = await keeper();
    of.update(all(wantedFor(subscribed())));
    await until('the finding', () =>
      expect(settledState(of)).toMatchObject({ finding: { reason: 'GiteeNotInstalled' } }),
    );
    expect(repository.hooks).toEqual([]);
  });
});

describe('hooks of robots', () => {
  it('have the webhook and the signing secret, and change with them', async () => {
    const of = await keeper();
    const subscription = subscribed();
    of.update(all(wantedFor(subscription, native())));
    await kept(of);
    expect(repository.hooks).toMatchObject([{ url: ROBOT.url, password: 'SECfirst', encryptionType: 1 }]);
    const { id } = repository.hooks[0] ?? {};
    of.update(all(wantedFor(subscription, native({ url: `${ROBOT.url}feed` }))));
    await until('the change', () =>
      expect(repository.hooks).toMatchObject([
        { id, url: `${ROBOT.url}feed`, password: '', encryptionType: 0 },
      ]),
    );
    expect(told).toEqual([]);
  });

  it('of two subscriptions to one repository do not disturb each other, whatever they have in common', async () => {
    const of = await keeper();
    const [one, two] = [subscribed('one'), subscribed('two')];
    of.update(all(wantedFor(one, native()), wantedFor(two, native())));
    await Promise.all([kept(of, 'one'), kept(of, 'two')]);
    expect(repository.hooks.length).toBe(2);
    const [ofTwo] = idsIn('two') ?? [];
    store.delete('one', now);
    of.update(all(wantedFor(two, native())));
    await until('the first one to be gone', () => expect(store.get('one')).toBeUndefined());
    expect(repository.hooks.map(({ id }) => id)).toEqual([ofTwo]);
  });

  it('are one for each robot', async () => {
    const of = await keeper();
    const subscription = subscribed();
    const robots = Array.from({ length: 10 }, (_, each) =>
      wantedFor(subscription, native({ url: `${ROBOT.url}${each}` }, `${NAMESPACE}/robot-${each}`)),
    );
    of.update(all(...robots));
    await kept(of);
    expect(repository.hooks.length).toBe(10);
    // The status has room for ten: the new one comes when the former one has gone.
    const other = wantedFor(subscription, native({ url: `${ROBOT.url}x` }, `${NAMESPACE}/robot-x`));
    of.update(all(...robots.slice(1), other));
    await until('the other robot', () =>
      expect(repository.hooks.map(({ url }) => url)).toContain(`${ROBOT.url}x`),
    );
    expect(repository.hooks.length).toBe(10);
  });
});

describe('a process that ends', () => {
  it('between the creation of a hook and its record leaves one hook, and not two', async () => {
    const first = await keeper();
    const subscription = subscribed();
    const person = repository.addHook({ url: `https://hooks.example.com/gitee/${NAMESPACE}/gitee` });
    gitee.onCreated(() => {
      isLeader = false;
      store.onWrite = () => {
        throw new Error('the process is dead');
      };
    });
    first.update(all(wantedFor(subscription)));
    await until('the hook', () => expect(repository.hooks.length).toBe(2));
    await first.close();
    gitee.onCreated(undefined);
    store.onWrite = undefined;
    isLeader = true;
    expect(store.get('gitee')?.status?.gitee?.hooks).toEqual([
      {
        baseUrl: gitee.url,
        repository: 'team/shop',
        robot: '',
        afterId: person.id,
        urlHash: expect.any(String),
      },
    ]);
    const second = await keeper();
    second.update(all(wantedFor(subscription)));
    await kept(second);
    expect(repository.hooks.length).toBe(2);
    expect(idsIn()).toEqual([repository.hooks[1]?.id]);
    expect(repository.hooks[0]).toEqual(person);
  });

  it('and whose answer was lost leaves one hook, too', async () => {
    const of = await keeper();
    gitee.obstruct('lost', { method: 'POST', times: 1 });
    of.update(all(wantedFor(subscribed())));
    await until(
      'the adoption',
      () => {
        expect(repository.hooks.length).toBe(1);
        expect(idsIn()).toEqual([repository.hooks[0]?.id]);
      },
      { timeoutMs: 15_000 },
    );
    expect(repository.hooks.length).toBe(1);
  }, 20_000);

  it('and lost the Lease writes nothing more to Gitee', async () => {
    isLeader = false;
    const of = await keeper();
    of.update(all(wantedFor(subscribed())));
    await until('a look', () => expect(gitee.requests.length).toBeGreaterThan(0));
    await of.close();
    expect(gitee.requests.every(({ method }) => method === 'GET')).toBe(true);
    expect(store.get('gitee')?.metadata.finalizers).toBeUndefined();
  });
});

describe('what Gitee answers', () => {
  it.each([
    [401, 'GiteeUnauthorized'],
    [403, 'GiteeForbidden'],
    [404, 'GiteeRepositoryNotFound'],
    [422, 'GiteeRefused'],
    [429, 'GiteeUnavailable'],
    [500, 'GiteeUnavailable'],
    ['hang', 'GiteeUnavailable'],
    ['cut', 'GiteeUnavailable'],
    ['redirect', 'GiteeUnexpectedAnswer'],
    ['page', 'GiteeUnexpectedAnswer'],
  ] as const)('%s is told as %s', async (how, reason) => {
    gitee.obstruct(how);
    const of = await keeper();
    of.update(all(wantedFor(subscribed())));
    await until('the finding', () => expect(settledState(of)).toMatchObject({ finding: { reason } }));
    expect(counts).toEqual({ kept: 0, failing: 1, leaving: 0 });
    if (typeof how === 'number' && ![429, 500].includes(how)) {
      gitee.obstruct(undefined);
      await kept(of);
    }
  });

  it('to a creation is told, and leaves no record if Gitee has certainly created nothing', async () => {
    gitee.obstruct(422, { method: 'POST' });
    const of = await keeper();
    of.update(all(wantedFor(subscribed())));
    await until('the finding', () =>
      expect(settledState(of)).toMatchObject({ finding: { reason: 'GiteeRefused' } }),
    );
    expect(idsIn()).toEqual([]);
    gitee.obstruct(undefined);
    await kept(of);
  });

  it('about 300 hooks is read as a whole', async () => {
    for (let each = 0; each < 300; each++) repository.addHook({ url: `https://example.com/${each}` });
    const of = await keeper({ checkInterval: 60_000 });
    of.update(all(wantedFor(subscribed())));
    await kept(of);
    expect(repository.hooks.length).toBe(301);
    expect(idsIn()).toEqual([repository.hooks[300]?.id]);
  });
});

describe('a token', () => {
  it('goes to no host that is not listed, whatever a spec or a status names', async () => {
    const of = await keeper({ hosts: ['gitee.com'] });
    const subscription = subscribed();
    store.put({ ...subscription, status: undefined as never });
    of.update(all(wantedFor(subscription)));
    await until('the finding', () =>
      expect(settledState(of)).toMatchObject({ finding: { reason: 'GiteeHostNotAllowed' } }),
    );
    expect(gitee.requests).toEqual([]);
  });

  it('of one Gitee goes to no other one: a hook there is left, and named', async () => {
    const other = await startFakeGitee();
    try {
      const of = await keeper({ hosts: [gitee.host, other.host] });
      of.update(all(wantedFor(subscribed())));
      await kept(of);
      const [id] = idsIn() ?? [];
      other.addRepository('team/shop', TOKEN);
      const moved = subscribed('gitee', { baseUrl: other.url });
      const seen = gitee.requests.length;
      of.update(all(wantedFor(moved)));
      await until('the event', () =>
        expect(told).toMatchObject([
          { reason: 'GiteeHookLeft', message: expect.stringContaining(`the hook ${id} stays`) },
        ]),
      );
      expect(gitee.requests.length).toBe(seen);
    } finally {
      await other.stop();
    }
  });

  it.each<[string, CredentialReading['secret']]>([
    ['whose Secret is missing', { state: 'missing' }],
    ['whose key is missing', { state: 'found', data: {} }],
    ['that is empty', { state: 'found', data: { token: ' ' } }],
    ['with a line break', { state: 'found', data: { token: 'a\nb' } }],
    ['that cannot be read', { state: 'unreadable', message: 'forbidden' }],
  ])('%s is told', async (_, state) => {
    secret = state;
    const of = await keeper();
    of.update(all(wantedFor(subscribed())));
    await until('the finding', () =>
      expect(settledState(of)).toMatchObject({ finding: { reason: 'GiteeTokenMissing' } }),
    );
    expect(gitee.requests).toEqual([]);
    secret = { state: 'found', data: { token: TOKEN } };
    await kept(of);
  });
});

describe('a subscription that is being deleted', () => {
  const deleted = async (of: HookKeeper) => {
    of.update(all(wantedFor(subscribed())));
    await kept(of);
    store.delete('gitee', now);
  };
  const gone = () => until('the subscription to be gone', () => expect(store.get('gitee')).toBeUndefined());

  it('goes at once if its token is gone, and an event names the hook', async () => {
    const of = await keeper();
    await deleted(of);
    const [id] = idsIn() ?? [];
    secret = { state: 'missing' };
    of.update(new Map());
    await gone();
    expect(told).toEqual([
      {
        reason: 'GiteeHookLeft',
        message: expect.stringContaining(`${gitee.host}: the hook ${id} stays in the repository team/shop`),
      },
    ]);
    expect(repository.hooks.length).toBe(1);
  });

  it('still has its hooks removed if its namespace is being deleted, and its Secret went first', async () => {
    const of = await keeper();
    of.update(all(wantedFor(subscribed())));
    await kept(of);
    secret = { state: 'missing' };
    isEnding = true;
    await until('a look without the Secret', () =>
      expect(settledState(of)).toMatchObject({ finding: { reason: 'GiteeTokenMissing' } }),
    );
    store.delete('gitee', now);
    of.update(new Map());
    await gone();
    expect(repository.hooks).toEqual([]);
    expect(told).toEqual([]);
  });

  it('waits while Gitee is away, and goes without its hook in the end', async () => {
    const of = await keeper();
    await deleted(of);
    gitee.obstruct('cut');
    isEnding = true;
    of.update(new Map());
    await until('an attempt', () => expect(counts).toEqual({ kept: 0, failing: 0, leaving: 1 }));
    expect(store.get('gitee')).toBeDefined();
    now = new Date(NOW.getTime() + 4 * 60_000);
    // Whatever happens makes the keeper look; without it, the next attempt does.
    await until('the end', () => expect(store.get('gitee')).toBeUndefined(), { timeoutMs: 10_000 });
    expect(told).toMatchObject([{ reason: 'GiteeHookLeft' }]);
  }, 15_000);

  it('goes if it never had a hook', async () => {
    const of = await keeper();
    const subscription = subscribed();
    await hookObjects().holdBack(subscription);
    expect(store.get('gitee')?.metadata.finalizers).toEqual([GITEE_FINALIZER]);
    store.delete('gitee', now);
    of.update(new Map());
    await gone();
    expect(gitee.requests).toEqual([]);
  });

  it('goes although its finalizer could not be removed at first: a run is asked for', async () => {
    const of = await keeper();
    await deleted(of);
    const failure = new Error('the API server is away');
    store.onWrite = (write, { metadata }) => {
      if (write === 'finalizer' && !metadata.finalizers) throw failure;
    };
    run = () => of.update(new Map());
    run();
    await until('the failure', () =>
      expect(JSON.stringify(log.lines)).toContain('cannot remove the finalizer'),
    );
    store.onWrite = undefined;
    await gone();
  });

  it('is looked at again as long as no status says whose it is', async () => {
    const of = await keeper();
    const { metadata, ...others } = subscribed();
    store.put({ ...others, metadata: { ...metadata, finalizers: [GITEE_FINALIZER] } });
    of.update(new Map());
    await until('a run', () => expect(news.length).toBeGreaterThan(0));
    expect(store.get('gitee')?.metadata.finalizers).toEqual([GITEE_FINALIZER]);
    store.put({
      ...others,
      metadata: { ...metadata, finalizers: [GITEE_FINALIZER] },
      status: { installation: 'argocd' } as never,
    });
    of.update(new Map());
    await until('the finalizer to go', () => expect(store.get('gitee')?.metadata.finalizers).toBeUndefined());
  });

  it('is left to the installation that has made its hooks', async () => {
    const of = await keeper();
    await deleted(of);
    const stored = store.get('gitee') as GiteeSubscription;
    const status = { ...stored.status, gitee: { ...stored.status?.gitee, installation: 'other-argocd' } };
    store.cache.observe({
      ...stored,
      status,
      metadata: { ...stored.metadata, resourceVersion: '9999' },
    } as never);
    of.update(new Map());
    await of.close();
    expect(repository.hooks.length).toBe(1);
    expect(store.get('gitee')?.metadata.finalizers).toEqual([GITEE_FINALIZER]);
  });
});

it('without the right to set the finalizer, no hook is made', async () => {
  store.onWrite = () => {
    throw new ForbiddenError('PATCH', 403, { kind: 'Status' });
  };
  const of = await keeper();
  of.update(all(wantedFor(subscribed())));
  await until('the finding', () =>
    expect(settledState(of)).toMatchObject({ finding: { reason: 'GiteeNotInstalled' } }),
  );
  expect(repository.hooks).toEqual([]);
});
