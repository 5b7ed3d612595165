import { yamlSafeJson } from '../lib/json.ts';
import { readYaml, yamlFields, yamlItems, yamlStruct, yamlText, yamlTexts } from './yaml-value.ts';

/** One condition of a trigger. */
export interface TriggerCondition {
  /** For people; the engine ignores it. */
  readonly description?: string;
  /** expr-lang condition; empty if there is none, which is never true. */
  readonly when: string;
  /** expr-lang value that tells occurrences apart. */
  readonly oncePer?: string;
  /** Names of templates. */
  readonly send: readonly string[];
}

/** The value of `trigger.<name>` for a trigger with one condition. */
export function formatTrigger({ description, when, oncePer, send }: TriggerCondition): string {
  return yamlSafeJson([{ description, when, oncePer, send }]);
}

/**
 * The expressions of a trigger in the form that the operator writes, which is JSON; undefined for a value that somebody has
 * rewritten into another form. The core reads live triggers by this: a trigger in another form is written again.
 */
export function readWrittenTrigger(value: string): Pick<TriggerCondition, 'when' | 'oncePer'> | undefined {
  const [first] = yamlItems(readJson(value));
  const { when, oncePer } = yamlFields(first);
  if (typeof when !== 'string') return undefined;
  return { when, ...(typeof oncePer === 'string' && { oncePer }) };
}

/**
 * The conditions of a trigger as the engine reads them, also of one that was edited by hand: JSON or YAML. Undefined for a
 * value of another form.
 *
 * Shape: https://github.com/argoproj/notifications-engine/blob/master/pkg/triggers/service.go (`Condition`)
 */
export function readTrigger(value: string): TriggerCondition[] | undefined {
  const json = readJson(value);
  const list = json === undefined ? readYaml(value) : json;
  if (list === null) return [];
  return Array.isArray(list) ? list.map(conditionOf) : undefined;
}

/** The names of triggers in `defaultTriggers` or `defaultTriggers.<service>`; undefined if it is not YAML. */
export function readDefaultTriggers(value: string): string[] | undefined {
  const list = readYaml(value);
  return list === undefined ? undefined : yamlTexts(list);
}

const CONDITION_FIELDS = ['description', 'when', 'oncePer', 'send'] as const;

function conditionOf(value: unknown): TriggerCondition {
  const { description, when, oncePer, send } = yamlStruct(value, CONDITION_FIELDS).fields;
  const [text, once] = [yamlText(description), yamlText(oncePer)];
  return {
    ...(text !== '' && { description: text }),
    when: yamlText(when),
    ...(once !== '' && { oncePer: once }),
    send: yamlTexts(send),
  };
}

/** Undefined if it is not JSON. Reading thousands of triggers as YAML would take seconds. */
function readJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
