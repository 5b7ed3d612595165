import type { ExpressionFacts, PathUse } from '../../engine/expression-facts.ts';
import { isShortField } from './short-fields.ts';

/**
 * Argo CD evaluates every condition for every application, one after the other. On a text of 250 KB a regular expression
 * takes it 8 to 28 ms, and 185 ms at the worst; `contains`, `startsWith`, `lower` or `==` take less than 0.7 ms. So the
 * first is for short fields, and the others are for a few looks at long ones.
 */
const MAX_LONG = 4;

/** What of an expression would keep Argo CD's worker busy for long: a regular expression on what may be a long text. */
export function matchViolation({ matched }: ExpressionFacts): string | undefined {
  const long = matched.find((path) => !isShortField(path));
  if (!long) return undefined;
  const subject = isField(long) ? `${long.path} can be long` : 'this value is not a field of app';
  return (
    'matches is only allowed on short fields, such as names, labels, phases, revisions and times, but ' +
    `${subject}; use contains, startsWith, endsWith or == instead.`
  );
}

/** What makes an expression slower than it should be, although each part of it is quick. */
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
/** Of a module of functions, such as `time`. */
const isName = (root: string): boolean => /^\w/.test(root);
