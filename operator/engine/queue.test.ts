import { expect, it } from 'vitest';
import { Queue } from './queue.ts';

it('gives jobs in order of arrival, those in the background last', () => {
  const queue = new Queue<number>();
  queue.add(1, true, 'a');
  queue.add(2, false, 'a');
  queue.add(3, true, 'a');
  queue.add(4, false, 'a');
  expect([queue.next(), queue.next(), queue.next()]).toEqual([2, 4, 1]);
  queue.add(5, false, 'a');
  expect(queue.takeAll()).toEqual([5, 3]);
  expect(queue.next()).toBeUndefined();
});

it('serves namespaces in turn, however much one of them asks', () => {
  const queue = new Queue<string>();
  for (let index = 0; index < 1_000; index++) queue.add(`much ${index}`, false, 'much');
  expect(queue.next()).toBe('much 0');
  queue.add('little 0', false, 'little');
  queue.add('little 1', false, 'little');
  queue.add('other 0', false, 'other');
  const served = Array.from({ length: 6 }, () => queue.next());
  expect(served).toEqual(['much 1', 'little 0', 'other 0', 'much 2', 'little 1', 'much 3']);
  expect(queue.takeAll().length).toBe(996);
});

it('does one job that can wait after fifty that cannot', () => {
  const queue = new Queue<string>();
  queue.add('later', true, '');
  for (let index = 0; index < 60; index++) queue.add(`${index}`, false, 'busy');
  const served = Array.from({ length: 52 }, () => queue.next());
  expect(served.indexOf('later')).toBe(50);
});
