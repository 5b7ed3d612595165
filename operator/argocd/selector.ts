import type { LabelRequirement, LabelSelector } from '../api/types.generated.ts';
import { type Labels, selectorMatches } from '../kubernetes/label-selector.ts';
import { own, setOwn } from '../lib/own.ts';

/**
 * A label selector in kubectl's syntax as the structured one of a subscription; undefined for what that has no words for
 * (`>` and `<`, or more of it than it takes).
 *
 * Syntax: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function parseSelector(text: string): LabelSelector | undefined {
  const matchLabels: Record<string, string> = {};
  const matchExpressions: LabelRequirement[] = [];
  for (const part of partsOf(text)) {
    const requirement = parseRequirement(part);
    if (!requirement) return undefined;
    const { key, operator, values = [] } = requirement;
    const [value = ''] = values;
    if (operator === 'In' && values.length === 1 && own(matchLabels, key) === undefined)
      setOwn(matchLabels, key, value);
    else matchExpressions.push(requirement);
  }
  if (Object.keys(matchLabels).length > 10 || matchExpressions.length > 10) return undefined;
  if (matchExpressions.some(({ values = [] }) => values.length > 20)) return undefined;
  return {
    ...(Object.keys(matchLabels).length > 0 && { matchLabels }),
    ...(matchExpressions.length > 0 && { matchExpressions }),
  };
}

/** Whether labels meet a selector; one that can't be read meets none. */
export function selects(text: string | undefined, labels: Labels): boolean {
  if (text === undefined) return true;
  const requirements = partsOf(text).map(parseRequirement);
  const known = requirements.filter((each) => each !== undefined);
  return known.length === requirements.length && selectorMatches({ matchExpressions: known }, labels);
}

/** Split at the commas outside of parentheses. */
function partsOf(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map((part) => part.trim());
}

const KEY = String.raw`((?:[A-Za-z0-9.-]+/)?[A-Za-z0-9]+(?:[\w.-]*[A-Za-z0-9])?)`;
const VALUE = String.raw`([\w.-]*)`;
const FORMS: readonly (readonly [RegExp, (key: string, value: string) => LabelRequirement])[] = [
  [new RegExp(`^${KEY}\\s*==?\\s*${VALUE}$`), (key, value) => ({ key, operator: 'In', values: [value] })],
  [new RegExp(`^${KEY}\\s*!=\\s*${VALUE}$`), (key, value) => ({ key, operator: 'NotIn', values: [value] })],
  [
    new RegExp(`^${KEY}\\s+in\\s*\\(([^()]*)\\)$`),
    (key, value) => ({ key, operator: 'In', values: valuesOf(value) }),
  ],
  [
    new RegExp(`^${KEY}\\s+notin\\s*\\(([^()]*)\\)$`),
    (key, value) => ({ key, operator: 'NotIn', values: valuesOf(value) }),
  ],
  [new RegExp(`^${KEY}$`), (key) => ({ key, operator: 'Exists' })],
  [new RegExp(`^!\\s*${KEY}$`), (key) => ({ key, operator: 'DoesNotExist' })],
];

const valuesOf = (text: string): string[] => text.split(',').map((each) => each.trim());

function parseRequirement(text: string): LabelRequirement | undefined {
  for (const [form, requirement] of FORMS) {
    const match = form.exec(text);
    if (match) return requirement(match[1] ?? '', match[2] ?? '');
  }
  return undefined;
}
