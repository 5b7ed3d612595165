import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentOf, wallTimeAt } from './wall-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const utc = (text: string): number => Date.parse(`${text}Z`);
const shown = (text: string): string => new Date(text).toISOString();

describe('the first moment at which clocks have reached a time', () => {
  it.each([
    ['of Shanghai', 'Asia/Shanghai', '2026-11-23T22:00', '2026-11-23T14:00:00.000Z'],
    ['of Kathmandu, 5:45 hours ahead', 'Asia/Kathmandu', '2026-11-23T00:00', '2026-11-22T18:15:00.000Z'],
    ['in summer', 'Europe/Berlin', '2026-07-01T08:00', '2026-07-01T06:00:00.000Z'],
    ['that they leave out', 'Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:00:00.000Z'],
    ['before they are set forward', 'Europe/Berlin', '2026-03-29T01:59', '2026-03-29T00:59:00.000Z'],
    ['after that', 'Europe/Berlin', '2026-03-29T03:30', '2026-03-29T01:30:00.000Z'],
    ['that they show twice', 'Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
    ['after they were set back', 'Europe/Berlin', '2026-10-25T03:00', '2026-10-25T02:00:00.000Z'],
    ['by half an hour', 'Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:30:00.000Z'],
    ['of a day that a country left out', 'Pacific/Apia', '2011-12-30T12:00', '2011-12-30T10:00:00.000Z'],
  ])('%s', (_, zone, wall, moment) => {
    expect(shown(new Date(momentOf(utc(wall), zone)).toISOString())).toBe(moment);
  });

  it('is the first one, in every zone', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    // Zones set their clocks between 1980 and 2037 in many ways.
    const times = fc.integer({
      min: utc('1980-01-01T00:00') / MINUTE,
      max: utc('2037-01-01T00:00') / MINUTE,
    });
    fc.assert(
      fc.property(zones, times, (zone, minute) => {
        const wall = minute * MINUTE;
        const moment = momentOf(wall, zone);
        expect(wallTimeAt(moment, zone)).toBeGreaterThanOrEqual(wall);
        for (let before = 1_000; before < 30 * HOUR; before += 47 * MINUTE)
          expect(wallTimeAt(moment - before, zone)).toBeLessThan(wall);
      }),
      { numRuns: 200 },
    );
  });

  it('never goes back while the time goes on', () => {
    const changes = fc.constantFrom(
      ...[
        ['Europe/Berlin', '2026-03-29T00:00'],
        ['Europe/Berlin', '2026-10-25T00:00'],
        ['America/Santiago', '2026-09-05T22:00'],
        ['Africa/Casablanca', '2026-02-15T00:00'],
        ['Pacific/Apia', '2011-12-29T12:00'],
      ],
    );
    const within = fc.integer({ min: 0, max: 40 * 60 });
    fc.assert(
      fc.property(changes, within, within, ([zone, around], one, other) => {
        const of = (minutes: number) => momentOf(utc(around as string) + minutes * MINUTE, zone as string);
        expect(of(Math.min(one, other))).toBeLessThanOrEqual(of(Math.max(one, other)));
      }),
    );
  });

  it('cannot be told of a zone that nobody knows', () => {
    expect(() => momentOf(0, 'Nowhere/Here')).toThrow(RangeError);
    expect(() => wallTimeAt(0, '__proto__')).toThrow(RangeError);
  });
});
