import { ForbiddenError } from '../kubernetes/api-error.ts';
import { leaseHolder, readLease } from '../kubernetes/lease.ts';
import type { ApiCall } from '../kubernetes/request.ts';
import type { ProcessIO } from '../lib/process-io.ts';
import { redactError } from '../lib/redact.ts';

/** The Lease that a running operator holds, in the target's namespace. */
export const OPERATOR_LEASE = 'argocd-dingtalk-operator';

/** Whether an operator runs, as far as can be told from outside; a `message` says why it can't be told. */
export type RunningOperator =
  | { readonly state: 'none' }
  | { readonly state: 'running'; readonly holder: string }
  | { readonly state: 'unknown'; readonly message: string };

/**
 * Looks for the Lease of a running operator.
 * @param now the API server's clock, as known once the Lease is read
 * @throws RequestError, or any ApiError but a missing right
 */
export async function findRunningOperator(
  request: ApiCall,
  namespace: string,
  now: () => Date,
): Promise<RunningOperator> {
  try {
    const lease = await readLease(request, namespace, OPERATOR_LEASE);
    const holder = leaseHolder(lease, now());
    return holder === undefined ? { state: 'none' } : { state: 'running', holder };
  } catch (error) {
    if (error instanceof ForbiddenError) return { state: 'unknown', message: redactError(error) };
    throw error;
  }
}

/** Whether a command may write to the target beside what runs; says what speaks against it, if anything does. */
export function mayWrite(
  running: RunningOperator,
  namespace: string,
  { force = false }: { readonly force?: boolean },
  { stderr }: Pick<ProcessIO, 'stderr'>,
): boolean {
  if (running.state === 'running') {
    stderr.write(
      `an operator is running and would write everything again: Lease ${namespace}/${OPERATOR_LEASE} is held by ` +
        `${running.holder}.\nStop the operator first: scale its Deployment to 0, or press Ctrl-C if the operator runs in a terminal. ` +
        'If the operator was killed, wait until its Lease has expired.\n',
    );
    return false;
  }
  if (running.state === 'none') return true;
  stderr.write(`cannot see whether an operator runs: ${running.message}\n`);
  if (!force)
    stderr.write(
      'Stop the operator, and run this command again with --force or with the right to get the Lease.\n',
    );
  return force;
}
