import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Credentials, newCredentials } from '../../operator/api/testing/manifests.ts';
import { robot, subscription } from '../../operator/core/testing/fixtures.ts';
import { type FakeDingTalk, startFakeDingTalk } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { GITEE_KEY } from '../../operator/gitee/signature.ts';
import { giteeRoute, INSTALLATION_KEY } from '../../operator/relay/gitee/testing/gitee-posts.ts';
import { RouteServer } from '../../operator/relay/testing/route-server.ts';
import { compiledRoute, routeWith } from '../../operator/relay/testing/routes.ts';

export const CAPABILITY = 'q5pPZQ2m1aXx0f6Zr8D1b0yqkq8pWmJ3C9w7u4sTnLE';
/** The project of all Applications that the routes are about. */
export const PROJECT = 'payments';

/** The route N of Gitee, to these robots. */
export const giteeRouteOf = (number: number, robots: readonly string[] = []) =>
  giteeRoute({
    // Each namespace has a share of its own in the door.
    ...{ namespace: `team-g${number}`, name: 'pushes' },
    robots: robots.map((name) => ({
      ...{
        namespace: 'team-payments',
        name,
        webhook: { name, key: 'webhook' },
        signing: { name, key: 'secret' },
      },
    })),
  });

export interface RelayStageOptions {
  /** Route N is about the Applications `aN-…`, and the route N of Gitee sends to the same robots. */
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
    stage.#api.secrets.set(`argocd/${GITEE_KEY.secret}`, { [GITEE_KEY.key]: INSTALLATION_KEY });
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
    this.#api.put(giteeRouteOf(number, names));
  }
}
