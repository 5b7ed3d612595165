import { createHash } from 'node:crypto';
import type { RequestOptions } from 'node:https';
import { resolve } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { HttpMethod, KubeConfig, RequestContext } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';
import { parse } from 'yaml';
import { setOwn } from '../lib/own.ts';

/** The authentication of a request: headers, which hold the token, and the connections to use. */
export interface Authentication {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

type TlsOptions = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;

/**
 * After this much silence, the kernel checks whether the peer still answers. After ten lost answers the connection is
 * dead.
 */
const TCP_KEEPALIVE_DELAY_MS = 15_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** A plugin may be expensive, and a server that accepts nobody asks for it with each answer. */
const FORGET_EVERY_MS = 10_000;

/**
 * A KubeConfig whose requests and watches share one connection pool. The library opens a pool, and so a TLS
 * connection, for each request: https://github.com/kubernetes-client/javascript/issues/2893. A new pool replaces the
 * old one when the CA or the client certificate changes. Requests on the old pool may finish.
 */
export class PooledKubeConfig extends KubeConfig {
  #current: { readonly fingerprint: string; readonly dispatcher: Promise<Dispatcher> } | undefined;
  readonly #pools = new Set<Dispatcher>();
  /** Keeps the credentials that were read last: a token for a minute, the answer of a plugin until it expires. */
  #credentials: KubeConfig | undefined;
  #forgotAt = Number.NEGATIVE_INFINITY;

  /** The library reads the file of a user's `tokenFile` once, and that of its own `tokenFile` provider every minute. */
  override loadFromString(config: string, options?: Parameters<KubeConfig['loadFromString']>[1]): void {
    // JSON is YAML.
    super.loadFromString(JSON.stringify(withTokenProviders(parse(config))), options);
  }

  override makePathsAbsolute(directory: string): void {
    super.makePathsAbsolute(directory);
    for (const { authProvider } of this.users) {
      const file: unknown = authProvider?.config?.tokenFile;
      if (typeof file === 'string') authProvider.config.tokenFile = resolve(directory, file);
    }
  }

  /** For the library's own clients, if any are made from this configuration. */
  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    const { headers, dispatcher } = await this.authenticate();
    for (const [name, value] of Object.entries(headers)) context.setHeaderParam(name, value);
    context.setDispatcher(dispatcher);
  }

  /**
   * Headers and connection pool for the next request. Re-reads token and certificate files, runs an exec plugin if
   * the user has one; rejects if one of these fails.
   */
  async authenticate(): Promise<Authentication> {
    const options: RequestOptions = {};
    await (this.#credentials ?? this).applyToHTTPSOptions(options);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      // A token file often ends in a newline, which no header may hold.
      setOwn(headers, name, `${value}`.trim());
    }
    if (options.auth) headers.Authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    return { headers, dispatcher: await this.#dispatcher(options) };
  }

  /**
   * The server does not accept the present credentials. The next request reads the token anew or asks the plugin
   * again, but not more often than every ten seconds.
   * @param now in milliseconds, only ever forward
   */
  forgetCredentials(now: number): void {
    if (now < this.#forgotAt + FORGET_EVERY_MS) return;
    this.#forgotAt = now;
    // The library keeps them in private fields; another object has none yet.
    const { clusters, users, contexts, currentContext } = this;
    this.#credentials = new KubeConfig();
    this.#credentials.loadFromOptions({ clusters, users, contexts, currentContext });
  }

  /** Closes all connections, also those in use. */
  async close(): Promise<void> {
    this.#current = undefined;
    await Promise.all([...this.#pools].map((pool) => pool.destroy()));
    this.#pools.clear();
  }

  #dispatcher(options: RequestOptions): Promise<Dispatcher> {
    const fingerprint = this.#fingerprint(options);
    if (this.#current?.fingerprint === fingerprint) return this.#current.dispatcher;
    const previous = this.#current;
    const dispatcher = this.#open(options);
    // Stored before it is awaited, so requests that start together share it.
    this.#current = { fingerprint, dispatcher };
    dispatcher.then(
      (pool) => {
        this.#pools.add(pool);
        previous?.dispatcher.then((old) => this.#retire(old), ignore);
      },
      () => {
        if (this.#current?.dispatcher === dispatcher) this.#current = undefined;
      },
    );
    return dispatcher;
  }

  #fingerprint(options: RequestOptions): string {
    const { ca, cert, key, servername, rejectUnauthorized } = options;
    const cluster = this.getCurrentCluster();
    const parts = [cluster?.server, cluster?.proxyUrl, ca, cert, key, servername, rejectUnauthorized];
    return createHash('sha256')
      .update(JSON.stringify(parts.map(String)))
      .digest('hex');
  }

  async #open(options: RequestOptions): Promise<Dispatcher> {
    const tls = tlsOptions(options);
    const { type } = this.createDispatcherOptions(this.getCurrentCluster(), tls);
    if (type === 'proxy' || type === 'socks') {
      // Only the library knows how to make these; it is asked once, and the result is kept.
      const context = new RequestContext('https://unused.invalid', HttpMethod.GET);
      await super.applySecurityAuthentication(context);
      return context.getDispatcher() ?? new Agent();
    }
    return new Agent({
      // Each watch has its own connection. A watch that stalls cannot delay the others, as streams of one HTTP/2
      // connection would.
      allowH2: false,
      connect: {
        ...tls,
        keepAlive: true,
        keepAliveInitialDelay: TCP_KEEPALIVE_DELAY_MS,
        timeout: CONNECT_TIMEOUT_MS,
      },
    });
  }

  /** Lets the present requests finish, then closes. */
  #retire(pool: Dispatcher): void {
    const forget = (): void => void this.#pools.delete(pool);
    // A pool that cannot be closed in order has nothing left to finish: its connections are gone.
    pool.close().then(forget, forget);
  }
}

interface KubeConfigFile {
  readonly users?: readonly { readonly user?: { readonly tokenFile?: string } | null }[] | null;
}

function withTokenProviders(file: KubeConfigFile | null): object | null {
  const users = file?.users?.map(({ user, ...rest }) => {
    if (typeof user?.tokenFile !== 'string') return { ...rest, user };
    const { tokenFile, ...others } = user;
    return { ...rest, user: { ...others, 'auth-provider': { name: 'tokenFile', config: { tokenFile } } } };
  });
  return users ? { ...file, users } : file;
}

/** Only defined values: an undefined entry would override a default. */
function tlsOptions({ ca, cert, key, servername, rejectUnauthorized }: RequestOptions): TlsOptions {
  const entries = Object.entries({ ca, cert, key, servername, rejectUnauthorized });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** For a promise whose failure was reported to its caller already. */
function ignore(): void {}
