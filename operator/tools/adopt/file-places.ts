import { readKey } from '../../argocd/names.ts';
import { ManifestError, parseManifests } from '../../files/manifests.ts';
import type { TextPosition } from '../../files/text-position.ts';
import { own } from '../../lib/own.ts';

/** The place of a key of the ConfigMap in the files that were read, or of a position in its value: `cm.yaml:12:5`. */
export type PlaceOfKey = (key: string, position?: TextPosition) => string;

/** A place inside of a field of a value; lines and columns count inside of the field. */
export interface PlaceInValue {
  /** A path into the value's YAML: `[0].when`, `webhook.ding.body`. */
  readonly field?: string;
  readonly line?: number;
  readonly column?: number;
}

/** The place in the whole value; undefined if it is not known. */
export function positionInValue(
  { field, line, column }: PlaceInValue,
  value: string,
): TextPosition | undefined {
  if (line === undefined && field === undefined) return undefined;
  const position = line === undefined ? undefined : { line, column: column ?? 1 };
  if (field === undefined) return position;
  try {
    return parseManifests(value, '')[0]?.place(field, position);
  } catch (error) {
    if (error instanceof ManifestError) return undefined;
    throw error;
  }
}

/** The parts of a reason that name a place: a key, a field of its value, and a line there. */
const PLACE =
  /(?:^|\s)([^\s:,]+)(?:, (webhook\.[^\s:,]+))?(?:: (body)(?:, line (\d+)(?:, column (\d+))?)?)?(?=[:,])/g;

/**
 * The place of the last key that a reason names, which is the nearest to the cause: `trigger.x: template.y, webhook.ding: body, line 2`
 * gives the place of that line.
 */
export function placeOfReason(
  why: string,
  data: Readonly<Record<string, string>>,
  placeOf: PlaceOfKey,
): string | undefined {
  const found = [...why.matchAll(PLACE)]
    .filter(([, key = '']) => readKey(key) && own(data, key) !== undefined)
    .at(-1);
  if (!found) return undefined;
  const [, key = '', service, body, line, column] = found;
  const place = {
    ...(service !== undefined && { field: body === undefined ? service : `${service}.${body}` }),
    ...(line !== undefined && { line: Number(line), column: Number(column ?? 1) }),
  };
  return placeOf(key, positionInValue(place, own(data, key) ?? ''));
}
