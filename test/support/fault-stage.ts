import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Condition } from '../../operator/api/kinds.ts';
import {
  type Credentials,
  credentialsSecret,
  namespace,
  newCredentials,
  subscription,
} from '../../operator/api/testing/manifests.ts';
import type { ConfigFields } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import type { ControlPlane } from './control-plane.ts';
import { FaultProxy } from './fault-proxy.ts';
import { startOperator } from './operator.ts';
import type { ProcessExit, RunningProcess } from './processes.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from './stage.ts';
import { realRobot } from './team.ts';

const TEAM = 'team';
const SECRET = 'argocd-notifications-secret';
const TRIGGERS = ['on-sync-failed', 'on-deployed'] as const;
/** After an outage, every wait has grown to its longest. */
const RECOVERY_MS = 60_000;
const PRELOAD = new URL('./shifted-clock.ts', import.meta.url);

/** How the operator of a test runs. */
export interface FaultStageOptions {
  readonly fields?: ConfigFields;
  /** Makes the way to the API server, for a kubeconfig of another kind. Default: the proxy. */
  readonly way?: (proxy: FaultProxy) => Pick<ControlPlane, 'dir' | 'serviceAccountKubeconfig'>;
  /** Called before the operator starts; it has ended when the operator's caches have synced, or later. */
  readonly beforeStart?: (proxy: FaultProxy) => void;
}

/**
 * An operator behind a proxy, and teams that come, change and go. The caller makes a fault, changes the teams past the
 * proxy, ends the fault and waits for the right state.
 */
export class FaultStage implements AsyncDisposable {
  readonly stage: Stage;
  readonly proxy: FaultProxy;
  readonly operator: RunningProcess;
  readonly #clockFile: string;
  /** Triggers of the teams' subscriptions, by name; the oldest team is the first. */
  readonly #teams = new Map<string, string>();
  readonly #credentials = new Map<string, Credentials>();
  #made = 0;
  #exit: ProcessExit | undefined;
  readonly #parts: AsyncDisposableStack;

  private constructor(
    [stage, proxy, operator]: readonly [Stage, FaultProxy, RunningProcess],
    clockFile: string,
    parts: AsyncDisposableStack,
  ) {
    this.stage = stage;
    this.proxy = proxy;
    this.operator = operator;
    this.#clockFile = clockFile;
    this.#parts = parts;
    void operator.exited.then((exit) => {
      this.#exit = exit;
    });
  }

  /** Resolves when the target has the keys of two teams. */
  static async start(options: FaultStageOptions = {}): Promise<FaultStage> {
    await using undo = new AsyncDisposableStack();
    const stage = undo.use(await startStage({ argocd: false, operator: false }));
    const proxy = undo.use(await FaultProxy.start(stage.cp));
    await stage.apply(namespace(TEAM));
    options.beforeStart?.(proxy);
    const clockFile = join(stage.cp.dir, 'clock');
    const operator = undo.use(
      await startOperator(options.way?.(proxy) ?? proxy, stage.dingtalk, options.fields, {
        NODE_OPTIONS: `--import ${PRELOAD.href}`,
        SHIFTED_CLOCK_FILE: clockFile,
      }),
    );
    const self = new FaultStage([stage, proxy, operator], clockFile, undo.move());
    await self.addTeam();
    await self.addTeam();
    await self.isRight();
    return self;
  }

