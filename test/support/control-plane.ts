import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from './api-client.ts';
import { auditFlags } from './audit-log.ts';
import { type ControlPlaneFiles, writeControlPlaneFiles } from './control-plane-files.ts';
import { startApiServer, startEtcd } from './control-plane-processes.ts';
import { kubeconfig } from './kubeconfig.ts';
import { bindKubectl, type Kubectl } from './kubectl.ts';
import { freePorts, retryOnPortCollision } from './ports.ts';
import type { RunningProcess } from './processes.ts';
import { locateTools, type Tools } from './tools.ts';

/** Nothing that is worth an orderly end is left when a control plane is stopped. */
const STOP_GRACE_MS = 300;

/** A real Kubernetes API server with its own etcd, both on loopback. */
export interface ControlPlane extends Kubectl, Omit<ApiClient, 'close' | 'token'>, AsyncDisposable {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** Its etcd, which asks nobody for a token: `http://127.0.0.1:PORT`. */
  readonly etcd: string;
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
  /**
   * Ends both processes, which forget all that is only in their memory, and starts them again on the same ports.
   * @param meanwhile gets the folder of etcd's data; the processes start when it has ended
   */
  outage(meanwhile?: (etcdData: string) => Promise<void>): Promise<void>;
  /** Ends both processes and removes the folder; may be called again. */
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  /** Where to make the control plane's folder; default: the system's temporary folder. */
  readonly dir?: string;
  /** Gets a line per step. */
  readonly log?: (line: string) => void;
  /** Another program than the API server that `make tools` built. */
  readonly kubeApiserver?: string;
  /** Further arguments of the API server; called with the control plane's folder before the start. */
  readonly apiServerArgs?: (dir: string) => Promise<readonly string[]>;
  readonly etcdArgs?: readonly string[];
  /** Whether the API server keeps an audit log, see audit-log.ts (false). */
  readonly audit?: boolean;
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

async function startOnce(tools: Tools, options: ControlPlaneOptions): Promise<ControlPlane> {
  const { dir: parent = tmpdir(), log, kubeApiserver = tools.kubeApiserver, etcdArgs = [], audit } = options;
  const dir = await mkdtemp(join(parent, 'control-plane-'));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(dir, { recursive: true, force: true }));
  const files = await writeControlPlaneFiles(dir);
  const [port, etcdPort, peerPort] = (await freePorts(3)) as [number, number, number];
  const running: RunningProcess[] = [];
  const flags = [...(audit ? await auditFlags(dir) : []), ...((await options.apiServerArgs?.(dir)) ?? [])];
  const startBoth = async (): Promise<void> => {
    const etcd = await startEtcd(tools.etcd, files, dir, { client: etcdPort, peer: peerPort }, etcdArgs);
    running.unshift(etcd);
    log?.(`etcd runs on port ${etcdPort}, process ${etcd.pid}`);
    const apiServer = await startApiServer(kubeApiserver, files, dir, { own: port, etcd: etcdPort }, flags);
    running.unshift(apiServer);
    log?.(`kube-apiserver runs on port ${port}, process ${apiServer.pid}`);
  };
  const stopBoth = async (): Promise<void> => {
    for (const each of running.splice(0)) await each.stop(STOP_GRACE_MS);
  };
  undo.defer(stopBoth);
  await startBoth();
  const outage: ControlPlane['outage'] = async (meanwhile) => {
    await stopBoth();
    await meanwhile?.(files.etcdData);
    await startBoth();
  };
  const server = `https://127.0.0.1:${port}`;
  const { close, token, ...api } = createApiClient({ server, caPem: files.caPem, token: files.adminToken });
  undo.defer(close);
  const etcd = `http://127.0.0.1:${etcdPort}`;
  const handle = { ...api, etcd, outage, ...(await controlPlaneHandle(tools, files, dir, server, token)) };
  const parts = undo.move();
  const stop = (): Promise<void> => parts.disposeAsync();
  return { ...handle, stop, [Symbol.asyncDispose]: stop };
}

async function controlPlaneHandle(
  tools: Tools,
  files: ControlPlaneFiles,
  dir: string,
  server: string,
  tokenOf: ApiClient['token'],
): Promise<
  Kubectl & Pick<ControlPlane, 'server' | 'caFile' | 'dir' | 'adminKubeconfig' | 'serviceAccountKubeconfig'>
> {
  const adminKubeconfig = join(dir, 'admin.kubeconfig');
  const ca = files.caPem;
  await writeFile(adminKubeconfig, kubeconfig({ server, ca, token: files.adminToken }), { mode: 0o600 });
  const admin = bindKubectl(tools.kubectl, adminKubeconfig, dir);
  const serviceAccountKubeconfig = async (namespace: string, name: string): Promise<string> => {
    const token = await tokenOf(namespace, name);
    const path = join(dir, `${namespace}.${name}.kubeconfig`);
    await writeFile(path, kubeconfig({ server, ca, token, namespace }), { mode: 0o600 });
    return path;
  };
  return { server, caFile: files.ca, dir, adminKubeconfig, ...admin, serviceAccountKubeconfig };
}
