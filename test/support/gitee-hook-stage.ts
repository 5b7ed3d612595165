import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { NotificationSubscription } from '../../operator/api/kinds.ts';
import { credentialsSecret, namespace, subscription } from '../../operator/api/testing/manifests.ts';
import type { ConfigFields } from '../../operator/dingtalk/testing/fake-configuration.ts';
import {
  type FakeGitee,
  type FakeRepository,
  startFakeGitee,
} from '../../operator/gitee/testing/fake-gitee.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { GITEE_RIGHTS } from './gitee-stage.ts';
import { freePorts } from './ports.ts';
import { type Stage, startStage } from './stage.ts';
import { realRobot } from './team.ts';

export const HOOK_TEAM = 'gitee-team';
const ROBOT = { namespace: HOOK_TEAM, name: 'robot' };
/** The subscription of most tests. */
export const HOOK_SUBSCRIPTION = { namespace: HOOK_TEAM, name: 'shop' };
export const HOOK_REPOSITORY = 'team/shop';
export const HOOK_TOKEN = 'cafebabe'.repeat(4);
export const HOOK_FINALIZER = 'argocd-dingtalk.io/gitee-hooks';

/** Resolves once the check throws nothing. */
export const untilTrue = <T>(what: string, check: () => T | Promise<T>, timeoutMs = 30_000): Promise<true> =>
  eventually(
    what,
    async () => {
      await check();
      return true as const;
    },
    { timeoutMs },
  );

/**
 * The stage of a file's tests. Each test has a repository as new, and leaves no subscription. In the end, no secret is anywhere but in
 * its place.
 */
export function giteeHookStage(): GiteeHookStage {
  const hooks = new GiteeHookStage();
  beforeAll(() => hooks.start());
  beforeEach(() => hooks.begin());
  afterEach(() => hooks.end());
  afterAll(async () => {
    await using _ = hooks;
    await hooks.expectSecretsKept();
  });
  return hooks;
}

/** An operator that keeps the hooks of a strict fake Gitee, and a team with a robot. */
class GiteeHookStage implements AsyncDisposable {
  stage!: Stage;
  gitee!: FakeGitee;
  repository!: FakeRepository;
  robot!: ReturnType<typeof realRobot>;
  /** `host:port` of the operator's metrics. */
  #endpoints!: string;
  readonly #secrets = [HOOK_TOKEN];

  async start(): Promise<void> {
    this.gitee = await startFakeGitee();
    this.stage = await startStage({ argocd: false, operator: false });
    await this.stage.cp.kubectl(['apply', '--server-side', '-k', GITEE_RIGHTS]);
    this.#endpoints = `127.0.0.1:${(await freePorts(1))[0]}`;
    await this.stage.apply(namespace(HOOK_TEAM));
    await this.replaceRobot();
    await this.stage.restartOperator(this.fields());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stage?.[Symbol.asyncDispose]();
    await this.gitee?.stop();
  }

  async begin(): Promise<void> {
    this.repository = this.gitee.addRepository(HOOK_REPOSITORY, HOOK_TOKEN);
    await this.stage.apply(this.tokenSecret());
  }

  /** Neither the token nor a credential of a robot is in an object, a log or a metric. */
  async expectSecretsKept(): Promise<void> {
    const kinds = [
      ...['notificationsubscriptions', 'dingtalkrobots', 'relayroutes'],
      ...['events.events.k8s.io', 'configmaps', 'leases.coordination.k8s.io'],
    ];
    const { cp } = this.stage;
    const texts = await Promise.all(kinds.map((kind) => cp.kubectl(['get', kind, '-A', '-o', 'yaml'])));
    const metrics = await (await fetch(`http://${this.#endpoints}/metrics`)).text();
    expect(metrics).toContain('argocd_dingtalk_gitee_');
    for (const text of [...texts, this.stage.operatorOutput(), metrics])
      for (const secret of this.#secrets) expect(text).not.toContain(secret);
  }

  async end(): Promise<void> {
    this.gitee.obstruct(undefined);
    this.gitee.onCreated(undefined);
    const items = await this.stage.cp.list<NotificationSubscription>('nsub', HOOK_TEAM);
    for (const { metadata } of items) await this.stage.remove('nsub', HOOK_TEAM, metadata.name);
    for (const { metadata } of items) await this.gone(metadata.name);
  }

  /** The operator's configuration. */
  fields(changes: Record<string, unknown> = {}): ConfigFields {
    const { gitee } = this;
    const listen = this.#endpoints;
    return {
      gitee: { hosts: [gitee.host], caFile: gitee.caFile, checkInterval: '1s', ...changes },
      credentials: { rereadInterval: '1s' },
      metrics: { listen },
      health: { listen },
    };
  }

  /** A subscription to the repository, with changes of `spec.gitee` and of the rest of the spec. */
  subscription(where = HOOK_SUBSCRIPTION, changes: object = {}, spec: object = {}) {
    const source = {
      baseUrl: this.gitee.url,
      repository: HOOK_REPOSITORY,
      token: { secretKeyRef: { name: 'gitee', key: 'token' } },
      delivery: 'Native',
      ...changes,
    };
    return subscription(where, {
      applications: undefined as never,
      robots: [{ name: ROBOT.name }],
      gitee: source as never,
      events: [{ trigger: 'gitee-push' }, { trigger: 'gitee-issue' }],
      ...spec,
    });
  }

  tokenSecret(token = HOOK_TOKEN, where = { namespace: HOOK_TEAM, name: 'gitee' }) {
    return credentialsSecret(where, { token });
  }

  /** Gives the team's robot other credentials. */
  async replaceRobot(): Promise<void> {
    this.robot = realRobot(this.stage.dingtalk, ROBOT);
    this.#secrets.push(this.robot.credentials.token, this.robot.credentials.secret);
    await this.stage.apply(...this.robot.manifests);
  }

  stored(name = HOOK_SUBSCRIPTION.name): Promise<NotificationSubscription> {
    return this.stage.get<NotificationSubscription>('nsub', HOOK_TEAM, name);
  }

  hooked(name = HOOK_SUBSCRIPTION.name, reason = 'True/Hooked') {
    return this.stage.conditions('nsub', HOOK_TEAM, name, { Hooked: reason });
  }

  async gone(name = HOOK_SUBSCRIPTION.name, timeoutMs?: number): Promise<void> {
    const isGone = async () => {
      const items = await this.stage.cp.list<NotificationSubscription>('nsub', HOOK_TEAM);
      if (items.some(({ metadata }) => metadata.name === name)) throw new Error(`${name} is there`);
    };
    await untilTrue(`${name} to be gone`, isGone, timeoutMs);
  }

  /** The events of a namespace, as text. */
  events(where = HOOK_TEAM): Promise<string> {
    return this.stage.cp.kubectl(['get', 'events.events.k8s.io', '-n', where, '-o', 'yaml']);
  }
}
