import { expect, it } from 'vitest';
import { isNotedAfter, momentLiteral, momentsIn, withoutMoments } from './moment.ts';

const MOMENT = '2026-11-23T08:00:00Z';
const at = (moment: string) => `a > ${momentLiteral(moment)} and any(notes, ${isNotedAfter(moment)})`;

it('is found where it stands as a text', () => {
  expect(momentsIn(`${at(MOMENT)} or b > '2020-01-01T00:00:00Z'`)).toEqual([MOMENT, '2020-01-01T00:00:00Z']);
  expect(momentsIn("a > '2026' or b == '2026-11-23T08:00:00.5Z'")).toEqual([]);
});

it('is the only difference between conditions of different moments, in both of its forms', () => {
  const later = '2026-11-23T09:00:00Z';
  expect(at(later)).not.toBe(at(MOMENT));
  expect(withoutMoments(at(later))).toBe(withoutMoments(at(MOMENT)));
  expect(withoutMoments(`b and ${at(MOMENT)}`)).not.toBe(withoutMoments(at(MOMENT)));
});
