import { describe, expect, it } from 'vitest';
import { randomSeed } from '../random.ts';
import { fuzzDecisions } from './run.ts';

const SECONDS = 10;

/** One that is the same for everybody, and one that nobody has tried yet. */
describe.each([1, Number(randomSeed())])('made up clusters, from seed %i on', (seed) => {
  it('stop nobody', { timeout: 120_000 }, async () => {
    const lines: string[] = [];
    const { findings, decisions } = await fuzzDecisions({
      durationSeconds: SECONDS,
      seed,
      print: (line) => lines.push(line),
    });
    expect(findings, `seed ${seed}\n${lines.join('\n')}`).toEqual(new Map());
    expect(decisions).toBeGreaterThan(0);
  });
});
