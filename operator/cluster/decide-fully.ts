import { type Decision, decide } from '../core/decide.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import { EngineUnavailableError } from '../engine/types.ts';
import { createFaultReporter } from './fault-reporter.ts';
import type { Gate } from './gate.ts';

/**
 * Has the engine asked until nothing is left to ask. Exceptions that were kept to one resource each are logged.
 * @throws EngineUnavailableError if it can't be asked
 */
export async function decideFully(snapshot: Snapshot, gate: Gate): Promise<Decision> {
  for (;;) {
    const decision = decide({ ...snapshot, answers: gate.answers });
    if (decision.questions.size === 0) {
      createFaultReporter(gate.log)(decision.faults);
      return decision;
    }
    if ((await gate.answer(decision.questions)) !== 'answered')
      throw new EngineUnavailableError("Argo CD's engine could not be asked");
  }
}
