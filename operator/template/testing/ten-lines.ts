import { join } from 'node:path';
import { yamlSafeJson } from '../../core/json.ts';
import { parseTemplate } from '../template.ts';
import { APPLICATION, CONTEXT, EXAMPLES, SCOPE } from './documentation.ts';
import { bodyOf } from './engine.ts';

/** Where the engine's benchmark finds {@link benchmarkData}. */
export const BENCHMARK_FILE = join(import.meta.dirname, '../../../engine/testdata/ten-lines.jsonl');

/** The message of ten lines of docs/templates.md. */
export const TEN_LINES = EXAMPLES[0]?.source ?? '';

/** The Go template of a markdown message with that text. @throws Error if it is refused */
export function tenLinesBody(): string {
  const read = (source: string) => {
    const parsed = parseTemplate(source, new Set(['owner']));
    if (!parsed.ok) throw new Error(parsed.problem.message);
    return { template: parsed.template, escape: 'markdown' } as const;
  };
  const [before, between, after] = ['{"msgtype":"markdown","markdown":{"title":"', '","text":"', '"}}'];
  return bodyOf([before, read('{{app.metadata.name}}'), between, read(TEN_LINES), after], SCOPE);
}

/** What the engine's benchmark renders, and what comes out, as the text of a file. */
export function benchmarkData(sent: string): string {
  const data = { app: APPLICATION, context: yamlSafeJson(CONTEXT), body: tenLinesBody(), sent };
  return `${JSON.stringify(data)}\n`;
}
