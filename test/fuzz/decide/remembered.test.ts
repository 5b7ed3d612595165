import { expect, it } from 'vitest';
import { fuzzRemembered } from './remembered-run.ts';

const CASES = 4;

/** `make fuzz-decide ARGS=--remembered` does it for long. */
it('decisions on made up clusters, with small changes in between, are the same without memory', {
  timeout: 120_000,
}, async () => {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const { decisions, isStale } = await fuzzRemembered({ durationSeconds: 60, cases: CASES, seed: 1, print });
  expect(isStale, lines.join('\n')).toBe(false);
  expect(decisions).toBeGreaterThan(100);
});
