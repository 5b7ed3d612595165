import { expect, it } from 'vitest';
import { own, setOwn, withValues } from './own.ts';

const INHERITED = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__', '__defineGetter__'];

it.each(INHERITED)('%s is found where it was put, and nowhere else', (name) => {
  const record: Record<string, string> = { other: 'x' };
  expect(own(record, name)).toBeUndefined();
  setOwn(record, name, 'mine');
  expect(own(record, name)).toBe('mine');
  expect(Object.entries(record)).toEqual([
    ['other', 'x'],
    [name, 'mine'],
  ]);
  expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
  setOwn(record, name, 'again');
  expect(own({ ...record }, name)).toBe('again');
});

it('nothing stands in a record that is not there', () => {
  expect(own(undefined, 'constructor')).toBeUndefined();
});

it.each(INHERITED)('%s is copied like any other name', (name) => {
  const [record, values]: [Record<string, string>, Record<string, string>] = [{ a: '1', b: '2' }, { b: '3' }];
  setOwn(values, name, 'mine');
  const copy = withValues(record, values);
  expect(Object.entries(copy)).toEqual([
    ['a', '1'],
    ['b', '3'],
    [name, 'mine'],
  ]);
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(record).toEqual({ a: '1', b: '2' });
});
