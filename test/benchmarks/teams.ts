import { once } from 'node:events';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { parseDuration } from '../../operator/config/config.ts';
import { type Extent, measure } from './teams/measure.ts';
import { createProgress } from './teams/progress.ts';
import { excesses, markdown, rowsOf } from './teams/report.ts';
import { TeamsStage } from './teams/stage.ts';
import { wholeNumber } from './whole-number.ts';

const HELP = `Usage: make bench-teams [ARGS='…']

Measures what the operator itself takes with many teams: memory, CPU time, and how soon an edit is live. It works on an API
server and etcd of its own, without Argo CD's controller. Takes about two minutes. Progress goes to standard error; Ctrl-C cleans up.

A team is a namespace, a Secret with credentials, a signed robot, a template with a line of text, and a subscription to four
events of the catalogue, which all send that text. Two hundred such teams fill the ConfigMap; if there are more, the operator
refuses some, and the benchmark fails with the reasons.

It lets the operator find all teams at its first start, waits until it is quiet and then until it has let its engine go,
changes the text of another team each second, then ten subscriptions, and restarts the operator. It fails if that has more written
than it should: a status for each resource whose own verdict or keys changed. Memory is what Linux counts as resident (RSS), of
the operator's process and of all its children; pages that two of them share count twice.

  --teams N             teams (200)
  --settle N            seconds to wait, at most, for the engine to be let go. That is ten seconds after its
                        last question; the operator may look at the whole ConfigMap once more a minute later (150)
  --edits-seconds N     edits, one a second (60)
  --write-interval D    limits.writeInterval of the operator's configuration: edits that come meanwhile are written together,
                        so half of it is part of the latency; 0s shows the work alone (2s)
  --output FORMAT       markdown or json (markdown)
  --help                show this
`;

const { values } = parseArgs({
  options: {
    teams: { type: 'string', default: '200' },
    settle: { type: 'string', default: '150' },
    'edits-seconds': { type: 'string', default: '60' },
    'write-interval': { type: 'string', default: '2s' },
    output: { type: 'string', default: 'markdown' },
    help: { type: 'boolean' },
  },
});

/** @throws Error for anything but a duration */
function duration(name: 'write-interval'): string {
  const text = values[name];
  if (parseDuration(text) === undefined)
    throw new Error(`--${name}: expected a duration such as 2s, got ${text}`);
  return text;
}

/** @returns the exit code */
async function main(): Promise<number> {
  const teams = wholeNumber(values, 'teams');
  const extent: Extent = {
    settleSeconds: wholeNumber(values, 'settle'),
    editsSeconds: wholeNumber(values, 'edits-seconds'),
    writeInterval: duration('write-interval'),
  };
  const { output } = values;
  if (!['markdown', 'json'].includes(output))
    throw new Error(`--output: expected one of markdown, json, got ${output}`);
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  const interrupted = once(interrupt.signal, 'abort').then(() => undefined);

  using progress = createProgress();
  progress.say('an API server and a fake DingTalk');
  await using stage = await TeamsStage.start(teams);
  const run = async () => {
    progress.say(`the resources of ${teams} teams`);
    await stage.createTeams();
    const before = loadavg()[0] as number;
    const figures = await measure(stage, extent, progress.say);
    return { figures, load: { before, after: loadavg()[0] as number } };
  };
  const result = await Promise.race([run(), interrupted]);
  progress.say('stopping everything');
  if (!result) return 130;
  const { figures, load } = result;
  process.stdout.write(
    output === 'json'
      ? `${JSON.stringify({ teams, ...extent, load, figures, rows: rowsOf(figures) }, null, 2)}\n`
      : markdown(rowsOf(figures), teams, extent, load),
  );
  const beyond = excesses(figures, teams);
  for (const each of beyond) process.stderr.write(`${each}\n`);
  return beyond.length === 0 ? 0 : 1;
}

if (values.help) process.stdout.write(HELP);
else {
  process.exitCode = await main();
  // Not to wait for what was still under way when it was interrupted.
  if (process.exitCode !== 0) process.exit();
}
