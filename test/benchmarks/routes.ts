import { oneOf, wholeNumber } from '../support/program.ts';
import { OUTPUT, OUTPUTS, runBenchmark } from './benchmark.ts';
import { ROUTES } from './routes/landscape.ts';
import { measureRoute } from './routes/measure.ts';
import { markdown, type Row, rowOf } from './routes/report.ts';
import { BenchmarkStage } from './routes/stage.ts';

const HELP = `Usage: make bench-routes [ARGS='…']

Measures what subscriptions to AppProjects cost Argo CD's own notifications controller, by the way in which an Application
is told to be of the project: by the condition alone (when), by a label selector as well (selector), or by an annotation on the
AppProject (annotation); or by the relay (relay), to which Argo CD posts the events of all Applications. Needs what \`make tools\` builds; takes about four minutes for each route, since Argo CD looks at
each Application once a minute. Progress goes to standard error.

  --teams N          teams, each with a project and a subscription of five events (60)
  --applications N   Applications, spread over the teams (1000)
  --events N         failing syncs in each of the two series (120)
  --rate N           how many of them in a second (2)
  --route ROUTE      only this one; may be repeated
  --output FORMAT    markdown or json (markdown)
  --help             show this
`;

const FLAGS = {
  teams: { type: 'string', default: '60' },
  applications: { type: 'string', default: '1000' },
  events: { type: 'string', default: '120' },
  rate: { type: 'string', default: '2' },
  route: { type: 'string', multiple: true, default: [...ROUTES] as string[] },
  output: OUTPUT,
} as const;

await runBenchmark(HELP, FLAGS, async ({ flags, say, untilInterrupted }) => {
  const teams = wholeNumber(flags, 'teams');
  const extent = {
    applications: wholeNumber(flags, 'applications'),
    events: wholeNumber(flags, 'events'),
    eventsPerSecond: wholeNumber(flags, 'rate'),
  };
  const routes = flags.route.map((text) => oneOf('route', ROUTES, text));
  const output = oneOf('output', OUTPUTS, flags.output);
  say('an API server, Argo CD and a fake DingTalk');
  await using stage = await BenchmarkStage.start(teams);
  say(`${extent.applications} applications`);
  await untilInterrupted(stage.createApplications(extent.applications));
  const rows: Row[] = [];
  for (const route of routes) {
    rows.push(rowOf(await untilInterrupted(measureRoute(stage, route, extent, say))));
    say(`${route}: ${JSON.stringify(rows.at(-1))}`);
  }
  const text =
    output === 'json'
      ? `${JSON.stringify({ teams, ...extent, rows }, null, 2)}\n`
      : markdown(rows, teams, extent);
  return { text, beyond: [] };
});
