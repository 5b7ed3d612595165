import { templateKey, triggerKey, triggerName } from '../../argocd/names.ts';
import { formatMessage } from '../../argocd/template-value.ts';
import { formatTrigger, type TriggerCondition } from '../../argocd/trigger-value.ts';
import type { EvaluatedCondition } from '../../engine/types.ts';
import { eventTimeText } from '../../message/catalogue/trigger.ts';
import type { EventView } from './views.ts';

/** The questions to Argo CD's engine about an Application: the triggers themselves, and each part of their conditions. */
export interface Probes {
  readonly configMap: Readonly<Record<string, string>>;
  /** Names of triggers, each with one condition. */
  readonly triggers: readonly string[];
  /** The names by which to find the answers. */
  readonly byExpression: ReadonlyMap<string, string>;
  readonly timeByEvent: ReadonlyMap<string, string>;
}

const TEMPLATE = 'probe';

/**
 * The questions for some events. Each part of a condition becomes a separate trigger; a time becomes the `oncePer` of a trigger that
 * is always true.
 */
export function probesFor(views: readonly EventView[]): Probes {
  const expressions = [
    ...new Set(views.flatMap(({ clauses }) => clauses.map(({ expression }) => expression))),
  ];
  const byExpression = new Map(expressions.map((expression, index) => [expression, `part-${index}`]));
  const timed = views.flatMap(({ name, event }) => {
    const eventTime = event?.trigger.eventTime;
    return eventTime ? [{ name, probe: `time-${name}`, expression: eventTimeText(eventTime) }] : [];
  });
  const condition = (fields: Pick<TriggerCondition, 'when' | 'oncePer'>) =>
    formatTrigger({ ...fields, send: [TEMPLATE] });
  const configMap = Object.fromEntries([
    [templateKey(TEMPLATE), formatMessage('')],
    ...views.map(({ trigger, value }) => [triggerKey(trigger), value] as const),
    ...[...byExpression].map(([when, probe]) => [triggerKey(probe), condition({ when })] as const),
    ...timed.map(
      ({ probe, expression }) =>
        [triggerKey(probe), condition({ when: 'true', oncePer: expression })] as const,
    ),
  ]);
  const triggers = Object.keys(configMap).flatMap((key) => triggerName(key) ?? []);
  return {
    configMap,
    triggers,
    byExpression,
    timeByEvent: new Map(timed.map(({ name, probe }) => [name, probe])),
  };
}

/** By the names of {@link Probes.triggers}. */
export type ProbeAnswers = ReadonlyMap<string, EvaluatedCondition>;
