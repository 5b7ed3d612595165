import { PROJECT_ANNOTATION, projectSubscriptions } from '../../../operator/argocd/project-annotation.ts';
import { spliceBlock } from '../../../operator/argocd/subscriptions-block/subscriptions-block.ts';
import { type FakeDingTalk, startFakeDingTalk } from '../../../operator/dingtalk/testing/fake-dingtalk.ts';
import { resourcePath } from '../../../operator/kubernetes/paths.ts';
import type { ApiCall } from '../../../operator/kubernetes/request.ts';
import { ServerClock } from '../../../operator/kubernetes/server-clock.ts';
import { openConnection } from '../../../operator/tools/connection.ts';
import { type ArgoCDController, installArgoCD, startArgoCDNotifications } from '../../support/argocd.ts';
import { type ControlPlane, startControlPlane } from '../../support/control-plane.ts';
import type { RunningProcess } from '../../support/processes.ts';
import { ARGOCD } from '../../support/stage.ts';
import { applicationOf, compileTeams, makeTeams, type Route, type Team } from './landscape.ts';
import { PassLog } from './passes.ts';
import { prepareRelay } from './relay.ts';

const PARALLEL_REQUESTS = 8;
const ARGO_API = { group: 'argoproj.io', version: 'v1alpha1', namespace: ARGOCD } as const;
const MERGE = 'application/merge-patch+json';

/** What one route has in Argo CD's ConfigMap, and what runs for it. */
export interface Configured {
  readonly configMapBytes: number;
  readonly relay: RunningProcess | undefined;
}

/** An API server with the teams' Applications, on which Argo CD's controller is started anew for each route. */
export class BenchmarkStage implements AsyncDisposable {
  readonly cp: ControlPlane;
  readonly dingtalk: FakeDingTalk;
  readonly teams: readonly Team[];
  readonly #request: ApiCall;
  readonly #undo: AsyncDisposableStack;
  /** Of the ConfigMap, as the last route has them. */
  #keys: ReadonlySet<string> = new Set();

  private constructor(
    cp: ControlPlane,
    dingtalk: FakeDingTalk,
    teams: readonly Team[],
    request: ApiCall,
    undo: AsyncDisposableStack,
  ) {
    this.cp = cp;
    this.dingtalk = dingtalk;
    this.teams = teams;
    this.#request = request;
    this.#undo = undo;
  }

  static async start(teamCount: number): Promise<BenchmarkStage> {
    await using undo = new AsyncDisposableStack();
    const cp = undo.use(await startControlPlane());
    const dingtalk = undo.use(await startFakeDingTalk());
    const teams = makeTeams(teamCount, dingtalk);
    await installArgoCD(cp, { namespace: ARGOCD, projects: teams.map(({ project }) => project) });
    const connection = openConnection(cp.adminKubeconfig, new ServerClock(Date.now));
    undo.defer(() => connection.close());
    return new BenchmarkStage(cp, dingtalk, teams, connection.request, undo.move());
  }

  /** Makes so many Applications, in turn of each team. */
  async createApplications(count: number): Promise<void> {
    const names = Array.from({ length: count }, (_, index) => index);
    const next = names.values();
    const work = async () => {
      for (const index of next) await this.create(applicationOf(this.teamOf(index), nameOf(index)));
    };
    await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, work));
  }

  /** The team of the Application with this number. */
  teamOf(index: number): Team {
    return this.teams[index % this.teams.length] as Team;
  }

  async create(application: object): Promise<void> {
    const path = resourcePath({ ...ARGO_API, plural: 'applications' });
    await this.#request({ method: 'POST', path, body: application });
  }

  async patchApplication(name: string, body: object): Promise<void> {
    await this.#patch(resourcePath({ ...ARGO_API, plural: 'applications', name }), body);
  }

  async deleteApplication(name: string): Promise<void> {
    await this.#request({
      method: 'DELETE',
      path: resourcePath({ ...ARGO_API, plural: 'applications', name }),
    });
  }

  /** Puts into Argo CD's objects what this route needs, and nothing of another one, and starts the relay if it takes part. */
  async configure(route: Route): Promise<Configured> {
    const stage = { cp: this.cp, dingtalk: this.dingtalk, teams: this.teams, request: this.#request };
    const prepared = route === 'relay' ? await prepareRelay(stage) : undefined;
    const { configMap, secret, entries, routes } = compileTeams(
      this.teams,
      route,
      this.dingtalk,
      prepared?.url,
    );
    const splice = spliceBlock(undefined, route === 'annotation' ? [] : entries);
    if (!splice.ok) throw new Error(splice.message);
    const data = { ...configMap, subscriptions: splice.text ?? null };
    const former = Object.fromEntries([...this.#keys].map((key) => [key, null]));
    this.#keys = new Set(Object.keys(configMap));
    const core = { version: 'v1', namespace: ARGOCD };
    await this.#patch(resourcePath({ ...core, plural: 'secrets', name: 'argocd-notifications-secret' }), {
      stringData: secret,
    });
    await this.#patch(resourcePath({ ...core, plural: 'configmaps', name: 'argocd-notifications-cm' }), {
      data: { ...former, ...data },
    });
    for (const { namespace, project } of this.teams) {
      const own = entries.filter(({ triggers }) => triggers[0]?.startsWith(`dt_${namespace}_`));
      const value = route === 'annotation' ? projectSubscriptions(own) : null;
      await this.#patch(resourcePath({ ...ARGO_API, plural: 'appprojects', name: project }), {
        metadata: { annotations: { [PROJECT_ANNOTATION]: value } },
      });
    }
    const configMapBytes = Object.entries(data).reduce(
      (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value ?? ''),
      0,
    );
    return { configMapBytes, relay: await prepared?.start(routes) };
  }

  /** Starts Argo CD's controller, and reads its log. */
  async startController(): Promise<{ controller: ArgoCDController; log: PassLog }> {
    const log = new PassLog();
    const controller = await startArgoCDNotifications(this.cp, {
      namespace: ARGOCD,
      caFile: this.dingtalk.caFile,
      onOutput: (text) => log.append(text, performance.now()),
    });
    return { controller, log };
  }

  async #patch(path: string, body: object): Promise<void> {
    await this.#request({ method: 'PATCH', path, contentType: MERGE, body });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#undo.disposeAsync();
  }
}

/** The Application with this number. */
export const nameOf = (index: number): string => `app-${index}`;
