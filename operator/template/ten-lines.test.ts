import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { APPLICATION, CONTEXT } from './testing/documentation.ts';
import { RenderingEngine } from './testing/engine.ts';
import { BENCHMARK_FILE, benchmarkData, TEN_LINES, tenLinesBody } from './testing/ten-lines.ts';

it('the engine’s benchmark renders what the compiler prints today (else: node operator/template/testing/measure.ts --write)', async () => {
  const engine = await RenderingEngine.start();
  const sent = engine.render(tenLinesBody(), APPLICATION, CONTEXT);
  expect(readFileSync(BENCHMARK_FILE, 'utf8')).toBe(benchmarkData(sent));
});

it('a message of ten lines is a Go template of at most 4 KB', () => {
  expect(TEN_LINES.split('\n')).toHaveLength(10);
  expect(Buffer.byteLength(tenLinesBody())).toBeLessThan(4_096);
});
