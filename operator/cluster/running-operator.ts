import { ForbiddenError } from '../kubernetes/api-error.ts';
import { leaseHolder, readLease } from '../kubernetes/lease.ts';
import type { ApiCall } from '../kubernetes/request.ts';
import { redactError } from '../lib/redact.ts';

/** The Lease that a running operator holds, in the target's namespace. */
export const OPERATOR_LEASE = 'argocd-dingtalk-operator';

/** Whether an operator runs, as far as the Lease shows; a `message` says why it is not known. */
export type RunningOperator =
  | { readonly state: 'none' }
  | { readonly state: 'running'; readonly holder: string }
  | { readonly state: 'unknown'; readonly message: string };

/**
 * Looks for the Lease of a running operator.
 * @param now the API server's clock, as known once the Lease is read
 * @throws RequestError, or any ApiError except a missing right
 */
export async function findRunningOperator(
  request: ApiCall,
  namespace: string,
  now: () => Date,
): Promise<RunningOperator> {
  try {
    const lease = await readLease(request, { namespace, name: OPERATOR_LEASE });
    const holder = leaseHolder(lease, now());
    return holder === undefined ? { state: 'none' } : { state: 'running', holder };
  } catch (error) {
    if (error instanceof ForbiddenError) return { state: 'unknown', message: redactError(error) };
    throw error;
  }
}
