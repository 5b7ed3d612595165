import type { ExpressionFacts, PathUse } from '../../engine/expression-facts.ts';
import { isShortField } from './short-fields.ts';

/**
 * Argo CD evaluates every condition for every application, one after the other. On a text of 250 KB, Argo CD needs 8 to 28 ms
 * for a regular expression, 185 ms at worst; `contains`, `startsWith`, `lower` or `==` need less than 0.7 ms. So regular
 * expressions are for short fields, and the other functions may read long fields a few times.
 */
const MAX_LONG = 4;

/** Refuses a regular expression on a text that may be long: it would keep Argo CD's worker busy. */
export function matchViolation({ matched }: ExpressionFacts): string | undefined {
  const long = matched.find((path) => !isShortField(path));
  if (!long) return undefined;
  const subject = isField(long) ? `${long.path} can be long` : 'this value is not a field of app';
  return (
    'matches is only allowed on short fields, such as names, labels, phases, revisions and times, but ' +
    `${subject}; use contains, startsWith, endsWith or == instead.`
  );
}

/** Refuses an expression that is slow as a whole, although each part of it is quick. */
export function tooManyLongFields({ reads }: ExpressionFacts): string | undefined {
  const long = reads.filter((path) => (path.root === 'app' || !isName(path.root)) && !isShortField(path));
  const uses = long.reduce((sum, { count }) => sum + count, 0);
  if (uses <= MAX_LONG) return undefined;
  const names = long.filter(isField).map(({ path }) => path);
  return (
    `the expression reads long fields ${uses} times, and at most ${MAX_LONG} are allowed. Names, labels, phases, revisions and ` +
    `times do not count. Long fields here: ${names.join(', ')}.`
  );
}

const isField = ({ root }: PathUse): boolean => root === 'app';
/** A function of a module, such as `time`. */
const isName = (root: string): boolean => /^\w/.test(root);
