import type { ApplicationCriteria, LabelRequirement, LabelSelector } from '../api/types.generated.ts';
import { type Labels, selectorMatches } from '../kubernetes/label-selector.ts';
import { own, setOwn } from '../lib/own.ts';

/**
 * A subscription's label selector in the syntax of an entry of Argo CD's `subscriptions`; undefined if it has none. It
 * repeats the clauses of the condition, but saves Argo CD's controller the work: for an Application that the entry does not select,
 * no trigger is evaluated.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/labels/selector.go (`Parse`)
 */
export function labelSelector({ selector }: ApplicationCriteria): string | undefined {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  const requirements = [
    ...Object.entries(matchLabels)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      // No text after = is the empty value; there are no quotes.
      .map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(requirement),
  ];
  return requirements.length === 0 ? undefined : requirements.join(',');
}

function requirement({ key, operator, values = [] }: LabelRequirement): string {
  switch (operator) {
    case 'In':
      return `${key} in (${list(values)})`;
    case 'NotIn':
      return `${key} notin (${list(values)})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
  }
}

/** Argo CD reads an empty value between two commas, before the first and after the last one; sorted, it comes first. */
const list = (values: readonly string[]): string => [...new Set(values)].sort().join(',');

/**
 * A label selector in kubectl's syntax as the structured one of a subscription; undefined if that cannot express it (`>` and `<`, or
 * more requirements than it may have).
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

/** Whether labels meet a selector; a selector that can't be read selects nothing. */
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
