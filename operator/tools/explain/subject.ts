import { KINDS } from '../../api/kinds.ts';
import { closest } from '../../lib/closest.ts';
import { type ObjectName, objectName } from '../object-name.ts';
import { UsageError } from '../process-io.ts';

/** The resource to explain. */
export type Subject = ObjectName & { readonly kind: keyof typeof KINDS };

/**
 * Reads the command's arguments: `NAMESPACE/NAME`, with or without a kind before it.
 * @throws UsageError for anything else
 */
export function subjectOf(args: readonly string[]): Subject {
  const [first = '', second, ...more] = args;
  const [kindText, named] = second === undefined ? ['subscription', first] : [first, second];
  const kind = (Object.keys(KINDS) as Subject['kind'][]).find((each) => each === kindText.toLowerCase());
  const object = objectName(named);
  if (kind && object && more.length === 0) return { kind, ...object };
  throw new UsageError(
    `expected NAMESPACE/NAME of a subscription, or robot NAMESPACE/NAME, or template NAMESPACE/NAME; got ${args.join(' ')}`,
  );
}

/**
 * Finds a resource.
 * @throws UsageError if it does not exist, with a similar name
 */
export function found<T extends { readonly metadata: ObjectName }>(
  resources: readonly T[],
  { kind, namespace, name }: Subject,
): T {
  const own = resources.filter(({ metadata }) => metadata.namespace === namespace);
  const it = own.find(({ metadata }) => metadata.name === name);
  if (it) return it;
  const guess = closest(
    name,
    own.map(({ metadata }) => metadata.name),
  );
  const hint = guess === undefined ? '' : `; did you mean ${namespace}/${guess}?`;
  throw new UsageError(`there is no ${KINDS[kind].kind} ${namespace}/${name}${hint}`);
}
