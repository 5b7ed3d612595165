import { expect, it } from 'vitest';
import { Queue } from './queue.ts';

it('gives jobs in order of arrival, those in the background last', () => {
  const queue = new Queue<number>();
  queue.add(1, true);
  queue.add(2, false);
  queue.add(3, true);
  queue.add(4, false);
  expect([queue.next(), queue.next(), queue.next()]).toEqual([2, 4, 1]);
  queue.add(5, false);
  expect(queue.takeAll()).toEqual([5, 3]);
  expect(queue.next()).toBeUndefined();
});
