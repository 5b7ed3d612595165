import { NOTIFIED } from '../../argocd/notes.ts';
import type { ExpressionFacts, PathUse } from '../../engine/expression-facts.ts';
import type { ExpressionRole } from '../model/engine-api.ts';

/**
 * Argo CD notes every send in an annotation of the Application, and so evaluates the Application again at once. An expression
 * whose value changes by the note, or at random, therefore sends without end, on the one worker that serves everybody. So no
 * expression may read fields that a send changes, and it may only compare the clock with another value, once.
 */
export function stabilityViolation(facts: ExpressionFacts, role: ExpressionRole): string | undefined {
  return (
    facts.paths.map(changedBySending).find((text) => text !== undefined) ??
    (role === 'when' ? circularTime(facts) : unstable(facts))
  );
}

const STABLE_METADATA = [
  'name',
  'namespace',
  'uid',
  'labels',
  'annotations',
  'creationTimestamp',
  'deletionTimestamp',
];

function changedBySending({ root, path, segments }: PathUse): string | undefined {
  if (root !== 'app') return undefined;
  const [first, second, third] = segments;
  if (first === undefined) return 'app as a whole changes with every message; name one of its fields.';
  if (second === undefined && first !== 'metadata')
    return `${path} is too large to be read as a whole; name one of its fields.`;
  if (first !== 'metadata') return undefined;
  const isStable =
    STABLE_METADATA.includes(`${second}`) &&
    !(second === 'annotations' && (third === undefined || third === NOTIFIED));
  if (isStable) return undefined;
  return `${path} changes with every message; name another field (of metadata: ${STABLE_METADATA.join(', ')}).`;
}

/** Builtins that cut a time into pieces. Pieces of the present time repeat, such as the minute of an hour. */
const CUTTING = new Set(['int', 'float', 'string', 'abs', 'ceil', 'floor', 'round', 'min', 'max']);

function circularTime({ builtins, calls, operators }: ExpressionFacts): string | undefined {
  const readings = clockReadings({ builtins, calls });
  if (readings === 0) return undefined;
  if (readings > 1) return 'the expression may read the present time only once.';
  const cut =
    builtins.find(({ name }) => CUTTING.has(name))?.name ?? operators.find(({ name }) => name === '%')?.name;
  return cut === undefined
    ? undefined
    : `${cut} is not available together with the present time: compare the time with a field, such as time.Now().Sub(…).Minutes() > 10.`;
}

/** Fields that are not a single short value. */
const LARGE = new Set([
  ...[
    'source',
    'sources',
    'destination',
    'operationState',
    'operation',
    'syncResult',
    'health',
    'sync',
    'comparedTo',
  ],
  ...[
    'resources',
    'history',
    'conditions',
    'summary',
    'images',
    'message',
    'labels',
    'syncPolicy',
    'helm',
    'kustomize',
  ],
]);

/** Whether a path ends at a field that is slow to compare or to iterate. */
export const isLarge = ({ root, segments }: PathUse): boolean =>
  root === 'app' && LARGE.has(`${segments.at(-1)}`);

/**
 * Fields that identify an occurrence, or give its time. Argo CD keeps the value of `oncePer` in an annotation, whose size is
 * limited. If a value does not fit, Argo CD notes nobody's sends any more. So only these short fields are allowed.
 */
const IDENTIFYING = new Set([
  ...[
    'startedAt',
    'finishedAt',
    'lastTransitionTime',
    'creationTimestamp',
    'deletionTimestamp',
    'deployedAt',
  ],
  ...[
    'deployStartedAt',
    'revision',
    'phase',
    'status',
    'uid',
    'name',
    'namespace',
    'project',
    'retryCount',
    'type',
    'id',
  ],
]);
/** Allows only fields, and a replacement for a missing field, in such an expression. */
const SIMPLE_KINDS = new Set(['Identifier', 'Member', 'Chain', 'Binary', 'String', 'Integer', 'Nil']);

function unstable({ kinds, operators, paths, calls }: ExpressionFacts): string | undefined {
  const isSimple =
    Object.keys(kinds).every((name) => SIMPLE_KINDS.has(name)) &&
    operators.every(({ name }) => name === '??') &&
    calls.length === 0;
  if (!isSimple)
    return 'the expression may only consist of fields of app, such as app.status?.operationState?.startedAt, and of ??.';
  const path = paths.find(({ segments }) => !isLabel(segments) && !IDENTIFYING.has(`${segments.at(-1)}`));
  return path && `${path.path} is not available here; use one of ${[...IDENTIFYING].join(', ')}, or a label.`;
}

const isLabel = ([first, second, third]: PathUse['segments']): boolean =>
  first === 'metadata' && second === 'labels' && typeof third === 'string';

function clockReadings({ builtins, calls }: Pick<ExpressionFacts, 'builtins' | 'calls'>): number {
  const count = (uses: readonly { readonly count: number }[]) =>
    uses.reduce((sum, use) => sum + use.count, 0);
  return (
    count(builtins.filter(({ name }) => name === 'now' || name === 'date')) +
    count(calls.filter(({ callee }) => callee === 'time.Now'))
  );
}
