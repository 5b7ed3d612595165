/**
 * `node operator/template/testing/measure.ts`: the size of the Go templates of messages, in bytes, and the time to
 * compile them, in milliseconds. With `--write`, it also writes the input of the engine's benchmark, and
 * the texts for which the engine has code of its own.
 */
import { writeFileSync } from 'node:fs';
import { CATALOGUE } from '../../message/catalogue/catalogue.ts';
import { defaultMessage } from '../../message/catalogue/default-message.ts';
import { LOCALES } from '../../message/catalogue/locale.ts';
import { made } from '../../message/testing/made.ts';
import { APPLICATION, CONTEXT } from './documentation.ts';
import { RenderingEngine } from './engine.ts';
import { engineHelpers, HELPERS_FILE } from './engine-helpers.ts';
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
    // Compiled templates are remembered by their source.
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
  writeFileSync(HELPERS_FILE, engineHelpers());
  writeFileSync(BENCHMARK_FILE, benchmarkData(engine.render(ten, APPLICATION, CONTEXT)));
}
