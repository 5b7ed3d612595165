import type { CallUse, ExpressionFacts } from '../../engine/expression-facts.ts';
import { own } from '../../lib/own.ts';
import type { ExpressionRole } from '../model/engine-api.ts';
import { isLarge, stabilityViolation } from './expression-stability.ts';
import { matchViolation, tooManyLongFields } from './long-fields.ts';

/**
 * The policy for the conditions of tenants: an allow-list over the syntax tree of Argo CD's own expression language. Anything
 * that the list does not name is refused, including the features of later versions of the language. The policy protects other
 * teams' data (`secrets`, `repo`, `$env`), and the time of the one worker that evaluates every condition for every
 * application.
 */

/** Roots that an expression may read. */
const ROOTS = ['app', 'time', 'strings'];

/** Kinds of nodes that are harmless by themselves; their use is judged below. */
const KINDS = new Set([
  'Nil',
  'Identifier',
  'Integer',
  'Float',
  'Bool',
  'String',
  'Constant',
  'Unary',
  'Binary',
  'Chain',
  'Member',
  'Call',
  'Builtin',
  'Predicate',
  'Pointer',
  'Conditional',
  'Array',
]);

/** Functions of the language that only read their arguments and build nothing large. */
const BUILTINS = new Set([
  ...['all', 'any', 'none', 'one', 'count', 'filter', 'find', 'findIndex', 'len', 'first', 'last'],
  ...[
    'upper',
    'lower',
    'trim',
    'trimPrefix',
    'trimSuffix',
    'hasPrefix',
    'hasSuffix',
    'indexOf',
    'lastIndexOf',
  ],
  ...['int', 'float', 'abs', 'ceil', 'floor', 'round', 'min', 'max', 'date', 'duration', 'now'],
]);

const OPERATORS = new Set([
  ...['==', '!=', '<', '>', '<=', '>=', 'and', 'or', 'not', '&&', '||', '!', '??', 'in'],
  ...['matches', 'contains', 'startsWith', 'endsWith', '+', '-', '*', '/', '%'],
]);

/** Functions that Argo CD adds, except for those that can make a long text from a short one. */
const FUNCTIONS = new Set(['time.Now', 'time.Parse', 'strings.ToLower', 'strings.ToUpper']);

/** Methods of a time or a duration. None of them repeats its values within minutes. */
const METHODS = new Set([
  ...['Add', 'Sub', 'Before', 'After', 'Equal', 'UTC', 'IsZero', 'Seconds', 'Minutes', 'Hours'],
  ...['Year', 'Month', 'Day', 'Hour', 'Weekday'],
]);

const MAX_NODES = 250;
const MAX_DEPTH = 40;
const MAX_STRING = 256;
const MAX_PATTERN = 100;
const MAX_LOOPS = 4;
const MAX_LARGE = 4;

/** The mistake in an expression, as a sentence that names the remedy; undefined if there is none. */
export function policyViolation(facts: ExpressionFacts, role: ExpressionRole): string | undefined {
  return (
    language(facts) ??
    reach(facts) ??
    calls(facts) ??
    matchViolation(facts) ??
    cost(facts) ??
    stabilityViolation(facts, role) ??
    kind(facts, role)
  );
}

/**
 * Why a new expression is refused, as a sentence that names the remedy; undefined if there is no reason. A live expression of
 * this kind stays: the harm is too small to silence a subscription.
 */
export const discouragement = tooManyLongFields;

function kind({ result }: ExpressionFacts, role: ExpressionRole): string | undefined {
  const wanted = { when: 'boolean', eventTime: 'string', oncePer: undefined }[role];
  if (wanted === undefined || result === wanted || result === 'unknown') return undefined;
  return `the expression always gives a ${result}, but must give a ${wanted}.`;
}

