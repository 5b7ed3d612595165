import { OPERATOR_LEASE, type RunningOperator } from '../cluster/running-operator.ts';
import type { ProcessIO } from './process-io.ts';

/** Whether a tool may write to the target, although an operator may run. The reason against it goes to standard error. */
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
