import { closest } from './closest.ts';
import { TIME_ZONES } from './time-zones.generated.ts';

const NAMES = TIME_ZONES.trim().split(/\s+/);
const KNOWN: ReadonlySet<string> = new Set(NAMES);

/**
 * Whether the text is the IANA name of a time zone, such as `Asia/Shanghai`, or of a link to one, such as `PRC`.
 * Valid names are those in Go's database, letter by letter: Go formats the times in messages, and uses UTC for an
 * unknown zone. The `Intl` of this process accepts more, in any case of letters, and offsets such as `+08:00`.
 */
export const isTimeZone = (name: string): boolean => KNOWN.has(name);

/** The time zone that a misspelt name most likely means; undefined if no zone is near. */
export function closestTimeZone(name: string): string | undefined {
  const meant = MEANT.get(name.toLowerCase());
  if (meant !== undefined) return meant;
  // By the city alone, among those of the region with its first letter: a comparison with all names would take 5 ms.
  const { region, city } = partsOf(name);
  const cities = CITIES.get(region + city.slice(0, 1)) ?? new Map<string, string>();
  const found = closest(city, [...cities.keys()]);
  return found === undefined ? undefined : cities.get(found);
}

/** A name in small letters: `america` and `salta` of America/Argentina/Salta. */
function partsOf(name: string): { region: string; city: string } {
  const parts = name.toLowerCase().split('/');
  return { region: parts.length > 1 ? (parts[0] as string) : '', city: parts.at(-1) as string };
}

/** Names by city, by region and first letter. */
const CITIES = new Map<string, Map<string, string>>();
for (const name of NAMES) {
  const { region, city } = partsOf(name);
  const place = region + city.slice(0, 1);
  CITIES.set(place, (CITIES.get(place) ?? new Map<string, string>()).set(city, name));
}

/** Names by the words that people write in their place, in small letters. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ...NAMES.map((name) => [partsOf(name).city, name] as const),
  ...NAMES.map((name) => [name.toLowerCase(), name] as const),
  ['asia/beijing', 'Asia/Shanghai'],
  ['beijing', 'Asia/Shanghai'],
  ['ctt', 'Asia/Shanghai'],
  ['jst', 'Asia/Tokyo'],
]);
