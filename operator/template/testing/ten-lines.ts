import { join } from 'node:path';
import { yamlSafeJson } from '../../lib/json.ts';
import { type BodyMessage, compileBody, selector } from '../go/compile.ts';
import { parseTemplate } from '../template.ts';
import { APPLICATION, CONTEXT, EXAMPLES, SCOPE } from './documentation.ts';

/** The path at which the engine's benchmark finds {@link benchmarkData}. */
export const BENCHMARK_FILE = join(import.meta.dirname, '../../../engine/testdata/ten-lines.jsonl');

/** The message of ten lines of docs/templates.md. */
export const TEN_LINES = EXAMPLES[0]?.source ?? '';

/** A markdown message with a text of ten lines. @throws Error if it is refused */
function message(text: string): BodyMessage {
  const read = (source: string) => {
    const parsed = parseTemplate(source, new Set(['owner']));
    if (!parsed.ok) throw new Error(parsed.problem.message);
    return { template: parsed.template, escape: 'markdown' } as const;
  };
  const [before, between, after] = ['{"msgtype":"markdown","markdown":{"title":"', '","text":"', '"}}'];
  return { parts: [before, read('{{app.metadata.name}}'), between, read(text), after], scope: SCOPE };
}

/** The ten lines in other words: no line of one is like one of another. */
export const inOtherWords = (place: number): string =>
  TEN_LINES.split('\n')
    .map((line) => `${line} ${'①②③④⑤'[place]}`)
    .join('\n');

/** The Go template of the ten lines alone. */
export const tenLinesBody = (): string => compileBody([message(TEN_LINES)]);

/** The Go template of a subscription with five messages of ten lines, which prints the ten lines as they are. */
export function fiveMessagesBody(): string {
  const texts = [0, 1, 2, 3, 4].map((place) => (place === PLACE ? TEN_LINES : inOtherWords(place)));
  return selector(PLACE) + compileBody(texts.map(message));
}

/** In the middle. */
const PLACE = 2;

/** The input of the engine's benchmark, and its result, as the text of a file. */
export function benchmarkData(sent: string): string {
  const data = { app: APPLICATION, context: yamlSafeJson(CONTEXT), body: fiveMessagesBody(), sent };
  return `${JSON.stringify(data)}\n`;
}
