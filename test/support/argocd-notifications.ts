import { copyFile, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import type { ControlPlane } from './control-plane.ts';
import { freePorts, retryOnPortCollision } from './ports.ts';
import { type RunningProcess, startProcess } from './processes.ts';
import { locateTools } from './tools.ts';

/** How to run Argo CD's notifications controller. */
export interface ArgoCDControllerOptions {
  /** Where Argo CD is installed. */
  readonly namespace: string;
  /** PEM file of the one or more authorities that the controller trusts for webhooks to 127.0.0.1 and localhost. */
  readonly caFile: string;
  /** Further flags: `['--loglevel', 'debug']`. */
  readonly args?: readonly string[];
  /** A kubeconfig with other rights than the administrator's. */
  readonly kubeconfig?: string;
  /** Gets what it logs as it comes, in pieces that need not be lines. */
  readonly onOutput?: (text: string) => void;
}

/** Argo CD's own notifications controller, as a process on this machine. */
export interface ArgoCDController extends AsyncDisposable {
  readonly pid: number;
  /** All it has logged so far. */
  output(): string;
  /**
   * Waits until it has ended what it has begun. It sends first, notes the send then, and takes its own answer into its cache in the
   * end; a change of the Application in between can make it send once more, or be overlooked.
   */
  untilIdle(): Promise<unknown>;
  /** Its Prometheus metrics, as text. */
  metrics(): Promise<string>;
  /** May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts Argo CD's notifications controller and waits until it works on Applications.
 *
 * @throws Error with its last output when it does not get that far.
 */
export async function startArgoCDNotifications(
  controlPlane: ControlPlane,
  options: ArgoCDControllerOptions,
): Promise<ArgoCDController> {
  const tlsDir = await trustStore(controlPlane.dir, options.caFile);
  const { metricsUrl, running } = await retryOnPortCollision(() => startOnce(controlPlane, options, tlsDir));
  const stop = async (): Promise<void> => {
    await running.stop();
  };
  const metrics = async (): Promise<string> => (await fetch(metricsUrl)).text();
  const untilIdle = () => eventually("Argo CD's controller to be idle", () => isIdle(running.output()));
  return { pid: running.pid, output: running.output, untilIdle, metrics, stop, [Symbol.asyncDispose]: stop };
}

/** It has one worker, so the newest line about a beginning or an end tells. */
function isIdle(output: string): boolean {
  const [begun, completed, skipped] = ['Start processing', 'Processing completed', 'Processing skipped'].map(
    (words) => output.lastIndexOf(`msg="${words}`),
  ) as [number, number, number];
  return Math.max(completed, skipped) >= begun;
}

async function startOnce(
  controlPlane: ControlPlane,
  options: ArgoCDControllerOptions,
  tlsDir: string,
): Promise<{ metricsUrl: string; running: RunningProcess }> {
  const [port] = await freePorts(1);
  const metricsUrl = `http://127.0.0.1:${port}/metrics`;
  const running = await startProcess({
    name: 'argocd-notifications',
    command: locateTools().argocdNotifications,
    args: [
      ...['--kubeconfig', options.kubeconfig ?? controlPlane.adminKubeconfig, '-n', options.namespace],
      // Connected to only when a template asks for commit metadata.
      ...['--argocd-repo-server', '127.0.0.1:1', '--argocd-repo-server-plaintext'],
      ...['--metrics-port', String(port), '--logformat', 'text', '--loglevel', 'info'],
      ...(options.args ?? []),
    ],
    env: { ARGOCD_TLS_DATA_PATH: tlsDir },
    onOutput: options.onOutput,
    logFile: join(controlPlane.dir, `argocd-notifications-${options.namespace}.log`),
    // The metrics answer before the caches are filled; the word comes after.
    ready: async ({ output }) => output().includes('Controller is running') && (await fetch(metricsUrl)).ok,
  });
  return { metricsUrl, running };
}

/**
 * A folder with the authorities to trust for each host, as the ConfigMap argocd-tls-certs-cm gives it to Argo CD. It
 * works on every system, while Go looks at SSL_CERT_FILE on some only.
 */
async function trustStore(parent: string, caFile: string): Promise<string> {
  const dir = await mkdtemp(join(parent, 'argocd-tls-'));
  for (const host of ['127.0.0.1', 'localhost']) await copyFile(caFile, join(dir, host));
  return dir;
}
