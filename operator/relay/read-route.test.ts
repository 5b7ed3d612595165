import { describe, expect, it } from 'vitest';
import type { ApplicationRouteSpec } from '../api/relay-route.ts';
import { type QuietHours, quietEnd } from './quiet-hours.ts';
import { readRoute } from './read-route.ts';
import { compiledRoute, routeWith } from './testing/routes.ts';

const { spec } = compiledRoute();
const [robot] = spec.robots as [ApplicationRouteSpec['robots'][number]];
const readWith = (more: object) =>
  readRoute(routeWith({ ...spec, robots: [{ ...robot, ...more }] } as ApplicationRouteSpec));

describe('quiet hours in a route', () => {
  const hours = { from: '22:00', to: '08:00', timeZone: 'UTC' };
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

  it.each([
    ['without days', hours],
    ['on seven days', { ...hours, days }],
    ['with exceptions', { ...hours, except: { events: Array(20).fill('on-deployed'), mentions: true } }],
    ['that begin when they end', { ...hours, to: '22:00' }],
    ['of a zone that nobody knows', { ...hours, timeZone: 'Nowhere/Here' }],
  ])('%s are read, and cannot make a later step fail', (_, quietHours) => {
    const reading = readWith({ quietHours });
    expect(reading).toMatchObject({ ok: true, route: { spec: { robots: [{ quietHours }] } } });
    expect(() => quietEnd(quietHours as QuietHours, Date.now())).not.toThrow();
  });

  it.each([
    ['at a time that no clock shows', { ...hours, from: '24:00' }],
    ['without an end', { from: '22:00', timeZone: 'UTC' }],
    ['at a long time', { ...hours, to: `08:00${'0'.repeat(10_000)}` }],
    ['on eight days', { ...hours, days: [...days, 'Mon'] }],
    ['on a day of no week', { ...hours, days: ['constructor'] }],
    ['with many exceptions', { ...hours, except: { events: Array(21).fill('on-deployed') } }],
    ['that are no object', '22:00'],
  ])('%s are not read, and no value is told', (_, quietHours) => {
    expect(readWith({ quietHours })).toEqual({
      ok: false,
      problem: expect.stringMatching(/^spec\.robots\.0\.quietHours\S*: the value is missing/),
    });
  });
});
