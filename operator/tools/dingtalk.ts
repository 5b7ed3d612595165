import type { OperatorConfiguration } from '../config/config.ts';
import { createDingTalkClient, type DingTalkClient } from '../dingtalk/client.ts';
import { TrustError, trustedCertificates } from '../lib/trusted-certificates.ts';
import { UsageError } from './process-io.ts';

/**
 * A client that trusts the certificates of the configuration.
 * @param timeoutMs limit for one message, in milliseconds
 * @throws UsageError if dingtalk.caFile can't be used
 */
export function openDingTalk(config: OperatorConfiguration, timeoutMs: number): DingTalkClient {
  try {
    const ca = trustedCertificates(config.dingtalk.caFile, 'dingtalk.caFile');
    return createDingTalkClient({ ca, timeoutMs, now: Date.now });
  } catch (error) {
    if (error instanceof TrustError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
