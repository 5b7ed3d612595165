/**
 * `node operator/template/testing/measure.ts`: how large the Go templates of messages are, in bytes, and how long they take
 * to compile, in milliseconds. With `--write`, it also writes what the engine's benchmark renders.
 */
import { writeFileSync } from 'node:fs';
import { CATALOGUE } from '../../message/catalogue/catalogue.ts';
import { defaultMessage } from '../../message/catalogue/default-message.ts';
import { LOCALES } from '../../message/catalogue/locale.ts';
import { made } from '../../message/testing/made.ts';
import { APPLICATION, CONTEXT } from './documentation.ts';
import { RenderingEngine } from './engine.ts';
import { BENCHMARK_FILE, benchmarkData, TEN_LINES, tenLinesBody } from './ten-lines.ts';

const ROUNDS = 200;

function timed(run: () => unknown): number {
  for (let round = 0; round < ROUNDS; round++) run();
  const begin = performance.now();
  for (let round = 0; round < ROUNDS; round++) run();
  return Math.round(((performance.now() - begin) / ROUNDS) * 100) / 100;
}

function catalogueRow(trigger: string | undefined, locale: (typeof LOCALES)[number]) {
  const markdown = defaultMessage(trigger, locale);
  let round = 0;
  const compile = () => {
    // What was compiled before is remembered by its source.
    round += 1;
    return made({ message: { markdown: { ...markdown, text: `${markdown.text} ${round}` } } });
  };
  const body = compile();
  if (!body.ok) throw new Error(body.finding.message);
  return {
    message: trigger ?? 'own event',
    locale,
    source: Buffer.byteLength(markdown.title + markdown.text),
    go: Buffer.byteLength(body.body),
    inConfigMap: Buffer.byteLength(JSON.stringify(body.body)),
    compileMs: timed(compile),
  };
}

const ten = tenLinesBody();
const rows = [
  {
    message: 'ten lines',
    locale: 'en',
    source: Buffer.byteLength(TEN_LINES),
    go: Buffer.byteLength(ten),
    inConfigMap: Buffer.byteLength(JSON.stringify(ten)),
    compileMs: timed(tenLinesBody),
  },
  ...[...CATALOGUE.map(({ name }) => name), undefined].flatMap((trigger) =>
    LOCALES.map((locale) => catalogueRow(trigger, locale)),
  ),
];
for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);

if (process.argv.includes('--write')) {
  const engine = await RenderingEngine.start();
  writeFileSync(BENCHMARK_FILE, benchmarkData(engine.render(ten, APPLICATION, CONTEXT)));
}
