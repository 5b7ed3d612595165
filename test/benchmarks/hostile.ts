import { loadavg } from 'node:os';
import { wholeNumber } from '../support/program.ts';
import { runBenchmark } from './benchmark.ts';
import { excesses, measure, rows } from './hostile/measure.ts';
import { TeamsStage } from './teams/stage.ts';

const HELP = `Usage: make bench-hostile [ARGS='…']

Measures what one namespace can do to the others: 3000 resources of 6 MB of the worst kinds that are known, of which some are
edited all the time. It works on an API server and etcd of its own, without Argo CD's controller. Takes about four minutes.
Progress goes to standard error; Ctrl-C cleans up.

It edits the text of another team each second, without the namespace and beside it. It fails if an edit beside it is live after
more than a second (99 of 100), if a decision takes more than 300 ms (99 of 100), or if the operator's memory grows by more
than 100 MB. Edits are written at once (limits.writeInterval: 0s), which shows the work alone.

  --resources N         resources of the namespace (3000)
  --teams N             other teams (20)
  --edits-seconds N     edits, one a second, each time (60)
  --help                show this
`;

const FLAGS = {
  resources: { type: 'string', default: '3000' },
  teams: { type: 'string', default: '20' },
  'edits-seconds': { type: 'string', default: '60' },
} as const;

await runBenchmark(HELP, FLAGS, async ({ flags, say, untilInterrupted }) => {
  const extent = { resources: wholeNumber(flags, 'resources'), seconds: wholeNumber(flags, 'edits-seconds') };
  const teams = wholeNumber(flags, 'teams');
  say('an API server and a fake DingTalk');
  await using stage = await TeamsStage.start(teams);
  const figures = await untilInterrupted(measure(stage, extent, say));
  say('stopping everything');
  return { text: `load ${loadavg()[0]?.toFixed(1)}\n\n${rows(figures)}\n`, beyond: excesses(figures) };
});
