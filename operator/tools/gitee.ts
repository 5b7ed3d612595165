import { setTimeout } from 'node:timers/promises';
import type { OperatorConfiguration } from '../config/config.ts';
import { createGiteeClient, type GiteeClient, type GiteeClientOptions } from '../gitee/client.ts';
import { HostTurns } from '../gitee/turns.ts';
import { TrustError, trustedCertificates } from '../lib/trusted-certificates.ts';
import { UsageError } from './process-io.ts';

/** Limit for one request to Gitee, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * A client of Gitee that trusts the certificates of the configuration.
 * @throws UsageError if gitee.caFile can't be used
 */
export function openGitee(
  { gitee, dingtalk }: OperatorConfiguration,
  onRequest: GiteeClientOptions['onRequest'],
): GiteeClient {
  const turns = new HostTurns(() => performance.now(), setTimeout);
  try {
    const ca =
      gitee.caFile === undefined
        ? trustedCertificates(dingtalk.caFile, 'dingtalk.caFile')
        : trustedCertificates(gitee.caFile, 'gitee.caFile');
    return createGiteeClient({
      ca,
      timeoutMs: REQUEST_TIMEOUT_MS,
      turn: (host) => turns.take(host),
      onRequest,
    });
  } catch (error) {
    if (error instanceof TrustError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
