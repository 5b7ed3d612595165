import type { RelayRoute } from '../../api/relay-route.ts';
import { answer, FakeApiServer, type Handler, refuse } from '../../kubernetes/testing/fake-api-server.ts';
import { type TestKubeconfig, testKubeconfig } from '../../kubernetes/testing/kubeconfig.ts';

const ROUTES = '/apis/argocd-dingtalk.io/v1alpha1/namespaces/argocd/relayroutes';

/** An API server with RelayRoutes that can be listed, watched and given a status, and Secrets that can be read. */
export class RouteServer implements AsyncDisposable {
  /** Values in plain text, by `namespace/name`. */
  readonly secrets = new Map<string, Record<string, string>>();
  readonly routes = new Map<string, RelayRoute>();
  readonly #watches = new Set<(line: string) => void>();
  #server: FakeApiServer | undefined;
  #kubeconfig: TestKubeconfig | undefined;
  #version = 1;

  static async start(): Promise<RouteServer> {
    const started = new RouteServer();
    started.#server = await FakeApiServer.start((request, response) => started.#handle(request, response));
    started.#kubeconfig = await testKubeconfig({
      server: started.#server.url,
      'insecure-skip-tls-verify': true,
    });
    return started;
  }

  get kubeconfig(): string {
    return this.#kubeconfig?.path ?? '';
  }

  /** Method and path of each request. */
  get requests(): string[] {
    return this.#server?.requests.map(({ method, path }) => `${method} ${path}`) ?? [];
  }

  /** Creates or changes a route. */
  put(route: RelayRoute): RelayRoute {
    const { name } = route.metadata;
    const before = this.routes.get(name);
    this.#version += 1;
    const metadata = { ...route.metadata, resourceVersion: `${this.#version}` };
    const stored = { ...route, metadata };
    this.routes.set(name, stored);
    const event = { type: before ? 'MODIFIED' : 'ADDED', object: stored };
    for (const send of this.#watches) send(`${JSON.stringify(event)}\n`);
    return stored;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close();
    await this.#kubeconfig?.remove();
  }

  readonly #handle: Handler = ({ method, path, query, body }, response) => {
    const [, namespace, secret] = /^\/api\/v1\/namespaces\/([^/]+)\/secrets\/([^/]+)$/.exec(path) ?? [];
    const [, name] = new RegExp(`^${ROUTES}/([^/]+)/status$`).exec(path) ?? [];
    const route = this.routes.get(name ?? '');
    if (path === ROUTES && query.has('watch')) {
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      const send = (line: string) => void response.write(line);
      this.#watches.add(send);
      response.on('close', () => this.#watches.delete(send));
    } else if (path === ROUTES) {
      const metadata = { resourceVersion: `${this.#version}` };
      answer(response, 200, { kind: 'RelayRouteList', metadata, items: [...this.routes.values()] });
    } else if (method === 'PATCH' && route) {
      const { status } = JSON.parse(body) as Pick<RelayRoute, 'status'>;
      answer(response, 200, this.put({ ...route, status: { ...route.status, ...status } }));
    } else {
      const values = this.secrets.get(`${namespace}/${secret}`);
      if (!values) return refuse(response, 404, 'NotFound');
      const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
      const metadata = { name: secret, namespace, uid: 's', resourceVersion: '1' };
      answer(response, 200, { apiVersion: 'v1', kind: 'Secret', metadata, data: Object.fromEntries(data) });
    }
  };
}
