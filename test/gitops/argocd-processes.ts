import { mkdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { ControlPlane } from '../support/control-plane.ts';
import { freePorts, retryOnPortCollision } from '../support/ports.ts';
import { type ProcessOptions, type RunningProcess, startProcess } from '../support/processes.ts';
import { locateGitopsTools } from './layout.ts';

/** The processes of an Argo CD that syncs, apart from its notifications controller. */
export interface ArgoCDProcesses extends AsyncDisposable {
  /** `127.0.0.1:PORT`; it speaks without TLS. */
  readonly repoServer: string;
  /** Starts Argo CD's API server, with a certificate that it makes for itself. @returns its URL */
  startServer(): Promise<string>;
}

/**
 * Starts Redis, the repo-server, the application controller and the ApplicationSet controller of Argo CD, and waits until all
 * of them answer. Argo CD's objects have to be in the cluster.
 *
 * @param namespace where Argo CD is installed
 * @throws Error with the last output of the process that does not get ready; none runs then.
 */
export function startArgoCDProcesses(cp: ControlPlane, namespace: string): Promise<ArgoCDProcesses> {
  return retryOnPortCollision(() => startOnce(cp, namespace));
}

async function startOnce(cp: ControlPlane, namespace: string): Promise<ArgoCDProcesses> {
  await using undo = new AsyncDisposableStack();
  const tools = locateGitopsTools();
  const ports = await freePorts(8);
  const addresses = ports.map((port) => `127.0.0.1:${port}`);
  const [
    redis = '',
    repoServer = '',
    repoMetrics = '',
    health = '',
    setMetrics = '',
    setProbe = '',
    webhook = '',
  ] = addresses;
  const env = await environment(cp, dirname(tools.verifyWrapper));
  const launch = (
    name: string,
    args: readonly string[],
    ready: NonNullable<ProcessOptions['ready']>,
  ): Promise<RunningProcess> =>
    startProcess({
      name,
      command: tools.argocd,
      args: [...args, '--loglevel', 'info'],
      env: { ...env, ARGOCD_BINARY_NAME: name },
      logFile: join(cp.dir, `${name}.log`),
      ready,
    });
  const start = async (...how: Parameters<typeof launch>): Promise<void> => {
    undo.use(await launch(...how));
  };
  const cluster = ['--kubeconfig', cp.adminKubeconfig, '--namespace', namespace];

  const cache = await startProcess({
    name: 'redis',
    command: tools.redis,
    args: [redis],
    ready: ({ output }) => output().includes('ready on'),
  });
  undo.use(cache);
  await start(
    'argocd-repo-server',
    [
      ...['--address', '127.0.0.1', '--port', portOf(repoServer), '--disable-tls', '--client-ca-path', ''],
      ...['--metrics-address', '127.0.0.1', '--metrics-port', portOf(repoMetrics), '--redis', redis],
    ],
    async () => (await fetch(`http://${repoMetrics}/healthz?full=true`)).ok,
  );
  await start(
    'argocd-application-controller',
    [
      ...cluster,
      ...['--redis', redis, '--repo-server', repoServer, '--repo-server-plaintext'],
      // So that a test reads each resource's health in the Application; Argo CD's user interface has it from Redis.
      ...['--persist-resource-health', '--metrics-port', portOf(health)],
    ],
    async () => (await fetch(`http://${health}/healthz`)).ok,
  );
  await start(
    'argocd-applicationset-controller',
    [
      ...cluster,
      ...['--argocd-repo-server', repoServer, '--repo-server-plaintext', '--enable-leader-election=false'],
      ...['--metrics-addr', setMetrics, '--probe-addr', setProbe, '--webhook-addr', webhook],
    ],
    ({ output }) => output().includes('Starting workers'),
  );
  const running = undo.move();
  const startServer = async (): Promise<string> => {
    const [port, metricsPort] = await freePorts(2);
    const server = await launch(
      'argocd-server',
      [
        ...cluster,
        ...['--address', '127.0.0.1', '--port', `${port}`, '--metrics-port', `${metricsPort}`],
        ...['--redis', redis, '--repo-server', repoServer, '--repo-server-plaintext'],
      ],
      ({ output }) => output().includes('serving on port'),
    );
    running.use(server);
    // The certificate is for names of the Service, and for this one.
    return `https://localhost:${port}`;
  };
  return {
    repoServer,
    startServer: () => retryOnPortCollision(startServer),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const portOf = (address: string): string => address.slice(address.indexOf(':') + 1);

/** The folders and the kubeconfig that Argo CD's image and its ServiceAccount would bring. */
async function environment(cp: ControlPlane, scripts: string): Promise<Record<string, string | undefined>> {
  const home = join(cp.dir, 'argocd-home');
  await mkdir(home, { recursive: true });
  const at = (name: string) => join(home, name);
  for (const name of ['tls', 'ssh', 'plugins', 'tmp']) await mkdir(at(name), { recursive: true });
  return {
    HOME: home,
    TMPDIR: at('tmp'),
    PATH: `${scripts}${delimiter}${process.env.PATH ?? ''}`,
    KUBECONFIG: cp.adminKubeconfig,
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_TLS_DATA_PATH: at('tls'),
    ARGOCD_SSH_DATA_PATH: at('ssh'),
    ARGOCD_PLUGINSOCKFILEPATH: at('plugins'),
    ARGOCD_ASK_PASS_SOCK: at('askpass.sock'),
    ARGOCD_GPG_ENABLED: 'false',
    HTTPS_PROXY: undefined,
    https_proxy: undefined,
  };
}
