import { parseArgs } from 'node:util';
import { ROUTES, type Route } from './routes/landscape.ts';
import { measureRoute } from './routes/measure.ts';
import { markdown, type Row, rowOf } from './routes/report.ts';
import { BenchmarkStage } from './routes/stage.ts';

const HELP = `Usage: make bench-routes [ARGS='…']

Measures what subscriptions to AppProjects cost Argo CD's own notifications controller, by the way in which an Application
is told to be of the project: by the condition alone (when), by a label selector as well (selector), or by an annotation on the
AppProject (annotation). Needs what \`make tools\` builds; takes about four minutes for each route, since Argo CD looks at
each Application once a minute. Progress goes to standard error.

  --teams N          teams, each with a project and a subscription of five events (60)
  --applications N   Applications, spread over the teams (1000)
  --events N         failing syncs in each of the two series (120)
  --rate N           how many of them in a second (2)
  --route ROUTE      only this one; may be repeated
  --output FORMAT    markdown or json (markdown)
  --help             show this
`;

const { values } = parseArgs({
  options: {
    teams: { type: 'string', default: '60' },
    applications: { type: 'string', default: '1000' },
    events: { type: 'string', default: '120' },
    rate: { type: 'string', default: '2' },
    route: { type: 'string', multiple: true, default: [...ROUTES] },
    output: { type: 'string', default: 'markdown' },
    help: { type: 'boolean' },
  },
});

/** @throws Error for anything but a whole number from 1 on */
function count(name: 'teams' | 'applications' | 'events' | 'rate'): number {
  const text = values[name];
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`--${name}: expected a whole number from 1, got ${text}`);
  return Number(text);
}

function oneOf<T extends string>(name: string, known: readonly T[], text: string): T {
  const found = known.find((each) => each === text);
  if (found === undefined) throw new Error(`--${name}: expected one of ${known.join(', ')}, got ${text}`);
  return found;
}

async function main(): Promise<void> {
  const teams = count('teams');
  const extent = {
    applications: count('applications'),
    events: count('events'),
    eventsPerSecond: count('rate'),
  };
  const routes = values.route.map((text): Route => oneOf('route', ROUTES, text));
  const output = oneOf('output', ['markdown', 'json'], values.output);
  const started = Date.now();
  const print = (line: string) =>
    process.stderr.write(`${String(Math.round((Date.now() - started) / 1_000)).padStart(5)} s  ${line}\n`);

  print('an API server, Argo CD and a fake DingTalk …');
  await using stage = await BenchmarkStage.start(teams);
  print(`${extent.applications} applications …`);
  await stage.createApplications(extent.applications);
  const rows: Row[] = [];
  for (const route of routes) {
    rows.push(rowOf(await measureRoute(stage, route, extent, print)));
    print(`${route}: ${JSON.stringify(rows.at(-1))}`);
  }
  process.stdout.write(
    output === 'json'
      ? `${JSON.stringify({ teams, ...extent, rows }, null, 2)}\n`
      : markdown(rows, teams, extent),
  );
}

if (values.help) process.stdout.write(HELP);
else await main();
