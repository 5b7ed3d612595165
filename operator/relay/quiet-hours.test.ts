import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wallTimeAt } from '../lib/wall-clock.ts';
import { isExcepted, type QuietHours, quietEnd } from './quiet-hours.ts';
import { someMessage } from './testing/messages.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (text: string): number => Date.parse(text);
const night = (more: Partial<QuietHours> = {}): QuietHours => ({
  ...{ from: '22:00', to: '08:00', timeZone: 'Asia/Shanghai' },
  ...more,
});
const endAt = (hours: QuietHours, moment: string): string | undefined => {
  const end = quietEnd(hours, at(moment));
  return end === undefined ? undefined : new Date(end).toISOString();
};

describe('quiet hours', () => {
  // 2026-11-23 is a Monday. Shanghai is eight hours ahead.
  it.each<[string, QuietHours, string, string | undefined]>([
    ['before them', night(), '2026-11-23T13:59:59.999Z', undefined],
    ['in their first moment', night(), '2026-11-23T14:00:00Z', '2026-11-24T00:00:00.000Z'],
    ['after midnight', night(), '2026-11-23T20:00:00Z', '2026-11-24T00:00:00.000Z'],
    ['in their last moment', night(), '2026-11-23T23:59:59.999Z', '2026-11-24T00:00:00.000Z'],
    ['at their end', night(), '2026-11-24T00:00:00Z', undefined],
    [
      'within a day',
      night({ from: '12:00', to: '13:30' }),
      '2026-11-23T05:00:00Z',
      '2026-11-23T05:30:00.000Z',
    ],
    ['on a day of theirs', night({ days: ['Mon'] }), '2026-11-23T14:00:00Z', '2026-11-24T00:00:00.000Z'],
    ['after that day', night({ days: ['Mon'] }), '2026-11-23T22:00:00Z', '2026-11-24T00:00:00.000Z'],
    ['on another day', night({ days: ['Tue'] }), '2026-11-23T14:00:00Z', undefined],
    ['before their day', night({ days: ['Tue'] }), '2026-11-23T22:00:00Z', undefined],
    ['from 00:00', night({ from: '00:00' }), '2026-11-23T16:00:00Z', '2026-11-24T00:00:00.000Z'],
    ['to 00:00', night({ to: '00:00' }), '2026-11-23T15:59:00Z', '2026-11-23T16:00:00.000Z'],
    [
      'on every day by name',
      night({ days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] }),
      '2026-11-22T14:00:00Z',
      '2026-11-23T00:00:00.000Z',
    ],
    ['as long as a day', night({ to: '21:59' }), '2026-11-23T13:58:00Z', '2026-11-23T13:59:00.000Z'],
    // Berlin sets its clocks forward on 2026-03-29 at 02:00, and back on 2026-10-25 at 03:00.
    [
      'in a short night',
      night({ timeZone: 'Europe/Berlin' }),
      '2026-03-28T22:00:00Z',
      '2026-03-29T06:00:00.000Z',
    ],
    [
      'in a long night',
      night({ timeZone: 'Europe/Berlin' }),
      '2026-10-24T22:00:00Z',
      '2026-10-25T07:00:00.000Z',
    ],
    [
      'to a time that is left out',
      night({ timeZone: 'Europe/Berlin', to: '02:30' }),
      '2026-03-29T00:59:00Z',
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'when a time comes again at which they have ended',
      night({ timeZone: 'Europe/Berlin', to: '02:30' }),
      '2026-10-25T01:00:00Z',
      undefined,
    ],
    ['from a time to the same', night({ to: '22:00' }), '2026-11-23T14:00:00Z', undefined],
    ['in no zone', night({ timeZone: 'Nowhere/Here' }), '2026-11-23T14:00:00Z', undefined],
    ['on no day', night({ days: [] }), '2026-11-23T14:00:00Z', undefined],
  ])('%s', (_, hours, moment, end) => expect(endAt(hours, moment)).toBe(end));

  const times = fc
    .integer({ min: 0, max: 1_439 })
    .map((n) => `${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`);
  const anyHours = fc.record({
    from: times,
    to: times,
    timeZone: fc.constantFrom(
      'Asia/Shanghai',
      'Europe/Berlin',
      'America/Santiago',
      'Australia/Lord_Howe',
      'UTC',
    ),
    days: fc.subarray<'Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun'>([
      ...(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const),
    ]),
  });
  const moments = fc.integer({ min: at('2026-01-01T00:00Z'), max: at('2027-12-31T00:00Z') });

  it('end within a day and an hour, at a time that has reached `to`, and stay one until then', () => {
    fc.assert(
      fc.property(
        anyHours,
        moments,
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (hours, now, part) => {
          const end = quietEnd(hours, now);
          if (end === undefined) return;
          expect(end).toBeGreaterThan(now);
          expect(end - now).toBeLessThanOrEqual(25 * HOUR);
          const [hour, minute] = hours.to.split(':').map(Number) as [number, number];
          const wall = new Date(wallTimeAt(end, hours.timeZone));
          const late = (wall.getUTCHours() - hour) * 60 + wall.getUTCMinutes() - minute;
          // Clocks that are set forward leave out an hour at most.
          expect((late + 1_440) % 1_440).toBeLessThan(60);
          expect(quietEnd(hours, now + Math.floor((end - now) * part))).toBe(end);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are what the clocks of the zone show, where nobody sets them', () => {
    const steady = anyHours.map((hours) => ({ ...hours, timeZone: 'Asia/Kathmandu' }));
    fc.assert(
      fc.property(steady, moments, (hours, now) => {
        const local = new Date(now + 345 * MINUTE);
        const clock = local.toISOString().slice(11, 16);
        const dayOf = (ms: number) => new Date(ms).toUTCString().slice(0, 3);
        const today = hours.days.includes(dayOf(local.getTime()) as 'Mon');
        const yesterday = hours.days.includes(dayOf(local.getTime() - 24 * HOUR) as 'Mon');
        const { from, to } = hours;
        const isQuiet =
          from < to
            ? today && clock >= from && clock < to
            : from > to && ((today && clock >= from) || (yesterday && clock < to));
        expect(quietEnd(hours, now) !== undefined).toBe(isQuiet);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a message that does not wait', () => {
  const failed = someMessage({ trigger: 'on-sync-failed', event: 'failed' });
  it.each([
    ['none, without exceptions', {}, failed, false],
    ['one of an event by its name in the catalogue', { events: ['on-sync-failed'] }, failed, true],
    ['one of an event by its own name', { events: ['failed'] }, failed, true],
    ['none of another event', { events: ['on-deployed'] }, failed, false],
    ['none of a name that objects have', { events: ['constructor'] }, failed, false],
    ['one that mentions a person', { mentions: true }, someMessage({ at: { mobiles: ['1'] } }), true],
    ['one that mentions everybody', { mentions: true }, someMessage({ at: { all: true } }), true],
    [
      'none that mentions nobody',
      { mentions: true },
      someMessage({ at: { userIds: [], all: false } }),
      false,
    ],
    ['no mention that is not excepted', { mentions: false }, someMessage({ at: { all: true } }), false],
  ])('is %s', (_, except, message, expected) =>
    expect(isExcepted(night({ except }), message)).toBe(expected),
  );
});
