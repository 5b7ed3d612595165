import { loadavg } from 'node:os';
import { oneOf, wholeNumber } from '../support/program.ts';
import { OUTPUT, OUTPUTS, runBenchmark } from './benchmark.ts';
import { measureRelay, type RelayFigures } from './relay/measure.ts';

const HELP = `Usage: make bench-relay [ARGS='…']

Measures the relay as a process with SQLite: how many events its door takes from Argo CD with 202, in which time, and what
connections that do harm change. Each event is about another Application, and one of the routes covers it. The caller and the
strict fake DingTalk are on the same machine. Takes about two minutes; progress goes to standard error. Exits with 1 if a figure
is beyond its bound, which on a busy machine may be the machine's fault.

  --routes N         RelayRoutes (1000)
  --rate N           events in a second (500)
  --calm-rate N      events in a second, with and without the hostile connections (100)
  --hostile N        these connections (500)
  --seconds N        how long each part takes (15)
  --output FORMAT    markdown or json (markdown)
  --help             show this
`;

const FLAGS = {
  routes: { type: 'string', default: '1000' },
  rate: { type: 'string', default: '500' },
  'calm-rate': { type: 'string', default: '100' },
  hostile: { type: 'string', default: '500' },
  seconds: { type: 'string', default: '15' },
  output: OUTPUT,
} as const;

interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly of: (figures: RelayFigures) => number;
  readonly bound?: (value: number, figures: RelayFigures) => boolean;
  readonly bounds?: string;
}

const figuresOf = (rate: number): readonly Figure[] => [
  { what: `${rate} events a second: p50`, unit: 'ms', of: ({ p50 }) => p50 },
  {
    what: 'the same: p99',
    unit: 'ms',
    of: ({ p99 }) => p99,
    bound: (value) => value < 50,
    bounds: '< 50 ms',
  },
  {
    what: 'the same: not answered 202',
    unit: '',
    of: (each) => each.notStored,
    bound: (value) => value === 0,
    bounds: '0',
  },
  {
    what: 'the same: CPU of an event, the engine and the sender included',
    unit: 'ms',
    of: (each) => each.cpuMsOfPost,
  },
  {
    what: 'events a second, at most',
    unit: '',
    of: ({ most }) => most,
    bound: (value) => value >= rate,
    bounds: `≥ ${rate}`,
  },
  { what: 'memory with the engine, before', unit: 'MB', of: (each) => each.memoryBefore },
  {
    what: 'memory with the engine, after',
    unit: 'MB',
    of: (each) => each.memoryAfter,
    bound: (value, { memoryBefore }) => value < memoryBefore + 100,
    bounds: '< 100 MB more',
  },
  { what: 'at the calm rate: p99', unit: 'ms', of: ({ calmP99 }) => calmP99 },
  {
    what: 'beside the hostile connections: p99',
    unit: 'ms',
    of: ({ hostileP99 }) => hostileP99,
    bound: (value, { calmP99 }) => value <= Math.max(2 * calmP99, 10),
    bounds: '≤ 2 × the calm one',
  },
  {
    what: 'the same: lost after the repetitions of Argo CD',
    unit: '',
    of: (each) => each.hostileNotStored,
    bound: (value) => value === 0,
    bounds: '0',
  },
];

await runBenchmark(HELP, FLAGS, async ({ flags, say, untilInterrupted }) => {
  const output = oneOf('output', OUTPUTS, flags.output);
  const extent = {
    ...{ routes: wholeNumber(flags, 'routes'), rate: wholeNumber(flags, 'rate') },
    ...{ seconds: wholeNumber(flags, 'seconds'), hostile: wholeNumber(flags, 'hostile') },
    calmRate: wholeNumber(flags, 'calm-rate'),
  };
  const figures = await untilInterrupted(measureRelay(extent, say));
  const lines = figuresOf(extent.rate).map(({ what, unit, of, bound, bounds = '–' }) => {
    const value = of(figures);
    const isBeyond = bound !== undefined && !bound(value, figures);
    return { what, text: `${value.toFixed(1)} ${unit}`.trim(), bounds, isBeyond };
  });
  const rows = lines.map(
    ({ what, text, bounds, isBeyond }) =>
      `| ${what} | ${text} | ${bounds}${isBeyond ? ': **beyond**' : ''} |\n`,
  );
  const load = `load ${loadavg()[0]?.toFixed(1)}`;
  return {
    text:
      output === 'json'
        ? `${JSON.stringify({ ...extent, ...figures, load }, null, 2)}\n`
        : `${load}\n\n| what | figure | bound |\n| --- | --- | --- |\n${rows.join('')}`,
    beyond: lines.flatMap(({ what, text, bounds, isBeyond }) =>
      isBeyond ? [`${what}: ${text}, and the bound is ${bounds}`] : [],
    ),
  };
});
