import type { Finding } from '../../api/finding.ts';
import type { NotificationSubscription } from '../../api/kinds.ts';
import { isGlob } from '../../lib/glob.ts';

/** Of one pattern, and of all patterns of a subscription. */
const ONE = { stars: 3, characters: 63 } as const;
const ALL = { stars: 15, characters: 315 } as const;

const REMEDY =
  'Use exact names, a label selector (spec.applications.selector), or fewer or shorter patterns.';

/**
 * Patterns of names that would hold up Argo CD: each becomes a regular expression in the condition of every event, and its
 * controller has one worker that evaluates all conditions for each application. The worst patterns that were found, five of 63
 * characters with three `*` each, took 5 to 9 ms in the engine, on a busy machine, for 20 events and an application whose name
 * has 63 characters (29 ms where it has 253); ten of them took 16 to 20 ms. Patterns such as `pay-*` cost next to nothing.
 * The schema has looser limits, so that what is stored stays valid. A `*` behind another one adds nothing to the regular
 * expression, and does not count.
 */
export function costlyNamePatterns({ spec }: NotificationSubscription): Finding[] {
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
    message: `spec.applications.names[${index}]: ${what}, since Argo CD tries each pattern on every application for each event. ${REMEDY}`,
  }));
}

interface Pattern {
  readonly index: number;
  readonly text: string;
}

const starsIn = (pattern: string): number => pattern.split('*').length - 1;

/** The pattern with which all of them come to be too much. */
function firstBeyond(
  patterns: readonly Pattern[],
): { readonly index: number; readonly what: string } | undefined {
  let [stars, characters] = [0, 0];
  for (const { index, text } of patterns) {
    stars += starsIn(text);
    characters += text.length;
    if (stars > ALL.stars) return { index, what: `all patterns together may have ${ALL.stars} asterisks` };
    if (characters > ALL.characters)
      return { index, what: `all patterns together may have ${ALL.characters} characters` };
  }
  return undefined;
}

/** What is too much in one pattern. */
function excess(pattern: string): string | undefined {
  const stars = starsIn(pattern);
  if (stars > ONE.stars) return `the pattern has ${stars} asterisks, and may have ${ONE.stars}`;
  const { length } = pattern;
  if (length > ONE.characters) return `the pattern has ${length} characters, and may have ${ONE.characters}`;
  return undefined;
}
