import { textOf } from './reference-text.ts';

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** The moment that a text names, by Go's rules for RFC 3339; undefined if there is none. */
function moment(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [sign, offsetHours, offsetMinutes] = [match[8], Number(match[9] ?? 0), Number(match[10] ?? 0)];
  const days = new Date(Date.UTC(year || 400, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > days || hour > 23 || minute > 59 || second > 59)
    return undefined;
  if (offsetHours > 24 || offsetMinutes > 60) return undefined;
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  time.setUTCHours(hour, minute, second);
  const shift = (offsetHours * 60 + offsetMinutes) * 60_000;
  const utc = time.getTime() - (sign === '-' ? -shift : sign === '+' ? shift : 0);
  // Go's zero time counts as no time.
  return utc === -62_135_596_800_000 && Number(match[7] ?? 0) === 0 ? undefined : utc;
}

/** A time as `date` writes it; empty for a value that is not a time. */
export function date(value: unknown, format: string, zone: string): string {
  const at = moment(textOf(value));
  if (at === undefined) return '';
  const options = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  } as const;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    ...options,
  }).formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  const tokens: Record<string, string> = {
    YYYY: part('year').padStart(4, '0'),
    MM: part('month'),
    DD: part('day'),
    HH: part('hour'),
    mm: part('minute'),
    ss: part('second'),
  };
  return format.replace(/YYYY|MM|DD|HH|mm|ss/g, (token) => tokens[token] ?? '');
}
