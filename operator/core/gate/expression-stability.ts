import type { ExpressionFacts, PathUse } from '../../engine/expression-facts.ts';

/** What an expression is for. */
export type ExpressionRole = 'when' | 'oncePer' | 'eventTime';

/**
 * Argo CD notes every send in an annotation of the Application, which makes it look at the Application again at once.
 * An expression whose value changes by that, or at random, therefore sends without end, on the one worker that serves
 * everybody. So none may look at what a send changes, and the clock may only be held against something, once.
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
/** Where Argo CD notes what it has sent. */
const NOTES = 'notified.notifications.argoproj.io';

function changedBySending({ root, path, segments }: PathUse): string | undefined {
  if (root !== 'app') return undefined;
  const [first, second, third] = segments;
  if (first === undefined) return 'app as a whole changes with every message; name a field of it.';
  if (first !== 'metadata') return undefined;
  const isStable =
    STABLE_METADATA.includes(`${second}`) &&
    !(second === 'annotations' && (third === undefined || third === NOTES));
  if (isStable) return undefined;
  return `${path} changes with every message; name another field (of metadata: ${STABLE_METADATA.join(', ')}).`;
}

/** Builtins that cut a time into pieces, in which it goes round in circles. */
const CUTTING = new Set(['int', 'float', 'string', 'abs', 'ceil', 'floor', 'round', 'min', 'max']);

function circularTime({ builtins, calls, operators }: ExpressionFacts): string | undefined {
  const readings = clockReadings({ builtins, calls });
  if (readings === 0) return undefined;
  if (readings > 1) return 'the present time can be read once.';
  const cut =
    builtins.find(({ name }) => CUTTING.has(name))?.name ?? operators.find(({ name }) => name === '%')?.name;
  return cut === undefined
    ? undefined
    : `${cut} is not available beside the present time: compare the time with a field, such as time.Now().Sub(…).Minutes() > 10.`;
}

/** Fields that are long or no single value: Argo CD would keep them in an annotation, whose size is limited. */
const LARGE = new Set([
  ...[
    'spec',
    'status',
    'source',
    'sources',
    'destination',
    'operationState',
    'operation',
    'syncResult',
    'health',
    'sync',
  ],
  ...['resources', 'history', 'conditions', 'summary', 'images', 'message', 'labels'],
]);
/** Fields that change whenever Argo CD looks at the Application. */
const RESTLESS = new Set(['reconciledAt', 'observedAt']);

function unstable({ builtins, calls, paths }: ExpressionFacts): string | undefined {
  if (clockReadings({ builtins, calls }) > 0)
    return 'the present time is another one each time; use a time of app.';
  const path = paths.find(
    ({ root, segments }) =>
      root === 'app' && (LARGE.has(`${segments.at(-1)}`) || RESTLESS.has(`${segments.at(-1)}`)),
  );
  return (
    path && `${path.path} is not available here; use a field that is a short value and identifies the event.`
  );
}

function clockReadings({ builtins, calls }: Pick<ExpressionFacts, 'builtins' | 'calls'>): number {
  const count = (uses: readonly { readonly count: number }[]) =>
    uses.reduce((sum, use) => sum + use.count, 0);
  return (
    count(builtins.filter(({ name }) => name === 'now' || name === 'date')) +
    count(calls.filter(({ callee }) => callee === 'time.Now'))
  );
}
