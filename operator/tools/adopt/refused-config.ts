import type { Inquiry } from '../../core/model/inquiry.ts';
import type { LiveObject } from '../../core/model/snapshot.ts';
import { type ForeignProblem, foreignProblems } from '../../core/others/foreign.ts';
import { own } from '../../lib/own.ts';
import { type PlaceOfKey, positionInValue } from './file-places.ts';

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
    const isPlaced = problem.line !== undefined;
    const position = isPlaced ? positionInValue(problem, own(data, key ?? '') ?? '') : undefined;
    const at = position ? `, line ${position.line}` : '';
    const what = key === undefined ? '' : `key ${key}${field === undefined ? '' : `, ${field}`}${at}: `;
    const place = key === undefined || !placeOf ? '' : `${placeOf(key, position)}: `;
    return [`  ${place}${what}${words}`, ...(remedy === undefined ? [] : [`    remedy: ${remedy}`])];
  });
  const title = `Argo CD's engine refuses ${name}, so Argo CD sends no notifications for anybody today.`;
  return [`${title} Correct this first, and run adopt again:`, ...lines].join('\n');
}
