import type { NotificationSubscription } from '../../api/kinds.ts';
import { isGlob } from '../glob.ts';
import type { Finding } from '../verdict.ts';

const MAX_PATTERNS = 5;
const MAX_STARS = 3;
const MAX_CHARACTERS = 63;

const REMEDY =
  'Use exact names, a label selector (spec.applications.selector), or fewer or shorter patterns.';

/**
 * Patterns of names that would hold up Argo CD: each becomes a regular expression in the condition of every event, and its
 * controller has one worker that evaluates all conditions for each application. At these limits, the worst patterns that were
 * found took 5 to 9 ms in the engine, on a busy machine, for 20 events and an application whose name has 63 characters (29 ms
 * where it has 253); ten patterns took 16 to 20 ms.
 * The schema has looser limits, so that what is stored stays valid. A `*` behind another one adds nothing to the regular
 * expression, and does not count.
 */
export function costlyNamePatterns({ spec }: NotificationSubscription): Finding[] {
  const patterns = (spec.applications.names ?? []).flatMap((name, index) =>
    isGlob(name) ? [{ index, text: name.replace(/\*+/g, '*') }] : [],
  );
  const surplus = patterns[MAX_PATTERNS];
  const tooMany = surplus && {
    index: surplus.index,
    what: `${patterns.length} names are patterns, and ${MAX_PATTERNS} may be`,
  };
  const tooLarge = patterns.flatMap(({ index, text }) => {
    const what = excess(text);
    return what === undefined ? [] : [{ index, what }];
  });
  return [...(tooMany ? [tooMany] : []), ...tooLarge].map(({ index, what }) => ({
    reason: 'CriteriaTooCostly',
    message: `spec.applications.names[${index}]: ${what}, since Argo CD tries each pattern on every application for each event. ${REMEDY}`,
  }));
}

/** What is too much in one pattern. */
function excess(pattern: string): string | undefined {
  const stars = pattern.split('*').length - 1;
  if (stars > MAX_STARS) return `the pattern has ${stars} asterisks, and may have ${MAX_STARS}`;
  const { length } = [...pattern];
  if (length > MAX_CHARACTERS) return `the pattern has ${length} characters, and may have ${MAX_CHARACTERS}`;
  return undefined;
}
