import { readCredential } from '../cluster/read-credential.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { Connection } from '../kubernetes/connection.ts';
import type { LoopClocks } from '../lib/clocks.ts';
import type { Log } from '../lib/log.ts';
import { CredentialWatch } from './credential-watch.ts';
import { CredentialCache } from './credentials.ts';

export interface WatchedCredentialsOptions {
  readonly connection: Pick<Connection, 'request' | 'watch'>;
  readonly config: Pick<OperatorConfiguration, 'credentials'>;
  readonly log: Log;
  readonly clocks: LoopClocks;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** Called when a Secret brings something new. */
  readonly requestRun: () => void;
}

/**
 * The Secrets of robots, and the watch that says when to read one of them again. Neither does anything before the first
 * lookup, and a lookup without robots ends both. So a replica that does not lead reads and watches no Secrets of robots.
 */
export function watchedCredentials(options: WatchedCredentialsOptions): {
  readonly credentials: CredentialCache;
  readonly credentialWatch: CredentialWatch;
} {
  const { connection, config, log, clocks, random, requestRun } = options;
  const credentialWatch = new CredentialWatch({
    api: connection,
    select: config.credentials.watch,
    onChange: (...secret) => credentials.changed(...secret),
    clock: clocks.monotonic,
    random,
    log,
  });
  const credentials = new CredentialCache({
    read: readCredential(connection),
    intervalMs: config.credentials.rereadInterval,
    clocks,
    onChange: requestRun,
    onLook: (namespaces) => credentialWatch.follow(namespaces),
  });
  return { credentials, credentialWatch };
}
