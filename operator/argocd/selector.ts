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

/** Whether no labels meet both selectors, as far as one label decides it. */
export function areDisjoint(a: string, b: string): boolean {
  const others = partsOf(b).map(parseRequirement);
  return partsOf(a)
    .map(parseRequirement)
    .some((one) => others.some((other) => one && other && (excludes(one, other) || excludes(other, one))));
}

function excludes(one: LabelRequirement, other: LabelRequirement): boolean {
  if (one.key !== other.key) return false;
  const { values = [] } = one;
  if (one.operator === 'DoesNotExist') return other.operator === 'In' || other.operator === 'Exists';
  if (one.operator !== 'In') return false;
  const { values: others = [] } = other;
  if (other.operator === 'In') return !values.some((each) => others.includes(each));
  return other.operator === 'NotIn' && values.every((each) => others.includes(each));
}

const MAX_COMPLEMENT = 4;

/**
 * Selectors of which exactly one is met by labels that do not meet the given one; undefined if it can't be read, or would take too
 * many.
 */
export function complement(text: string): string[] | undefined {
  const parts = partsOf(text);
  const requirements = parts.map(parseRequirement);
  if (parts.length > MAX_COMPLEMENT) return undefined;
  const found: string[] = [];
  for (const [index, each] of requirements.entries()) {
    if (!each) return undefined;
    found.push(
      [...parts.slice(0, index), requirement({ ...each, operator: OPPOSITE[each.operator] })].join(','),
    );
  }
  return found;
}

const OPPOSITE = { In: 'NotIn', NotIn: 'In', Exists: 'DoesNotExist', DoesNotExist: 'Exists' } as const;

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
