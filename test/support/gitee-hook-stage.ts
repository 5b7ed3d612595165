import { join } from 'node:path';
import type { NotificationSubscription } from '../../operator/api/kinds.ts';
import { credentialsSecret, namespace, subscription } from '../../operator/api/testing/manifests.ts';
import type { ConfigFields } from '../../operator/dingtalk/testing/fake-configuration.ts';
import {
  type FakeGitee,
  type FakeRepository,
  startFakeGitee,
} from '../../operator/gitee/testing/fake-gitee.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { freePorts } from './ports.ts';
import { type Stage, startStage } from './stage.ts';
import { realRobot } from './team.ts';

/** What `config/gitee` adds, for the stage. */
export const GITEE_RIGHTS = join(import.meta.dirname, 'gitee-rights');
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

/** An operator that keeps the hooks of a strict fake Gitee, and a team with a robot. */
export class GiteeHookStage implements AsyncDisposable {
  readonly stage: Stage;
  readonly gitee: FakeGitee;
  /** `host:port` of the operator's metrics. */
  readonly endpoints: string;
  /** As new for each test. */
  repository!: FakeRepository;
  robot: ReturnType<typeof realRobot>;

  private constructor(stage: Stage, gitee: FakeGitee, endpoints: string) {
    this.stage = stage;
    this.gitee = gitee;
    this.endpoints = endpoints;
    this.robot = realRobot(stage.dingtalk, ROBOT);
  }

  static async start(): Promise<GiteeHookStage> {
    const gitee = await startFakeGitee();
    const stage = await startStage({ argocd: false, operator: false });
    await stage.cp.kubectl(['apply', '--server-side', '-k', GITEE_RIGHTS]);
    const started = new GiteeHookStage(stage, gitee, `127.0.0.1:${(await freePorts(1))[0]}`);
    await stage.apply(namespace(HOOK_TEAM), ...started.robot.manifests);
    await stage.restartOperator(started.fields());
    return started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stage[Symbol.asyncDispose]();
    await this.gitee.stop();
  }

  /** Before each test. */
  async begin(): Promise<void> {
    this.repository = this.gitee.addRepository(HOOK_REPOSITORY, HOOK_TOKEN);
    await this.stage.apply(this.tokenSecret());
  }

  /** After each test: no subscription is left. */
  async end(): Promise<void> {
    this.gitee.obstruct(undefined);
    this.gitee.onCreated(undefined);
    const items = await this.stage.cp.list<NotificationSubscription>('nsub', HOOK_TEAM);
    for (const { metadata } of items) await this.stage.remove('nsub', HOOK_TEAM, metadata.name);
    for (const { metadata } of items) await this.gone(metadata.name);
  }

  /** The operator's configuration. */
  fields(changes: Record<string, unknown> = {}): ConfigFields {
    const { gitee, endpoints } = this;
    return {
      gitee: { hosts: [gitee.host], caFile: gitee.caFile, checkInterval: '1s', ...changes },
      credentials: { rereadInterval: '1s' },
      metrics: { listen: endpoints },
      health: { listen: endpoints },
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
