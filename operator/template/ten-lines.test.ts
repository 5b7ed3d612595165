import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { APPLICATION, CONTEXT } from './testing/documentation.ts';
import { RenderingEngine } from './testing/engine.ts';
import { engineHelpers, HELPERS_FILE } from './testing/engine-helpers.ts';
import {
  BENCHMARK_FILE,
  benchmarkData,
  fiveMessagesBody,
  TEN_LINES,
  tenLinesBody,
} from './testing/ten-lines.ts';

it('the engine’s benchmark renders what the compiler prints today (else: node operator/template/testing/measure.ts --write)', async () => {
  const engine = await RenderingEngine.start();
  const sent = engine.render(fiveMessagesBody(), APPLICATION, CONTEXT);
  expect(sent).toBe(engine.render(tenLinesBody(), APPLICATION, CONTEXT));
  expect(readFileSync(BENCHMARK_FILE, 'utf8')).toBe(benchmarkData(sent));
});

it('the engine’s own code is for the helpers that the compiler prints today (else: change engine/internal/shortcut, and measure.ts --write)', () => {
  expect(readFileSync(HELPERS_FILE, 'utf8')).toBe(engineHelpers());
});

it('a message of ten lines is a Go template of at most 3 KB, and five of them of at most 8 KB', () => {
  expect(TEN_LINES.split('\n')).toHaveLength(10);
  expect(Buffer.byteLength(tenLinesBody())).toBeLessThan(3_072);
  expect(Buffer.byteLength(fiveMessagesBody())).toBeLessThan(8_192);
});
