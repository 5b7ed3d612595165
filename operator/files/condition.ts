import type { Engine, EngineObjects, EvaluatedCondition } from '../engine/types.ts';
import { evaluateTriggers } from './evaluation.ts';
import type { Application } from './sample-application.ts';

/** Whether an event's condition is true for an Application, and why not, where more than that can be said. */
export interface Condition {
  readonly condition: boolean;
  readonly why?: string;
}

/** A moment before all that an Application can tell of. */
const LONG_AGO = new Date(0);

/** Asks the engine for the condition of one trigger. */
export async function conditionFor(
  engine: Engine,
  question: EngineObjects & { readonly app: Application },
  trigger: string,
  now: Date,
): Promise<Condition> {
  const evaluate = async (time: Date): Promise<Condition> => {
    const evaluation = await evaluateTriggers(engine, question, [trigger], time);
    if (!evaluation.ok) return { condition: false, why: evaluation.why };
    return readCondition(evaluation.conditions.get(trigger)?.[0]);
  };
  const condition = await evaluate(now);
  if (condition.condition || condition.why !== undefined) return condition;
  // By an earlier clock nothing is too old, so what holds then fails by its age alone.
  const earlier = await evaluate(LONG_AGO);
  if (!earlier.condition) return condition;
  return { condition: false, why: 'it holds, but what happened is too long ago (limits.maxEventAge)' };
}

function readCondition(evaluated: EvaluatedCondition | undefined): Condition {
  if (!evaluated) throw new Error('the engine has not evaluated the condition that it was asked for');
  const { triggered, error, errorField, gives } = evaluated;
  if (error !== undefined) return { condition: triggered, why: `${errorField ?? 'when'}: ${error}` };
  if (gives !== undefined) return { condition: triggered, why: `it gives a ${gives}, and no boolean` };
  return { condition: triggered };
}
