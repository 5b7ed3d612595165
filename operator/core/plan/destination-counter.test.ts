import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DestinationCounter } from './destination-counter.ts';

it('knows the most that can meet, whatever was added and given back', () => {
  const values = ['a', 'b', 'c'];
  const added = fc.record({
    values: fc.subarray(values, { minLength: 1 }),
    count: fc.integer({ min: 0, max: 5 }),
    isGivenBack: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(added), (all) => {
      const counter = new DestinationCounter();
      const reach = (values: readonly string[]) => ({
        namespace: 'team-a',
        granted: [],
        dimension: { name: 'name' as const, values },
      });
      for (const { values, count } of all) counter.add(reach(values), count);
      for (const { values, count, isGivenBack } of all) if (isGivenBack) counter.add(reach(values), -count);
      const left = all.filter(({ isGivenBack }) => !isGivenBack);
      const of = (value: string) =>
        left.reduce((sum, { values, count }) => sum + (values.includes(value) ? count : 0), 0);
      expect(counter.taken({ namespace: 'team-a', granted: [] })).toBe(Math.max(...values.map(of)));
      for (const value of values) expect(counter.taken(reach([value]))).toBe(of(value));
    }),
  );
});
