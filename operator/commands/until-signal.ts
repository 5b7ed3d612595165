import type { Log } from '../lib/log.ts';
import type { ProcessIO } from '../tools/process-io.ts';

/** Something that runs until it is told to end. */
export interface LongRunning {
  start(): Promise<unknown>;
  /** Called at the end, also if the start has failed. */
  shutDown(): Promise<void>;
}

/**
 * Runs it until SIGINT or SIGTERM, and then ends it in good order.
 * @throws what its start or its end throws
 */
export async function runUntilSignal(
  program: LongRunning,
  log: Log,
  io: Pick<ProcessIO, 'once'>,
): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      io.once(signal, () => {
        log.info({ signal }, 'stopping');
        resolve();
      });
    }
  });
  try {
    await program.start();
    await stopped;
  } finally {
    await program.shutDown();
  }
  log.info({}, 'stopped');
}
