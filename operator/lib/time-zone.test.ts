import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { goTimeZones } from './go-time-zones.ts';
import { closestTimeZone, isTimeZone } from './time-zone.ts';
import { TIME_ZONES } from './time-zones.generated.ts';

describe('a time zone', () => {
  it.each(['Asia/Shanghai', 'PRC', 'UTC', 'Etc/GMT+8', 'America/Argentina/ComodRivadavia', 'Europe/Kyiv'])(
    'is %s',
    (name) => expect(isTimeZone(name)).toBe(true),
  );

  it.each([
    'asia/shanghai',
    'CTT',
    'JST',
    'utc',
    'Asia/Beijing',
    '+08:00',
    '',
    'Local',
    'constructor',
    'Asia',
  ])('is not %j, which Go does not know', (name) => expect(isTimeZone(name)).toBe(false));

  it.skipIf(!hasGo())('is what Go has', () => {
    expect(TIME_ZONES.trim().split(/\s+/)).toEqual(goTimeZones());
  });
});

describe('a misspelt time zone', () => {
  it.each([
    ['Asia/Shangai', 'Asia/Shanghai'],
    ['asia/shanghai', 'Asia/Shanghai'],
    ['shanghai', 'Asia/Shanghai'],
    ['utc', 'UTC'],
    ['europe/berln', 'Europe/Berlin'],
    ['Singapor', 'Singapore'],
    ['Somewhere/Else', undefined],
    ['Asia/Beijing', 'Asia/Shanghai'],
    ['JST', 'Asia/Tokyo'],
  ])('%s means %s', (name, meant) => expect(closestTimeZone(name)).toBe(meant));
});

function hasGo(): boolean {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
