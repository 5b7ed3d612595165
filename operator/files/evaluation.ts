import type { Engine, EngineObjects, EvaluatedCondition } from '../engine/types.ts';
import type { SampleFile } from './sample-application.ts';

/** The conditions of triggers for an Application, by the triggers' names; or the reason why there is no answer. */
export type Evaluation =
  | { readonly ok: true; readonly conditions: ReadonlyMap<string, readonly EvaluatedCondition[]> }
  | { readonly ok: false; readonly why: string };

/** Has the engine evaluate triggers. */
export async function evaluateTriggers(
  engine: Engine,
  question: EngineObjects & { readonly app: SampleFile },
  triggers: readonly string[],
  now: Date,
): Promise<Evaluation> {
  const outcome = await engine.evaluate({ ...question, triggers, now: now.toISOString() });
  if (outcome.ok)
    return {
      ok: true,
      conditions: new Map(outcome.triggers.map(({ name, conditions }) => [name, conditions])),
    };
  const why = outcome.killed ? outcome.message : outcome.errors.map(({ message }) => message).join(' ');
  return { ok: false, why };
}
