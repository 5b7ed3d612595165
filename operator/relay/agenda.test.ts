import { expect, it } from 'vitest';
import { Agenda } from './agenda.ts';

const NOW = 1_700_000_000_000;

/** The robots that are due, which a sender then looks at. */
function begin(agenda: Agenda, now = NOW): string[] {
  const due = [...agenda.due(now)];
  for (const robot of due) agenda.begin(robot);
  return due;
}

it('robots are looked at in the order in which they came, and each by one at a time', () => {
  const agenda = new Agenda();
  agenda.tell(['b', 'a'], NOW);
  agenda.add(['c', 'a']);
  expect(begin(agenda)).toEqual(['b', 'a', 'c']);
  agenda.tell(['a'], NOW);
  agenda.add(['b']);
  expect(begin(agenda)).toEqual([]);
  for (const robot of ['a', 'b']) agenda.end(robot, undefined, NOW);
  expect(begin(agenda)).toEqual(['a']);
});

it('a robot that waits is looked at when its time has come, or when it gets a message that need not wait', () => {
  const agenda = new Agenda();
  agenda.tell(['firm', 'loose', 'idle'], NOW);
  begin(agenda);
  agenda.end('firm', { at: NOW + 100, isFirm: true }, NOW);
  agenda.end('loose', { at: NOW + 200, isFirm: false }, NOW);
  agenda.end('idle', undefined, NOW);
  expect([begin(agenda), agenda.nextAt]).toEqual([[], NOW + 100]);
  agenda.tell(['firm', 'loose'], NOW + 50);
  expect(begin(agenda, NOW + 50)).toEqual(['loose']);
  expect(begin(agenda, NOW + 99)).toEqual([]);
  expect([begin(agenda, NOW + 100), agenda.nextAt]).toEqual([['firm'], Number.POSITIVE_INFINITY]);
});

it('a message during a request counts at its end, unless the robot waits anyway', () => {
  const agenda = new Agenda();
  for (const [told, next, isDue] of [
    [false, undefined, false],
    [true, undefined, true],
    [true, { at: NOW + 100, isFirm: false }, true],
    [true, { at: NOW + 100, isFirm: true }, false],
  ] as const) {
    agenda.tell(['r'], NOW, true);
    begin(agenda);
    if (told) agenda.tell(['r'], NOW);
    agenda.end('r', next, NOW);
    expect(begin(agenda)).toEqual(isDue ? ['r'] : []);
    if (isDue) agenda.end('r', undefined, NOW);
  }
});

it('what may be older than others, a new rule for all, and a clock that was set back end each wait', () => {
  const agenda = new Agenda();
  const waits = (now: number): void => {
    agenda.tell(['r'], now, true);
    begin(agenda, now);
    agenda.end('r', { at: now + 60_000, isFirm: true }, now);
    expect(begin(agenda, now)).toEqual([]);
  };
  waits(NOW);
  agenda.tell(['r'], NOW, true);
  expect(begin(agenda)).toEqual(['r']);
  agenda.tell(['r'], NOW, true);
  agenda.end('r', { at: NOW + 60_000, isFirm: true }, NOW);
  expect(begin(agenda)).toEqual(['r']);
  agenda.end('r', undefined, NOW);
  waits(NOW);
  agenda.tellAll(NOW);
  expect(begin(agenda)).toEqual(['r']);
  agenda.end('r', undefined, NOW);
  waits(NOW);
  expect(begin(agenda, NOW - 3_600_000)).toEqual(['r']);
});
