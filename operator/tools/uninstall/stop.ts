import { setTimeout } from 'node:timers/promises';
import { findRunningOperator } from '../../cluster/running-operator.ts';
import type { ApiCall } from '../../kubernetes/request.ts';
import type { ServerClock } from '../../kubernetes/server-clock.ts';
import { orUsageError } from '../connection.ts';
import { type ObjectName, objectName } from '../object-name.ts';
import { FindingsError, type ProcessIO, UsageError } from '../process-io.ts';
import { stopDeployment } from './stop-deployment.ts';
import { notStoppedText } from './text.ts';

/** The flags about the operator's Deployment. */
export interface StopFlags {
  /** Its `namespace/name`; absent: the caller has stopped the operator. */
  readonly stopDeployment?: string;
  /** Seconds for it, a whole number. */
  readonly wait: string;
  readonly dryRun?: boolean;
}

/** The Deployment, if there is one to stop. @throws UsageError if it has no such name, or the flags contradict each other */
export function deploymentToStop({ stopDeployment: text, dryRun, wait }: StopFlags): ObjectName | undefined {
  if (text === undefined) return undefined;
  if (dryRun) throw new UsageError('--dry-run and --stop-deployment exclude each other');
  if (!/^\d{1,4}$/.test(wait)) throw new UsageError('--wait takes whole seconds, at most 9999');
  const deployment = objectName(text);
  if (deployment) return deployment;
  throw new UsageError(
    `--stop-deployment: expected NAMESPACE/NAME, such as argocd/argocd-dingtalk-operator; got ${JSON.stringify(text)}`,
  );
}

/**
 * Stops the operator's Deployment.
 * @param namespace of the Lease
 * @throws UsageError if a right is missing; FindingsError if it does not stop in time, or the Lease can't be seen
 */
export async function stop(
  deployment: ObjectName,
  request: ApiCall,
  namespace: string,
  clock: ServerClock,
  { wait }: Pick<StopFlags, 'wait'>,
  { stderr }: ProcessIO,
): Promise<void> {
  const outcome = await orUsageError(() =>
    stopDeployment(deployment, {
      request,
      findOperator: () => findRunningOperator(request, namespace, () => clock.now()),
      timeoutMs: Number(wait) * 1_000,
      pause: setTimeout,
      clock: () => performance.now(),
      report: (line) => void stderr.write(`${line}\n`),
    }),
  );
  if (outcome.stopped) return;
  stderr.write(notStoppedText(deployment, outcome, wait));
  throw new FindingsError();
}
