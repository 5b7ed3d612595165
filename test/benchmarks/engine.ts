import { oneOf } from '../support/program.ts';
import { OUTPUT, OUTPUTS, runBenchmark } from './benchmark.ts';
import { FIGURES, type Figure } from './engine/figures.ts';
import { type EngineFigures, measureEngine } from './engine/measure.ts';

const HELP = `Usage: make bench-engine [ARGS='…']

Measures Argo CD's engine, as the operator runs it: how fast it starts and answers, what it takes of memory, and what a
template that never ends, or takes all there is, costs everybody else. Takes some 20 seconds; progress goes to standard error.
Exits with 1 if a figure is beyond its bound, which on a busy machine may be the machine's fault.

  --output FORMAT    markdown or json (markdown)
  --help             show this
`;

function row({ what, bound, of, unit }: Figure, figures: EngineFigures): string {
  const value = of(figures);
  return `| ${what} | ${value} ${unit} | < ${bound} ${unit}${value < bound ? '' : ': **beyond**'} |`;
}

await runBenchmark(HELP, { output: OUTPUT }, async ({ flags, say, untilInterrupted }) => {
  const output = oneOf('output', OUTPUTS, flags.output);
  const figures = await untilInterrupted(measureEngine(say));
  const beyond = FIGURES.filter(({ of, bound }) => of(figures) >= bound);
  const rows = FIGURES.map((figure) => row(figure, figures));
  return {
    text:
      output === 'json'
        ? `${JSON.stringify(figures, null, 2)}\n`
        : ['| what | figure | bound |', '| --- | --- | --- |', ...rows, ''].join('\n'),
    beyond: beyond.map(({ what, bound, unit }) => `${what}: beyond ${bound} ${unit}`),
  };
});