  /** Adds a team, changes the newest one before it, and removes the oldest one. */
  async change(): Promise<void> {
    const [oldest = ''] = this.#teams.keys();
    const newest = [...this.#teams.keys()].at(-1) ?? '';
    await this.addTeam();
    const trigger = TRIGGERS.find((each) => each !== this.#teams.get(newest)) ?? '';
    this.#teams.set(newest, trigger);
    await this.stage.apply(subscriptionOf(newest, trigger));
    this.#teams.delete(oldest);
    // A test may have taken the credentials away.
    const isThere = async (kind: string) =>
      (await this.stage.cp.list<KubernetesResource>(kind, TEAM)).some(
        ({ metadata }) => metadata.name === oldest,
      );
    for (const kind of ['nsub', 'robots', 'secret'])
      if (await isThere(kind)) await this.stage.remove(kind, TEAM, oldest);
  }

  async addTeam(): Promise<string> {
    this.#made += 1;
    const name = `t${this.#made}`;
    const { manifests, credentials } = realRobot(this.stage.dingtalk, { namespace: TEAM, name });
    this.#credentials.set(name, credentials);
    this.#teams.set(name, TRIGGERS[0]);
    await this.stage.apply(...manifests, subscriptionOf(name, TRIGGERS[0]));
    return name;
  }

  /** The teams as they are now are the wanted ones, whatever has happened to the objects. */
  get teams(): ReadonlyMap<string, string> {
    return this.#teams;
  }

  /** Goes back to these teams, as the objects did. */
  goBackTo(teams: ReadonlyMap<string, string>): void {
    this.#teams.clear();
    for (const [name, trigger] of teams) this.#teams.set(name, trigger);
  }

  /**
   * Waits until Argo CD's objects have the keys of the teams and no others, and all statuses are current. The operator
   * is still the same process.
   */
  async isRight(timeoutMs = RECOVERY_MS): Promise<void> {
    await eventually('the right target state', () => this.#check(), { timeoutMs, intervalMs: 200 });
    expect(this.#exit).toBeUndefined();
  }

  /** Gives a robot other credentials. */
  async rotate(name: string): Promise<void> {
    const credentials = newCredentials();
    this.stage.dingtalk.addRobot(credentials);
    this.#credentials.set(name, credentials);
    const { token: webhook, secret } = credentials;
    await this.stage.apply(credentialsSecret({ namespace: TEAM, name }, { webhook, secret }));
  }

  async removeCredentials(name: string): Promise<void> {
    await this.stage.remove('secret', TEAM, name);
  }

  /** The URLs that Argo CD sends to now, by team. */
  async urls(): Promise<Map<string, URL>> {
    const { data = {} } = await this.stage.get<KubernetesResource>('secret', ARGOCD, SECRET);
    const urlOf = (name: string) =>
      new URL(Buffer.from(`${data[`dt_${TEAM}_${name}`]}`, 'base64').toString());
    return new Map([...this.#teams.keys()].map((name) => [name, urlOf(name)]));
  }

  /** The times for which the URLs are signed, in milliseconds. */
  async signedAt(): Promise<number[]> {
    return [...(await this.urls()).values()].map((url) => Number(url.searchParams.get('timestamp')));
  }

  /** Waits until the operator has printed a text, from now on. */
  async says(text: string): Promise<void> {
    const before = this.operator.output().length;
    await eventually(`the operator to say ${text}`, () =>
      this.operator.output().slice(before).includes(text),
    );
  }

  /** Shifts the wall clock of the operator, and of nobody else. */
  async shiftClock(ms: number): Promise<void> {
    await writeFile(this.#clockFile, `${ms}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }

  async #check(): Promise<boolean> {
    const own = async (kind: string, name: string): Promise<string[]> =>
      Object.keys((await this.stage.get<KubernetesResource>(kind, ARGOCD, name)).data ?? {})
        .filter((key) => key.includes('dt_'))
        .sort();
    const wanted = (keysOf: (name: string, trigger: string) => string[]): string[] =>
      [...this.#teams].flatMap(([name, trigger]) => keysOf(name, trigger)).sort();
    expect(await own('secret', SECRET)).toEqual(wanted(secretKeys));
    expect(await own('configmap', 'argocd-notifications-cm')).toEqual(wanted(configMapKeys));
    for (const [name, url] of await this.urls())
      expect(url.href).toContain(this.#credentials.get(name)?.token);
    const { cp } = this.stage;
    const lists = ['nsub', 'robots'].map((kind) => cp.list<KubernetesResource>(kind, TEAM));
    const items = (await Promise.all(lists)).flat();
    expect(items).toHaveLength(2 * this.#teams.size);
    for (const { metadata, status } of items) {
      expect(status?.observedGeneration).toBe(metadata.generation);
      expect(readyOf(status?.conditions)).toBe('True');
    }
    return true;
  }
}

const readyOf = (conditions: readonly Condition[] = []): string | undefined =>
  conditions.find(({ type }) => type === 'Ready')?.status;

/** Each about another application, since a namespace has only so many destinations on any one. */
const subscriptionOf = (name: string, trigger: string) =>
  subscription(
    { namespace: TEAM, name },
    { applications: { names: [name] }, events: [{ trigger }] as never },
  );

const secretKeys = (name: string): string[] => [`dt_${TEAM}_${name}`];
const configMapKeys = (name: string, trigger: string): string[] => [
  `service.webhook.dt_${TEAM}_${name}`,
  `template.dt_${TEAM}_${name}_${trigger}`,
  `trigger.dt_${TEAM}_${name}_${trigger}`,
];
