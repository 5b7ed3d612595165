import { expect, it } from 'vitest';
import { isSameRecord, readRecords } from './record.ts';

const PLACE = { baseUrl: 'https://gitee.com', repository: 'team/shop' };

it('records are read from a status, whatever is in it', () => {
  const hooks = [
    { ...PLACE, robot: 'team/robot', id: 5 },
    { ...PLACE, robot: '', afterId: 0, urlHash: 'ab', later: true },
    { ...PLACE, robot: 'team/other' },
    { ...PLACE, id: '5' },
    { ...PLACE, id: -5, afterId: 3 },
    { baseUrl: 'https://gitee.com', id: 5 },
    null,
    7,
  ];
  expect(readRecords(hooks)).toEqual([
    { ...PLACE, robot: 'team/robot', id: 5 },
    { ...PLACE, robot: '', afterId: 0, urlHash: 'ab' },
  ]);
  expect(readRecords('hooks')).toEqual([]);
  expect(readRecords(Array.from({ length: 50 }, (_, id) => ({ ...PLACE, id: id + 1 }))).length).toBe(10);
});

it('a record is the same one before and after the creation of its hook', () => {
  const pending = { ...PLACE, robot: '', afterId: 3, urlHash: 'ab' };
  expect(isSameRecord(pending, { ...PLACE, robot: '', id: 5 })).toBe(true);
  expect(isSameRecord({ ...PLACE, robot: '', id: 6 }, { ...PLACE, robot: '', id: 5 })).toBe(false);
  expect(isSameRecord(pending, { ...PLACE, robot: 'team/robot', id: 5 })).toBe(false);
  expect(isSameRecord(pending, { ...pending, repository: 'team/other' })).toBe(false);
});
