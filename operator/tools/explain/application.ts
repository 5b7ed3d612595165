import type { Clause } from './clauses.ts';
import type { EventOutcome } from './outcome.ts';
import type { ProbeAnswers, Probes } from './probes.ts';
import { outcomeOfTrue, sendsOf } from './sends.ts';
import type { EventView } from './views.ts';
import { type ApplicationFields, clauseText, nameOf, type WordsContext } from './words.ts';

/** The outcomes of the events of a subscription for one Application. */
export interface ApplicationOutcome {
  /** `namespace/name`. */
  readonly application: string;
  /** How many parts of the access condition and the criteria do not hold. */
  readonly missed: number;
  readonly events: readonly EventOutcome[];
}

/** @param answers of the engine to the probes, for this Application */
export function applicationOutcome(
  app: ApplicationFields,
  views: readonly EventView[],
  probes: Probes,
  answers: ProbeAnswers,
  context: WordsContext,
): ApplicationOutcome {
  const holds = ({ expression }: Clause) => answers.get(probes.byExpression.get(expression) ?? '')?.triggered;
  const inScope = (views[0]?.clauses ?? []).filter(({ kind }) => kind === 'fence' || kind === 'criterion');
  return {
    application: nameOf(app),
    missed: inScope.filter((clause) => holds(clause) === false).length,
    events: views.map((view) => eventOutcome(app, view, probes, answers, context)),
  };
}

function eventOutcome(
  app: ApplicationFields,
  view: EventView,
  probes: Probes,
  answers: ProbeAnswers,
  context: WordsContext,
): EventOutcome {
  const { name, trigger, clauses } = view;
  const answerTo = ({ expression }: Clause) => answers.get(probes.byExpression.get(expression) ?? '');
  const whole = answers.get(trigger);
  const { sends, lastSentAt } = sendsOf(app, view, whole);
  const head = {
    event: name,
    holds: whole?.triggered ?? null,
    clauses: clauses.map((clause) => {
      const { kind, field } = clause;
      return { kind, ...(field !== undefined && { field }), holds: answerTo(clause)?.triggered ?? null };
    }),
    robots: sends,
    ...(lastSentAt !== undefined && { lastSentAt }),
  };
  if (!whole)
    return { ...head, outcome: 'unknown', message: "Argo CD's engine could not evaluate the condition" };
  if (!whole.triggered) {
    const failed = clauses.find((clause) => answerTo(clause)?.triggered === false);
    const timeProbe = probes.timeByEvent.get(name);
    const time = timeProbe === undefined ? undefined : answers.get(timeProbe)?.oncePer;
    const isExcluded = failed?.kind === 'fence' || failed?.kind === 'criterion';
    const message = clauseText(app, view, failed, {
      ...context,
      time,
      error:
        whole.error ??
        (whole.gives === undefined ? undefined : `the result is a ${whole.gives}, not a boolean`),
    });
    return { ...head, outcome: isExcluded ? 'excluded' : 'quiet', message };
  }
  return { ...head, ...outcomeOfTrue(app, view, sends, context) };
}
