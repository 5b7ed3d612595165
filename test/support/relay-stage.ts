import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Credentials, newCredentials } from '../../operator/api/testing/manifests.ts';
import { robot, subscription } from '../../operator/core/testing/fixtures.ts';
import { type FakeDingTalk, startFakeDingTalk } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { RouteServer } from '../../operator/relay/testing/route-server.ts';
import { compiledRoute, routeWith } from '../../operator/relay/testing/routes.ts';

export const CAPABILITY = 'q5pPZQ2m1aXx0f6Zr8D1b0yqkq8pWmJ3C9w7u4sTnLE';
/** The project of all Applications that the routes are about. */
export const PROJECT = 'payments';

export interface RelayStageOptions {
  /** Route N is about the Applications `aN-…`. */
  readonly routes: number;
  readonly robotsEach?: number;
  /** Of DingTalk. */
  readonly latencyMs?: number;
}

/** What relays need, without a cluster: routes as the operator's compiler makes them, Secrets, and a strict DingTalk. */
export class RelayStage implements AsyncDisposable {
  readonly folder: string;
  readonly dingtalk: FakeDingTalk;
  readonly kubeconfig: string;
  /** The robots in DingTalk, by the numbers of their routes. */
  readonly robots: Credentials[][] = [];
  readonly #api: RouteServer;

  private constructor(folder: string, dingtalk: FakeDingTalk, api: RouteServer) {
    this.folder = folder;
    this.dingtalk = dingtalk;
    this.kubeconfig = api.kubeconfig;
    this.#api = api;
  }

  static async start({ routes, robotsEach = 1, latencyMs = 0 }: RelayStageOptions): Promise<RelayStage> {
    const folder = await mkdtemp(join(tmpdir(), 'relay-stage-'));
    const dingtalk = await startFakeDingTalk({ latencyMs });
    const stage = new RelayStage(folder, dingtalk, await RouteServer.start());
    stage.#api.secrets.set('argocd/argocd-notifications-secret', { dt__relay: CAPABILITY });
    for (let number = 0; number < routes; number++) stage.#addRoute(number, robotsEach);
    return stage;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dingtalk.stop();
    await this.#api[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }

  #addRoute(number: number, robotsEach: number): void {
    const names = Array.from({ length: robotsEach }, (_, index) => `r${number}-${index}`);
    const credentials = names.map((name) => {
      const { token, secret } = newCredentials();
      this.dingtalk.addRobot({ token, secret });
      this.#api.secrets.set(`team-payments/${name}`, { webhook: token, secret });
      return { token, secret };
    });
    this.robots.push(credentials);
    const { spec } = compiledRoute(
      subscription(
        { name: `s${number}` },
        {
          robots: names.map((name) => ({ name })),
          applications: { projects: [PROJECT], names: [`a${number}-*`] },
        },
      ),
      names.map((name) => robot({ name })),
    );
    const robots = spec.robots.map((each) => ({
      ...each,
      webhook: { name: each.name, key: 'webhook' },
      signing: { name: each.name, key: 'secret' },
    }));
    this.#api.put(routeWith({ ...spec, robots }));
  }
}
