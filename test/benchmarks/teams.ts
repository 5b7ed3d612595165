import { loadavg } from 'node:os';
import { parseDuration } from '../../operator/config/config.ts';
import { FlagError, oneOf, wholeNumber } from '../support/program.ts';
import { OUTPUT, OUTPUTS, runBenchmark } from './benchmark.ts';
import { type Extent, measure } from './teams/measure.ts';
import { excesses, markdown, rowsOf } from './teams/report.ts';
import { TeamsStage } from './teams/stage.ts';

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

const FLAGS = {
  teams: { type: 'string', default: '200' },
  settle: { type: 'string', default: '150' },
  'edits-seconds': { type: 'string', default: '60' },
  'write-interval': { type: 'string', default: '2s' },
  output: OUTPUT,
} as const;

/** @throws FlagError for anything but a duration */
function duration(name: string, text: string): string {
  if (parseDuration(text) === undefined) throw new FlagError(name, 'a duration such as 2s', text);
  return text;
}

await runBenchmark(HELP, FLAGS, async ({ flags, say, untilInterrupted }) => {
  const teams = wholeNumber(flags, 'teams');
  const extent: Extent = {
    settleSeconds: wholeNumber(flags, 'settle'),
    editsSeconds: wholeNumber(flags, 'edits-seconds'),
    writeInterval: duration('write-interval', flags['write-interval']),
  };
  const output = oneOf('output', OUTPUTS, flags.output);
  say('an API server and a fake DingTalk');
  await using stage = await TeamsStage.start(teams);
  say(`the resources of ${teams} teams`);
  await untilInterrupted(stage.createTeams());
  const before = loadavg()[0] as number;
  const figures = await untilInterrupted(measure(stage, extent, say));
  const load = { before, after: loadavg()[0] as number };
  say('stopping everything');
  const text =
    output === 'json'
      ? `${JSON.stringify({ teams, ...extent, load, figures, rows: rowsOf(figures) }, null, 2)}\n`
      : markdown(rowsOf(figures), teams, extent, load);
  return { text, beyond: excesses(figures, teams) };
});
