import type { Clause } from './clauses.ts';
import type { EventOutcome } from './outcome.ts';
import type { ProbeAnswers, Probes } from './probes.ts';
import { outcomeOfTrue, sendsOf } from './sends.ts';
import type { EventView } from './views.ts';
import {
  type ApplicationFields,
  clauseText,
  followedText,
  nameOf,
  unknownAccessText,
  type WordsContext,
} from './words.ts';

/** The outcomes of the events of a subscription for one Application. */
export interface ApplicationOutcome {
  /** `namespace/name`. */
  readonly application: string;
  /** How many parts of the access condition and the criteria do not hold. */
  readonly missed: number;
  /** Whether it depends on grants that the caller may not read; `missed` is then 1. */
  readonly isUncertain: boolean;
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
  const missed = inScope.filter((clause) => holds(clause) === false);
  return {
    application: nameOf(app),
    missed: missed.length,
    isUncertain: missed.length > 0 && missed.every((clause) => dependsOnGrants(clause, views[0], context)),
    events: views.map((view) => eventOutcome(app, view, probes, answers, context)),
  };
}

/** The live condition has the grants; the planned one has only those that the caller knows. */
function dependsOnGrants(
  { kind }: Clause,
  view: EventView | undefined,
  { knowsGrants }: WordsContext,
): boolean {
  return kind === 'fence' && view?.isLive === false && !knowsGrants;
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
    const missed = clauses.filter((clause) => answerTo(clause)?.triggered === false);
    const failed = missed.find((clause) => !dependsOnGrants(clause, view, context));
    if (!failed && missed.length > 0)
      return { ...head, outcome: 'unknown', message: unknownAccessText(app, context.namespace) };
    if (view.posted !== undefined && failed?.kind === 'leader')
      return { ...head, outcome: 'unknown', message: followedText(failed) };
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
