import type { Finding } from '../api/finding.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { Target } from '../core/model/snapshot.ts';
import { redactError } from '../lib/redact.ts';

/** What keeps the whole plan out of the target, in the order in which a person would have to deal with it. */
export function obstacleOf(
  target: Target,
  { namespace, configMap, secret }: OperatorConfiguration['target'],
  failure: Error | undefined,
): Finding | undefined {
  const missing = [
    ...(target.configMap ? [] : [`ConfigMap ${namespace}/${configMap}`]),
    ...(target.secret ? [] : [`Secret ${namespace}/${secret}`]),
  ];
  if (missing.length > 0) {
    const message = `${missing.join(' and ')} not found. Install Argo CD's notifications: their installation creates these objects, and the operator never does.`;
    return { reason: 'TargetNotFound', message };
  }
  return failure && { reason: 'WriteFailed', message: redactError(failure) };
}
