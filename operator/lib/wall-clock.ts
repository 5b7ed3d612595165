/** A zone differs from UTC by less. */
const MAX_OFFSET_MS = 16 * 3_600_000;
const SECOND_MS = 1_000;

/** More zones than one process has formatters for. */
const MAX_FORMATS = 1_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  if (formats.size >= MAX_FORMATS) formats.clear();
  formats.set(timeZone, format);
  return format;
}

/**
 * What the clocks of a zone show at a moment: the milliseconds since 1970 at which clocks of UTC show the same.
 * @throws RangeError if there is no such zone, or no such moment
 */
export function wallTimeAt(moment: number, timeZone: string): number {
  const whole = Math.floor(moment / SECOND_MS) * SECOND_MS;
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(whole)
      .map(({ type, value }) => [type, value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const shown = Date.UTC(
    ...([of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')] as const),
  );
  return shown + moment - whole;
}

/**
 * The first moment at which the clocks of a zone have reached a time. A time that the clocks leave out is reached when they are set
 * forward, and one that they show twice is reached the first time.
 * @param wallTime as `wallTimeAt` gives it
 * @throws RangeError if there is no such zone
 */
export function momentOf(wallTime: number, timeZone: string): number {
  const offsetAt = (moment: number): number => wallTimeAt(moment, timeZone) - moment;
  const [earliest, latest] = [wallTime - MAX_OFFSET_MS, wallTime + MAX_OFFSET_MS];
  const [before, after] = [offsetAt(earliest), offsetAt(latest)];
  if (before === after) return wallTime - before;
  const change = firstMoment(earliest, latest, (moment) => offsetAt(moment) === after);
  const reached = wallTime - before;
  return reached < change ? reached : Math.max(change, wallTime - after);
}

/** The first whole second at which something holds that does not hold at the first time and holds at the last one. */
function firstMoment(first: number, last: number, holds: (moment: number) => boolean): number {
  let [no, yes] = [Math.floor(first / SECOND_MS), Math.ceil(last / SECOND_MS)];
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2);
    if (holds(middle * SECOND_MS)) yes = middle;
    else no = middle;
  }
  return yes * SECOND_MS;
}
