import { parseArgs } from 'node:util';
import { FIGURES, type Figure } from './engine/figures.ts';
import { type EngineFigures, measureEngine } from './engine/measure.ts';

const HELP = `Usage: make bench-engine [ARGS='…']

Measures Argo CD's engine, as the operator runs it: how fast it starts and answers, what it takes of memory, and what a
template that never ends, or takes all there is, costs everybody else. Takes some 20 seconds; progress goes to standard error.
Exits with 1 if a figure is beyond its bound, which on a busy machine may be the machine's fault.

  --output FORMAT    markdown or json (markdown)
  --help             show this
`;

const { values } = parseArgs({
  options: { output: { type: 'string', default: 'markdown' }, help: { type: 'boolean' } },
});

function row({ what, bound, of, unit }: Figure, figures: EngineFigures): string {
  const value = of(figures);
  return `| ${what} | ${value} ${unit} | < ${bound} ${unit}${value < bound ? '' : ': **beyond**'} |`;
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (values.output !== 'markdown' && values.output !== 'json')
    throw new Error(`--output: expected markdown or json, got ${values.output}`);
  const figures = await measureEngine((line) => process.stderr.write(`${line}\n`));
  if (values.output === 'json') process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  else {
    const rows = FIGURES.map((figure) => row(figure, figures));
    process.stdout.write(['| what | figure | bound |', '| --- | --- | --- |', ...rows, ''].join('\n'));
  }
  if (FIGURES.some(({ of, bound }) => of(figures) >= bound)) process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
