import type { Manifest } from '../../../files/manifests.ts';
import { describePlace, type FieldPlace } from './source.ts';

/** A map whose values the API server takes only as text. */
export interface Texts {
  readonly texts: Readonly<Record<string, string>>;
  readonly places: ReadonlyMap<string, readonly FieldPlace[]>;
  /** Values that are not text, each with its place and the remedy. */
  readonly problems: readonly string[];
}

/** Reads such a map. An absent map has no values, and an absent value is an empty text. */
export function readTexts(manifest: Manifest, field: string, value: unknown): Texts {
  const texts: [string, string][] = [];
  const places: [string, FieldPlace[]][] = [];
  const problems: string[] = [];
  if (value === undefined || value === null) return { texts: {}, places: new Map(), problems };
  if (typeof value !== 'object' || Array.isArray(value)) {
    const place = describePlace({ manifest, field });
    return {
      texts: {},
      places: new Map(),
      problems: [`${place}: ${field}: the API server takes only a map of texts there`],
    };
  }
  for (const [key, each] of Object.entries(value)) {
    const at = { manifest, field: `${field}.${key}` };
    places.push([key, [at]]);
    if (typeof each === 'string' || each === null) texts.push([key, each ?? '']);
    else problems.push(`${describePlace(at)}: ${at.field}: ${notText(each)}`);
  }
  return { texts: Object.fromEntries(texts), places: new Map(places), problems };
}

/** One record of several; of equal keys, the last one counts. */
export const oneRecord = (records: readonly Readonly<Record<string, string>>[]): Record<string, string> =>
  Object.fromEntries(records.flatMap((each) => Object.entries(each)));

function notText(value: unknown): string {
  const why = 'the API server takes only text there, but this is';
  if (typeof value !== 'object') return `${why} a ${typeof value}. Put it in quotes.`;
  const what = Array.isArray(value) ? 'a list' : 'a map';
  return `${why} ${what}. Write | behind the colon, and the lines below it are text.`;
}

/** Base64 with the line breaks that base64(1) puts in. */
const BASE64 = /^(?:[A-Za-z0-9+/\s]*={0,2})\s*$/;

/** Values under `data` of a Secret that are not base64; the values are not repeated. */
export const notBase64 = ({ texts, places }: Texts): string[] =>
  Object.entries(texts).flatMap(([key, text]) => {
    const [place] = places.get(key) ?? [];
    if (!place || (BASE64.test(text) && text.replaceAll(/\s/g, '').length % 4 === 0)) return [];
    const remedy = text.startsWith('ENC[')
      ? 'SOPS has encrypted the value: decrypt the file first, for instance with sops --decrypt FILE | argocd-dingtalk adopt -f -'
      : 'Write a value that is not encoded under stringData.';
    return [
      `${describePlace(place)}: ${place.field}: the API server takes only base64 there, and this is not. ${remedy}`,
    ];
  });
