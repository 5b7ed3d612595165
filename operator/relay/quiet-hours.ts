import type { RelayRouteSpec } from '../api/relay-route.ts';
import { momentOf, wallTimeAt } from '../lib/wall-clock.ts';
import type { NewMessage } from './model.ts';

/** The quiet hours of a robot's group, as a route has them. */
export type QuietHours = NonNullable<RelayRouteSpec['robots'][number]['quietHours']>;

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/**
 * When the quiet hours end that a moment is in; undefined if it is in none. Times are milliseconds since 1970. Where the zone is not
 * known, nothing is quiet: a message that comes by night is better than one that never comes.
 */
export function quietEnd(hours: QuietHours, moment: number): number | undefined {
  const { from, to, timeZone, days = DAYS } = hours;
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  if (begin === end) return undefined;
  try {
    const today = Math.floor(wallTimeAt(moment, timeZone) / DAY_MS) * DAY_MS;
    // They may have begun yesterday.
    for (const day of [today - DAY_MS, today]) {
      if (!days.includes(DAYS[new Date(day).getUTCDay()] as (typeof DAYS)[number])) continue;
      const lastDay = end > begin ? day : day + DAY_MS;
      const endsAt = momentOf(lastDay + end * MINUTE_MS, timeZone);
      if (moment < endsAt && moment >= momentOf(day + begin * MINUTE_MS, timeZone)) return endsAt;
    }
  } catch {
    // This version of Node does not know the zone.
  }
  return undefined;
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** Whether a message does not wait for the end of quiet hours. */
export function isExcepted({ except }: QuietHours, { event, at }: Pick<NewMessage, 'event' | 'at'>): boolean {
  const { events = [], mentions = false } = except ?? {};
  const names = [event.name, event.catalogueName];
  const isForSomebody = at.all === true || [...(at.mobiles ?? []), ...(at.userIds ?? [])].length > 0;
  return (mentions && isForSomebody) || events.some((name) => names.includes(name));
}
