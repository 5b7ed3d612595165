import type { Engine } from '../../engine/types.ts';
import { evaluateTriggers } from '../../files/evaluation.ts';
import type { SampleFile } from '../../files/sample-application.ts';
import { type ApplicationOutcome, applicationOutcome } from './application.ts';
import { probesFor } from './probes.ts';
import type { EventView } from './views.ts';
import type { WordsContext } from './words.ts';

/** Asks Argo CD's engine for the outcomes of the events of a subscription, for each of some Applications. */
export async function applicationOutcomes(
  applications: readonly SampleFile[],
  views: readonly EventView[],
  context: WordsContext,
  engine: Engine,
  now: Date,
): Promise<ApplicationOutcome[]> {
  const probes = probesFor(views);
  const outcomes: ApplicationOutcome[] = [];
  for (const app of views.length > 0 ? applications : []) {
    const { configMap, triggers } = probes;
    const evaluation = await evaluateTriggers(engine, { configMap, app }, triggers, now);
    const conditions = evaluation.ok ? [...evaluation.conditions] : [];
    const answers = new Map(conditions.flatMap(([name, [first]]) => (first ? [[name, first] as const] : [])));
    const outcome = applicationOutcome(app, views, probes, answers, context);
    // If the engine refuses the whole configuration, nothing is known about its parts.
    outcomes.push(
      evaluation.ok
        ? outcome
        : { ...outcome, events: outcome.events.map((each) => ({ ...each, message: evaluation.why })) },
    );
  }
  return outcomes;
}
