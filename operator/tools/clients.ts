import type { OperatorConfiguration } from '../config/config.ts';
import { createDingTalkClient, type DingTalkClient } from '../dingtalk/client.ts';
import { TrustError, trustedCertificates } from '../lib/trusted-certificates.ts';
import { type CommitClient, createCommitClient } from '../relay/commits/client.ts';
import { UsageError } from './process-io.ts';

/**
 * A client that trusts the certificates of the configuration.
 * @param timeoutMs limit for one message, in milliseconds
 * @throws UsageError if dingtalk.caFile can't be used
 */
export function openDingTalk({ dingtalk }: OperatorConfiguration, timeoutMs: number): DingTalkClient {
  const ca = certificates(dingtalk.caFile, 'dingtalk.caFile');
  return createDingTalkClient({ ca, timeoutMs, now: Date.now });
}

/**
 * A client for Argo CD's API; undefined if the configuration has none.
 * @throws UsageError if argocd.api.caFile can't be used
 */
export function openArgoCDApi({ argocd: { api } }: OperatorConfiguration): CommitClient | undefined {
  return api && createCommitClient({ ...api, ca: certificates(api.caFile, 'argocd.api.caFile') });
}

function certificates(file: string | undefined, field: string): readonly string[] | undefined {
  try {
    return trustedCertificates(file, field);
  } catch (error) {
    if (error instanceof TrustError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
