import { PooledKubeConfig } from './pooled-kube-config.ts';
import { type ApiCall, createApiCall } from './request.ts';
import type { ServerTimeSample } from './server-clock.ts';
import { Throttle, type ThrottleOptions } from './throttle.ts';
import { createTransport, type TransportOptions } from './transport.ts';
import { createOpenWatch, type OpenWatch } from './watch.ts';

export interface ConnectOptions {
  /** Path of a kubeconfig. Absent: $KUBECONFIG, ~/.kube/config, or the pod's service account, in this order. */
  readonly kubeconfig?: string | undefined;
  /** Limit for each request and for opening a watch, in milliseconds. */
  readonly requestTimeoutMs?: number;
  /** How many requests may be under way at once; watches do not count. */
  readonly maxInFlight?: number;
  /**
   * How many requests may leave in a second and, after a pause, at once. A start reads a Secret for each of a thousand
   * robots. Beyond that, the limit is for a fault that makes the process ask in a circle. Default 100 and 1000.
   */
  readonly rate?: { readonly perSecond: number; readonly burst: number };
  /** Called with the `Date` of every answer, for a ServerClock. */
  readonly onServerTime?: (sample: ServerTimeSample) => void;
  /** Local wall clock, in milliseconds. */
  readonly now?: () => number;
  /** In milliseconds, only ever forward. */
  readonly clock?: () => number;
  readonly userAgent?: string;
  /** Called at the end of each request and of each opening of a watch. */
  readonly onRequest?: TransportOptions['onRequest'];
  /** Waits; rejects when the signal aborts. Default: the process' timers. */
  readonly sleep?: ThrottleOptions['sleep'];
}

/** A way to the API server. */
export interface Connection {
  /** For requests that this interface does not offer; the library's clients go over the same connection pool. */
  readonly kubeConfig: PooledKubeConfig;
  readonly request: ApiCall;
  readonly watch: OpenWatch;
  /** Breaks off everything that is under way. */
  close(): Promise<void>;
}

/**
 * Reads the kubeconfig; no request is sent yet.
 * @throws Error if there is no usable kubeconfig; the cause is the problem of it
 */
export function connect(options: ConnectOptions = {}): Connection {
  const { requestTimeoutMs = 15_000, maxInFlight = 16, now = Date.now } = options;
  const { rate = { perSecond: 100, burst: 1_000 }, clock = () => performance.now() } = options;
  const kubeConfig = load(options.kubeconfig);
  const transport = createTransport({
    server: serverOf(kubeConfig),
    authenticate: () => kubeConfig.authenticate(),
    onUnauthorized: () => kubeConfig.forgetCredentials(clock()),
    onServerTime: options.onServerTime ?? (() => {}),
    now,
    userAgent: options.userAgent ?? 'argocd-dingtalk',
    onRequest: options.onRequest,
  });
  const throttle = new Throttle({ ...rate, clock, sleep: options.sleep });
  return {
    kubeConfig,
    request: createApiCall(transport, { timeoutMs: requestTimeoutMs, maxInFlight, throttle, clock }),
    watch: createOpenWatch(transport, requestTimeoutMs, throttle),
    close: () => kubeConfig.close(),
  };
}

function load(path: string | undefined): PooledKubeConfig {
  const kubeConfig = new PooledKubeConfig();
  try {
    if (path === undefined) kubeConfig.loadFromDefault();
    else kubeConfig.loadFromFile(path);
  } catch (cause) {
    throw new Error(`cannot read the kubeconfig${path === undefined ? '' : ` ${path}`}`, { cause });
  }
  return kubeConfig;
}

function serverOf(kubeConfig: PooledKubeConfig): string {
  const server = kubeConfig.getCurrentCluster()?.server;
  if (!server) throw new Error('the kubeconfig has no current context that names a cluster');
  // The library's fallback when it finds no configuration at all.
  if (server === 'http://localhost:8080') {
    throw new Error(
      'no kubeconfig found: $KUBECONFIG is not set, ~/.kube/config does not exist, and this is not a pod',
    );
  }
  return server;
}
