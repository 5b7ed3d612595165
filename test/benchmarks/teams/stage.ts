import { GROUP, KINDS, VERSION } from '../../../operator/api/kinds.ts';
import { namespace, newCredentials } from '../../../operator/api/testing/manifests.ts';
import type { ConfigFields } from '../../../operator/dingtalk/testing/fake-configuration.ts';
import { type FakeDingTalk, startFakeDingTalk } from '../../../operator/dingtalk/testing/fake-dingtalk.ts';
import type { Connection } from '../../../operator/kubernetes/connection.ts';
import { type ResourceAddress, resourcePath } from '../../../operator/kubernetes/paths.ts';
import { ServerClock } from '../../../operator/kubernetes/server-clock.ts';
import { openConnection } from '../../../operator/tools/connection.ts';
import type { ControlPlane, ControlPlaneOptions } from '../../support/control-plane.ts';
import { installControlPlane, takeControlPlane } from '../../support/control-plane-pool.ts';
import { startOperator } from '../../support/operator.ts';
import { freePorts } from '../../support/ports.ts';
import type { RunningProcess } from '../../support/processes.ts';
import type { KubernetesResource } from '../../support/stage.ts';
import { eventOf, FOUR_EVENTS, manifestsOf, NAMES, type TeamShape, teamName } from './landscape.ts';

const PARALLEL_REQUESTS = 16;

/** An operator that runs, and where it tells its metrics. */
export interface Running extends AsyncDisposable {
  readonly operator: RunningProcess;
  /** `http://127.0.0.1:PORT/metrics` */
  readonly metricsUrl: string;
}

export interface TeamsOptions {
  /** Default: {@link FOUR_EVENTS}. */
  readonly shape?: TeamShape;
  readonly controlPlane?: ControlPlaneOptions;
  /** Fields of the operator's configuration. */
  readonly fields?: ConfigFields;
  /** Environment of the operator. */
  readonly env?: Readonly<Record<string, string>>;
}

/** An API server with the resources of many teams, on which the operator is started, and started anew. */
export class TeamsStage implements AsyncDisposable {
  readonly cp: ControlPlane;
  /** With an administrator's rights. */
  readonly connection: Connection;
  readonly teams: readonly string[];
  readonly #shape: TeamShape;
  readonly #fields: ConfigFields;
  readonly #env: Readonly<Record<string, string>>;
  readonly #dingtalk: FakeDingTalk;
  readonly #undo: AsyncDisposableStack;

  private constructor(
    { shape = FOUR_EVENTS, fields = {}, env = {} }: TeamsOptions,
    cp: ControlPlane,
    dingtalk: FakeDingTalk,
    connection: Connection,
    teams: readonly string[],
    undo: AsyncDisposableStack,
  ) {
    this.#shape = shape;
    this.#fields = fields;
    this.#env = env;
    this.cp = cp;
    this.connection = connection;
    this.teams = teams;
    this.#dingtalk = dingtalk;
    this.#undo = undo;
  }

  /** Without Argo CD's controller, and without an operator yet. */
  static async start(teamCount: number, options: TeamsOptions = {}): Promise<TeamsStage> {
    await using undo = new AsyncDisposableStack();
    const { controlPlane } = options;
    const cp = undo.use(controlPlane ? await installControlPlane(controlPlane) : await takeControlPlane());
    const dingtalk = undo.use(await startFakeDingTalk());
    const connection = openConnection(cp.adminKubeconfig, new ServerClock(Date.now));
    undo.defer(() => connection.close());
    const teams = Array.from({ length: teamCount }, (_, index) => teamName(index));
    return new TeamsStage(options, cp, dingtalk, connection, teams, undo.move());
  }

  /** Applies what every team applies. */
  async createTeams(): Promise<void> {
    await this.createNamespaces();
    await this.createSets();
  }

  async createNamespaces(): Promise<void> {
    await inParallel(this.teams, (team) =>
      this.#create({ version: 'v1', plural: 'namespaces' }, namespace(team)),
    );
  }

  /** Applies what these teams apply in their namespaces. */
  async createSets(teams: readonly string[] = this.teams): Promise<void> {
    await inParallel(teams, (team) => this.#createSet(team));
  }

  /** Has a team say something else in all its messages; resolves with the API server's answer. */
  async editText(team: string, mark: string): Promise<void> {
    await this.connection.request({
      method: 'PATCH',
      path: resourcePath({ ...custom('template'), namespace: team, name: NAMES.template }),
      contentType: 'application/merge-patch+json',
      body: { spec: { message: { text: { content: this.#shape.textOf(mark) } } } },
    });
  }

  /** Has a team subscribe to these events and no others; resolves with the API server's answer. */
  async editEvents(team: string, triggers: readonly string[]): Promise<void> {
    await this.connection.request({
      method: 'PATCH',
      path: resourcePath({ ...custom('subscription'), namespace: team, name: NAMES.subscription }),
      contentType: 'application/merge-patch+json',
      body: { spec: { events: triggers.map(eventOf) } },
    });
  }

  /** All custom resources of all teams as they are now. */
  async resources(): Promise<KubernetesResource[]> {
    const lists = (['robot', 'template', 'subscription'] as const).map(async (kind) => {
      const { body } = await this.connection.request<{ items: KubernetesResource[] }>({
        method: 'GET',
        path: resourcePath(custom(kind)),
        // From the API server's memory, which does not trouble etcd.
        query: { resourceVersion: '0' },
      });
      return body.items;
    });
    return (await Promise.all(lists)).flat();
  }

  /**
   * Starts the operator as a process of its own; resolves once its caches have synced.
   * @param writeInterval of the configuration's limits: `2s`
   */
  async startOperator(writeInterval: string, fields: ConfigFields = {}): Promise<Running> {
    const [port] = (await freePorts(1)) as [number];
    const all = { ...this.#fields, ...fields };
    const configuration = {
      ...all,
      limits: { ...(all.limits as object), writeInterval },
      log: { level: 'info' },
      metrics: { listen: `127.0.0.1:${port}` },
    };
    const operator = await startOperator(this.cp, this.#dingtalk, configuration, this.#env);
    const metricsUrl = `http://127.0.0.1:${port}/metrics`;
    return { operator, metricsUrl, [Symbol.asyncDispose]: () => operator[Symbol.asyncDispose]() };
  }

  async #createSet(team: string): Promise<void> {
    const credentials = newCredentials();
    this.#dingtalk.addRobot(credentials);
    const { secret, robot, template, subscription } = manifestsOf(team, credentials, this.#shape);
    await this.#create({ version: 'v1', plural: 'secrets', namespace: team }, secret);
    await this.#create({ ...custom('robot'), namespace: team }, robot);
    await this.#create({ ...custom('template'), namespace: team }, template);
    await this.#create({ ...custom('subscription'), namespace: team }, subscription);
  }

  async #create(address: ResourceAddress, body: object): Promise<void> {
    await this.connection.request({ method: 'POST', path: resourcePath(address), body });
  }

  /** Has this done at the end. */
  defer(task: () => void): void {
    this.#undo.defer(task);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#undo.disposeAsync();
  }
}

const custom = (kind: keyof typeof KINDS) => ({ group: GROUP, version: VERSION, plural: KINDS[kind].plural });

/** Does it for each of these names, several at a time. */
export async function inParallel(
  names: readonly string[],
  task: (name: string) => Promise<void>,
): Promise<void> {
  const next = names.values();
  const work = async () => {
    for (const name of next) await task(name);
  };
  await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, work));
}
