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
export async function withEngine(
  { stderr }: ProcessIO,
  work: (engine: Engine, gate: Gate) => Promise<void>,
): Promise<void> {
  const engine = createEngine({ program: engineProgram() });
  try {
    await engine.version();
    await work(engine, new Gate(engineAsker(engine), new Map(), createLogger('warn', stderr)));
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
