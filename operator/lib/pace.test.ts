import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

it('lets a burst through, then so many a second, and saves up no more than a burst', () => {
  let now = 0;
  const pace = new Pace(10, 3, () => now);
  const passed = (): number => {
    let count = 0;
    while (pace.waitMs() === 0) {
      pace.take();
      count += 1;
    }
    return count;
  };
  expect(passed()).toBe(3);
  expect(pace.waitMs()).toBe(100);
  now += 250;
  expect(passed()).toBe(2);
  now += 3_600_000;
  expect(passed()).toBe(3);
});