/** Refuses reads of forbidden data. */
function reach({ environment, identifiers, paths }: ExpressionFacts): string | undefined {
  if (environment) return '$env is not available; read fields of app instead.';
  const stranger = identifiers.find(({ name }) => !ROOTS.includes(name));
  if (stranger) return `${stranger.name} is not available; use one of ${ROOTS.join(', ')}.`;
  const computed = paths.find(({ dynamic }) => dynamic > 0);
  if (computed) return `${computed.path} selects a field by a computed name; write the name itself.`;
  const whole = paths.find(
    ({ root, segments }) => (root === 'time' || root === 'strings') && segments.length === 0,
  );
  return whole && `${whole.path} is not a value; call one of its functions.`;
}

/** Refuses forbidden syntax, functions and operators. */
function language({ kinds, builtins, operators, dynamicPatterns }: ExpressionFacts): string | undefined {
  const kind = Object.keys(kinds).find((name) => !KINDS.has(name));
  if (kind) return `${own(DESCRIPTIONS, kind) ?? `the construct ${kind}`} is not available in conditions.`;
  const builtin = builtins.find(({ name }) => !BUILTINS.has(name));
  if (builtin) return `the function ${builtin.name} is not available in conditions.`;
  const operator = operators.find(({ name }) => !OPERATORS.has(name));
  if (operator) return `the operator ${operator.name} is not available in conditions.`;
  return dynamicPatterns > 0
    ? 'matches needs a regular expression in quotes, not a computed one.'
    : undefined;
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  VariableDeclarator: 'let',
  Sequence: 'a sequence with ;',
  Map: 'a map literal',
  Pair: 'a map literal',
  Slice: 'a slice',
  Bytes: 'a bytes literal',
};

function calls({ calls: all, paths }: ExpressionFacts): string | undefined {
  const stranger = all.find((call) => !isKnown(call));
  if (stranger) return `${stranger.callee} is not available in conditions.`;
  const method = paths.find(({ root, segments }) => root === 'strings' && segments.length > 1);
  return method && `${method.path} is not available in conditions.`;
}

/** A function by its full name, or a method of a call's result by its name. */
function isKnown({ callee, root, segments }: CallUse): boolean {
  if (FUNCTIONS.has(callee)) return true;
  const [method, ...more] = segments;
  return root === '()' && more.length === 0 && typeof method === 'string' && METHODS.has(method);
}

/** Refuses expressions that are too expensive: Argo CD evaluates each for every application. */
function cost(facts: ExpressionFacts): string | undefined {
  const { nodesWrittenOut, depth, maxStringLength, operators, patterns, paths } = facts;
  if (nodesWrittenOut > MAX_NODES)
    return `the expression is too long (${nodesWrittenOut} parts, at most ${MAX_NODES} are allowed).`;
  if (depth > MAX_DEPTH)
    return `the expression is nested too deeply (${depth} levels, at most ${MAX_DEPTH} are allowed).`;
  if (maxStringLength > MAX_STRING) return `the expression contains a text of more than ${MAX_STRING} bytes.`;
  if (patterns.some((pattern) => pattern.length > MAX_PATTERN || pattern.includes('{'))) {
    return `a regular expression may have at most ${MAX_PATTERN} characters, and no counted repetition such as x{3}.`;
  }
  const building = operators.find(({ name, predicateDepth }) => name === '+' && predicateDepth > 0);
  if (building) return '+ is not available inside a loop, where it could build a very long text.';
  const large = paths.filter(isLarge).reduce((sum, { count }) => sum + count, 0);
  if (large > MAX_LARGE)
    return `the expression reads large parts of the application more than ${MAX_LARGE} times.`;
  return loops(facts);
}

/** A loop may run five thousand times, so it may only read its element. */
function loops({ predicates, paths, calls: all }: ExpressionFacts): string | undefined {
  if (predicates.some((predicate) => predicate.depth > 1))
    return 'a loop inside a loop is not available in conditions.';
  if (predicates.length > MAX_LOOPS) return `the expression has more than ${MAX_LOOPS} loops.`;
  const outside = paths.find(({ root, predicateDepth }) => root === 'app' && predicateDepth > 0);
  if (outside) return `${outside.path} is not available inside a loop; read the element (#) there.`;
  const call = all.find(({ predicateDepth, callee }) => predicateDepth > 0 && callee.startsWith('strings.'));
  return call && `${call.callee} is not available inside a loop.`;
}
