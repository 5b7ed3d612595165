import { locateEngine } from '../../engine/locate.ts';
import { engineAsker, Gate } from '../cluster/gate.ts';
import { createEngine } from '../engine/client.ts';
import { type Engine, EngineUnavailableError } from '../engine/types.ts';
import { createLogger } from '../lib/logger.ts';
import { type ProcessIO, UsageError } from './process-io.ts';

/**
 * Works while Argo CD's engine runs.
 * @throws UsageError if there is no engine
 */
export const withEngine = (
  io: ProcessIO,
  work: (engine: Engine, gate: Gate) => Promise<void>,
): Promise<void> => withEngineMeanwhile(io, async () => undefined, work);

/**
 * Reads something while Argo CD's engine starts, and works with it while the engine runs.
 * @throws UsageError if there is no engine
 */
export async function withEngineMeanwhile<Input>(
  { stderr }: ProcessIO,
  read: () => Promise<Input>,
  work: (engine: Engine, gate: Gate, input: Input) => Promise<void>,
): Promise<void> {
  const engine = createEngine({ program: engineProgram() });
  try {
    const started = Promise.allSettled([engine.version()]);
    const input = await read();
    const [{ reason }] = (await started) as [{ readonly reason?: unknown }];
    if (reason !== undefined) throw reason;
    await work(engine, new Gate(engineAsker(engine), new Map(), createLogger('warn', stderr)), input);
  } catch (error) {
    if (error instanceof EngineUnavailableError) throw new UsageError(error.message, { cause: error });
    throw error;
  } finally {
    await engine.close();
  }
}

function engineProgram(): string {
  try {
    return locateEngine();
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
