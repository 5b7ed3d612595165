import { ApiError, RequestError } from '../kubernetes/api-error.ts';
import { type Connection, connect } from '../kubernetes/connection.ts';
import type { ServerClock } from '../kubernetes/server-clock.ts';
import { redactError } from '../lib/redact.ts';
import { UsageError } from './process-io.ts';

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

/**
 * Reads from the cluster. Only the user can remove the cause of a failed request.
 * @throws UsageError for an error of a request; every other error of `reading` passes
 */
export async function orUsageError<T>(reading: () => Promise<T>): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof RequestError)) throw error;
    throw new UsageError(redactError(error), { cause: error });
  }
}
