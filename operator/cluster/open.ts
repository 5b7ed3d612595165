import { type Connection, connect } from '../kubernetes/connection.ts';
import type { ServerClock } from '../kubernetes/server-clock.ts';
import { UsageError } from '../lib/process-io.ts';
import { redactError } from '../lib/redact.ts';

/**
 * Whatever keeps the cluster from being read is the caller's to mend.
 * @throws UsageError for any error
 */
export async function orUsageError<T>(reading: () => Promise<T>): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(redactError(error), { cause: error });
  }
}

/**
 * Opens a connection with the caller's own rights; the clock learns from its answers.
 * @throws UsageError if there is no usable kubeconfig
 */
export function openConnection(kubeconfig: string | undefined, clock: ServerClock): Connection {
  try {
    return connect({ kubeconfig, onServerTime: (sample) => clock.observe(sample) });
  } catch (error) {
    throw new UsageError(redactError(error), { cause: error });
  }
}
