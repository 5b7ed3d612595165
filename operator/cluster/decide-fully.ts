import { type Decision, decide } from '../core/decide.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import { EngineUnavailableError } from '../engine/types.ts';
import { askUntilAnswered } from './ask-until-answered.ts';
import { createFaultReporter } from './fault-reporter.ts';
import type { Gate } from './gate.ts';

/**
 * Asks the engine until no question is left. Exceptions that were kept to one resource each are logged.
 * @throws EngineUnavailableError if it cannot be asked
 */
export async function decideFully(snapshot: Snapshot, gate: Gate): Promise<Decision> {
  const attempt = () => {
    const decision = decide({ ...snapshot, answers: gate.answers });
    return { result: decision, open: decision.questions };
  };
  const { result, round } = await askUntilAnswered(attempt, (open) => gate.answer(open));
  if (round !== 'answered')
    throw new EngineUnavailableError("Argo CD's engine could not check the resources");
  createFaultReporter(gate.log)(result.faults);
  return result;
}
