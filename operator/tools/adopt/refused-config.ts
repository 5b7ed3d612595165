import type { Inquiry } from '../../core/model/inquiry.ts';
import type { LiveObject } from '../../core/model/snapshot.ts';
import { type ForeignProblem, foreignProblems } from '../../core/others/foreign.ts';
import { ManifestError, parseManifests } from '../../files/manifests.ts';
import type { TextPosition } from '../../files/text-position.ts';
import { own } from '../../lib/own.ts';

/** The place of a key of the ConfigMap in the files that were read, or of a position in its value: `cm.yaml:12:5`. */
export type PlaceOfKey = (key: string, position?: TextPosition) => string;

/**
 * All foreign keys that Argo CD's engine refuses. An answer of the engine has the first few only, so it is asked again without
 * them. Incomplete while the inquiry has open questions.
 */
export function refusedKeys(configMap: LiveObject, inquiry: Inquiry): ForeignProblem[] {
  const found: ForeignProblem[] = [];
  let { data } = configMap;
  for (;;) {
    const next = foreignProblems({ configMap: { ...configMap, data } }, inquiry);
    found.push(...next);
    const refused = new Set(next.map(({ key }) => key));
    const rest = Object.fromEntries(Object.entries(data).filter(([key]) => !refused.has(key)));
    if (Object.keys(rest).length === Object.keys(data).length) return found;
    data = rest;
  }
}

/**
 * For people: every key that Argo CD's engine refuses, with the place, the engine's words and the remedy.
 * @param name the ConfigMap's
 * @param placeOf absent for a ConfigMap of a cluster, which has no lines
 */
export function refusedConfigText(
  problems: readonly ForeignProblem[],
  name: string,
  data: Readonly<Record<string, string>>,
  placeOf: PlaceOfKey | undefined,
): string {
  const lines = problems.flatMap((problem) => {
    const { key, field, words, remedy } = problem;
    const position = positionInValue(problem, own(data, key ?? '') ?? '');
    const at = position ? `, line ${position.line}` : '';
    const what = key === undefined ? '' : `key ${key}${field === undefined ? '' : `, ${field}`}${at}: `;
    const place = key === undefined || !placeOf ? '' : `${placeOf(key, position)}: `;
    return [`  ${place}${what}${words}`, ...(remedy === undefined ? [] : [`    remedy: ${remedy}`])];
  });
  const title = `Argo CD's engine refuses ${name}, so Argo CD sends no notifications for anybody today.`;
  return [`${title} Correct this first, and run adopt again:`, ...lines].join('\n');
}

/** The place in the whole value: the engine counts the lines of a field inside of the field. */
function positionInValue({ field, line, column }: ForeignProblem, value: string): TextPosition | undefined {
  if (line === undefined) return undefined;
  const position = { line, column: column ?? 1 };
  if (field === undefined) return position;
  try {
    return parseManifests(value, '')[0]?.place(field, position);
  } catch (error) {
    if (error instanceof ManifestError) return undefined;
    throw error;
  }
}
