import { expect, it } from 'vitest';
import { robot } from '../core/testing/fixtures.ts';
import { secretReferences } from './secret-references.ts';

it('takes no time that grows with the square of the robots that name one Secret', () => {
  const robots = Array.from({ length: 4_000 }, (_, index) => robot({ name: `r${index}`, uid: `${index}` }));
  const before = process.cpuUsage();
  const [reference] = secretReferences(robots).values();
  expect(reference?.versions.size).toBe(4_000);
  expect([...(reference?.keys ?? [])]).toEqual(['webhook', 'secret']);
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(200);
});

it('does without a robot that is stored in another form', () => {
  const odd = { ...robot({ name: 'odd' }), spec: { webhook: {} } } as never;
  const none = { ...robot({ name: 'none' }), spec: undefined } as never;
  expect(secretReferences([odd, none, robot()]).size).toBe(1);
});
