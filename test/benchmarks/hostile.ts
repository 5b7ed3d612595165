import { once } from 'node:events';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { excesses, measure, rows } from './hostile/measure.ts';
import { createProgress } from './teams/progress.ts';
import { TeamsStage } from './teams/stage.ts';
import { wholeNumber } from './whole-number.ts';

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

const { values } = parseArgs({
  options: {
    resources: { type: 'string', default: '3000' },
    teams: { type: 'string', default: '20' },
    'edits-seconds': { type: 'string', default: '60' },
    help: { type: 'boolean' },
  },
});

/** @returns the exit code */
async function main(): Promise<number> {
  const [resources, teams, seconds] = [
    wholeNumber(values, 'resources'),
    wholeNumber(values, 'teams'),
    wholeNumber(values, 'edits-seconds'),
  ];
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  const interrupted = once(interrupt.signal, 'abort').then(() => undefined);
  using progress = createProgress();
  progress.say('an API server and a fake DingTalk');
  await using stage = await TeamsStage.start(teams);
  const figures = await Promise.race([measure(stage, { resources, seconds }, progress.say), interrupted]);
  progress.say('stopping everything');
  if (!figures) return 130;
  process.stdout.write(`load ${loadavg()[0]?.toFixed(1)}\n\n${rows(figures)}\n`);
  const beyond = excesses(figures);
  for (const each of beyond) process.stderr.write(`${each}\n`);
  return beyond.length === 0 ? 0 : 1;
}

if (values.help) process.stdout.write(HELP);
else {
  process.exitCode = await main();
  // Not to wait for what was still under way when it was interrupted.
  if (process.exitCode !== 0) process.exit();
}
