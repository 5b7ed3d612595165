import { loadavg } from 'node:os';
import { DATABASES } from '../../operator/relay/store/testing/places.ts';
import { wholeNumber } from '../support/program.ts';
import { runBenchmark } from './benchmark.ts';
import { measureStore, type StoreFigures } from './store/measure.ts';

const HELP = `Usage: make bench-store [ARGS='…']

Measures how fast the relay's store accepts messages of 1.3 KB for 100 robots, while a sender claims and ends others: in SQLite, and in
PostgreSQL with fsync if it is installed. Takes about 30 seconds for each. It fails if one of 100 messages takes 50 ms or more at the rate,
or if the store accepts fewer than the rate at most. Both depend on the disk and on the load of the machine.

  --rate N       messages in a second (500)
  --seconds N    so long (10)
  --help         show this
`;

const FLAGS = {
  rate: { type: 'string', default: '500' },
  seconds: { type: 'string', default: '10' },
} as const;

/** An answer has to be there by then. */
const P99_MS = 50;

const HEADER = ['database', 'p50', 'p99', 'longest', 'at most', 'sent meanwhile', 'more memory'];

function cells(name: string, figures: StoreFigures): string[] {
  const { p50, p99, longest, most, sent, megabytesMore } = figures;
  const times = [p50, p99, longest].map((ms) => `${ms.toFixed(1)} ms`);
  return [name, ...times, `${most.toFixed(0)} a second`, `${sent}`, `${megabytesMore.toFixed(0)} MB`];
}

await runBenchmark(HELP, FLAGS, async ({ flags, say, untilInterrupted }) => {
  const extent = { rate: wholeNumber(flags, 'rate'), seconds: wholeNumber(flags, 'seconds') };
  const rows: string[][] = [HEADER, HEADER.map(() => '---')];
  const beyond: string[] = [];
  for (const { name, missing, start } of DATABASES) {
    if (missing !== undefined) {
      say(name);
      continue;
    }
    say(name);
    await using places = await start(true);
    const figures = await untilInterrupted(measureStore(places, extent, say));
    rows.push(cells(name, figures));
    if (figures.p99 >= P99_MS) beyond.push(`${name}: p99 is beyond ${P99_MS} ms`);
    if (figures.most < extent.rate) beyond.push(`${name}: fewer than ${extent.rate} messages a second`);
  }
  const table = rows.map((row) => `| ${row.join(' | ')} |\n`).join('');
  return { text: `load ${loadavg()[0]?.toFixed(1)}\n\n${table}`, beyond };
});
