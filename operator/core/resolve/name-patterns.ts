import type { Finding } from '../../api/finding.ts';
import type { ApplicationSubscription } from '../../api/kinds.ts';
import { isGlob } from '../../lib/glob.ts';

/** Limits of one pattern, and of all patterns of a subscription together. */
const ONE = { stars: 3, characters: 63 } as const;
const ALL = { stars: 15, characters: 315 } as const;

const REMEDY =
  'Use exact names, a label selector (spec.applications.selector), or fewer or shorter patterns.';

/**
 * Refuses patterns of names that would delay Argo CD. Each pattern becomes a regular expression in the condition of every
 * event, and Argo CD's controller has one worker that evaluates all conditions for each application. The worst known patterns
 * have 63 characters with three `*` each. On a busy machine, the engine needed 5 to 9 ms for five of them, with 20 events and
 * an application whose name has 63 characters (29 ms for 253). It needed 16 to 20 ms for ten of them. Patterns such as `pay-*`
 * take next to no time. The schema has looser limits, so stored resources stay valid. A `*` after another one adds nothing to
 * the regular expression, and does not count.
 */
export function costlyNamePatterns({ spec }: ApplicationSubscription): Finding[] {
  const patterns = (spec.applications.names ?? []).flatMap((name, index) =>
    isGlob(name) ? [{ index, text: name.replace(/\*+/g, '*') }] : [],
  );
  const beyond = firstBeyond(patterns);
  const tooLarge = patterns.flatMap(({ index, text }) => {
    const what = excess(text);
    return what === undefined ? [] : [{ index, what }];
  });
  return [...(beyond ? [beyond] : []), ...tooLarge].map(({ index, what }) => ({
    reason: 'CriteriaTooCostly',
    message: `spec.applications.names[${index}]: ${what}, because Argo CD tries each pattern on every application for each event. ${REMEDY}`,
  }));
}

interface Pattern {
  readonly index: number;
  readonly text: string;
}

const starsIn = (pattern: string): number => pattern.split('*').length - 1;

/** The first pattern with which all patterns together are too much. */
function firstBeyond(
  patterns: readonly Pattern[],
): { readonly index: number; readonly what: string } | undefined {
  let [stars, characters] = [0, 0];
  for (const { index, text } of patterns) {
    stars += starsIn(text);
    characters += text.length;
    if (stars > ALL.stars)
      return { index, what: `all patterns together may have at most ${ALL.stars} asterisks` };
    if (characters > ALL.characters)
      return { index, what: `all patterns together may have at most ${ALL.characters} characters` };
  }
  return undefined;
}

/** The excess of one pattern; undefined if there is none. */
function excess(pattern: string): string | undefined {
  const stars = starsIn(pattern);
  if (stars > ONE.stars) return `the pattern has ${stars} asterisks, and may have at most ${ONE.stars}`;
  const { length } = pattern;
  if (length > ONE.characters)
    return `the pattern has ${length} characters, and may have at most ${ONE.characters}`;
  return undefined;
}
