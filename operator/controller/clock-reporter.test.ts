import { expect, it } from 'vitest';
import type { Finding } from '../api/finding.ts';
import { createClockReporter } from './clock-reporter.ts';

/** Reports these differences, one after the other. */
async function told(...skews: number[]): Promise<string[][]> {
  const reports: string[][] = [];
  let skew = 0;
  const report = createClockReporter(
    () => async (findings: readonly Finding[]) => {
      reports.push(findings.map(({ message }) => message.split('. ')[0] ?? ''));
    },
    () => skew,
  );
  for (skew of skews) await report();
  return reports;
}

it('reports clocks that differ by more than a minute, in the same words while the difference stays', async () => {
  const behind = ["The clock of the operator's node is 90 s behind the clock of the API server"];
  expect(await told(59_000, 90_000, 100_000, 50_000, 44_000)).toEqual([[], behind, behind, behind, []]);
});

it('reports a difference that grows, or that changes its direction, anew', async () => {
  expect(await told(-61_000, -7_200_000, 7_200_000)).toEqual([
    ["The clock of the operator's node is 61 s ahead of the clock of the API server"],
    ["The clock of the operator's node is 7200 s ahead of the clock of the API server"],
    ["The clock of the operator's node is 7200 s behind the clock of the API server"],
  ]);
});
