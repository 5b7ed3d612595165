import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControlPlaneFiles, writeControlPlaneFiles } from './control-plane-files.ts';
import { startApiServer, startEtcd } from './control-plane-processes.ts';
import { kubeconfig } from './kubeconfig.ts';
import { bindKubectl, type Kubectl } from './kubectl.ts';
import { freePorts, retryOnPortCollision } from './ports.ts';
import { createReader, type Reader } from './reader.ts';
import { locateTools, type Tools } from './tools.ts';

/** Nothing that is worth an orderly end is left when a control plane is stopped. */
const STOP_GRACE_MS = 300;

/** A real Kubernetes API server with its own etcd, both on loopback. */
export interface ControlPlane extends Kubectl, Pick<Reader, 'get'>, AsyncDisposable {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** What signed the server's certificate, PEM. */
  readonly caFile: string;
  /** Folder of everything that belongs to this control plane; helpers may add to it. Gone after `stop`. */
  readonly dir: string;
  /** Path of a kubeconfig in group system:masters. `kubectl` and `tryKubectl` use it. */
  readonly adminKubeconfig: string;
  /**
   * Writes a kubeconfig with a token of a ServiceAccount, valid for an hour, from the TokenRequest API.
   *
   * @returns its path; `namespace` is its default namespace
   * @throws Error when there is no such ServiceAccount.
   */
  serviceAccountKubeconfig(namespace: string, name: string): Promise<string>;
  /** Ends both processes and removes the folder; may be called again. */
  stop(): Promise<void>;
}

/** `dir`: where to make the control plane's folder (the system's temporary folder); `log` gets a line per step. */
export interface ControlPlaneOptions {
  readonly dir?: string;
  readonly log?: (line: string) => void;
}

/**
 * Starts a control plane and waits until it is ready. Any number may run side by side.
 *
 * @throws Error when the tools are not built (`make tools`), or with the last output of the process that failed;
 * nothing runs and no folder is left then.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const tools = locateTools();
  const started = Date.now();
  const controlPlane = await retryOnPortCollision(() => startOnce(tools, options));
  options.log?.(`control plane ${controlPlane.server} ready in ${Date.now() - started} ms`);
  return controlPlane;
}

async function startOnce(
  tools: Tools,
  { dir: parent = tmpdir(), log }: ControlPlaneOptions,
): Promise<ControlPlane> {
  const dir = await mkdtemp(join(parent, 'control-plane-'));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(dir, { recursive: true, force: true }));
  const files = await writeControlPlaneFiles(dir);
  const [port, etcdPort, peerPort] = (await freePorts(3)) as [number, number, number];
  const etcd = await startEtcd(tools.etcd, files, dir, etcdPort, peerPort);
  undo.defer(async () => void (await etcd.stop(STOP_GRACE_MS)));
  log?.(`etcd runs on port ${etcdPort}, process ${etcd.pid}`);
  const apiServer = await startApiServer(tools.kubeApiserver, files, dir, port, etcdPort);
  undo.defer(async () => void (await apiServer.stop(STOP_GRACE_MS)));
  log?.(`kube-apiserver runs on port ${port}, process ${apiServer.pid}`);
  const server = `https://127.0.0.1:${port}`;
  const reader = createReader({ server, caPem: files.caPem, token: files.adminToken });
  undo.defer(() => reader.close());
  const handle = { get: reader.get, ...(await controlPlaneHandle(tools, files, dir, server)) };
  const running = undo.move();
  const stop = (): Promise<void> => running.disposeAsync();
  return { ...handle, stop, [Symbol.asyncDispose]: stop };
}

async function controlPlaneHandle(
  tools: Tools,
  files: ControlPlaneFiles,
  dir: string,
  server: string,
): Promise<Omit<ControlPlane, 'get' | 'stop' | typeof Symbol.asyncDispose>> {
  const adminKubeconfig = join(dir, 'admin.kubeconfig');
  const ca = files.caPem;
  await writeFile(adminKubeconfig, kubeconfig({ server, ca, token: files.adminToken }), { mode: 0o600 });
  const admin = bindKubectl(tools.kubectl, adminKubeconfig, dir);
  const serviceAccountKubeconfig = async (namespace: string, name: string): Promise<string> => {
    const token = await admin.kubectl(['create', 'token', name, '-n', namespace, '--duration', '1h']);
    const path = join(dir, `${namespace}.${name}.kubeconfig`);
    await writeFile(path, kubeconfig({ server, ca, token: token.trim(), namespace }), { mode: 0o600 });
    return path;
  };
  return { server, caFile: files.ca, dir, adminKubeconfig, ...admin, serviceAccountKubeconfig };
}
