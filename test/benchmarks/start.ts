import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readProcessTree } from '../../operator/engine/testing/process-tree.ts';
import { wholeNumber } from '../support/program.ts';
import { programCommand } from '../support/programs.ts';
import { startStage } from '../support/stage.ts';
import { runBenchmark } from './benchmark.ts';
import { median } from './median.ts';
import { manifestsOf, ONE_EVENT, teamName } from './teams/landscape.ts';

const HELP = `Usage: make bench-start [ARGS='--runs N']

Measures how long our programs take to start, lint included with one file and with 1002 custom resources, and the resident memory of an operator that has nothing to do, from source
and from the bundle. Linux only. The median of N runs counts (9). Exits with 1 if the bundle takes longer than it may.
`;

/** Teams with a robot, a template and a subscription each: 1002 custom resources, and the Secrets. */
const TEAMS = 334;

/** The folder with the manifests of all teams, a file for each, until the benchmark ends. */
const manifests = mkdtempSync(join(tmpdir(), 'bench-start-'));
process.once('exit', () => rmSync(manifests, { recursive: true }));
for (let index = 0; index < TEAMS; index++) {
  const team = teamName(index);
  const all = Object.values(
    manifestsOf(team, { token: team.padEnd(64, '0'), secret: 'SECbench' }, ONE_EVENT),
  );
  writeFileSync(join(manifests, `${team}.yaml`), all.map((each) => stringify(each)).join('---\n'));
}

/** Command lines that end by themselves, by their names, and how long the bundle may take for them, in milliseconds. */
const COMMANDS = [
  { name: '--help', args: ['--help'], bound: 200 },
  { name: 'catalogue', args: ['catalogue'] },
  // Argo CD's engine included.
  { name: 'lint of one file', args: ['lint', '-f', 'samples/quickstart/robot.yaml'], bound: 400 },
  { name: `lint of ${3 * TEAMS} custom resources`, args: ['lint', '-f', manifests], bound: 3_000 },
  // Loads all that the operator needs, and does nothing.
  { name: 'operator --help', args: ['operator', '--help'] },
];
const KINDS = { source: '0', bundle: '1' } as const;

/** Milliseconds from the start of the process to its end. */
function timeOf(args: readonly string[], bundle: string): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, programCommand('argocd-dingtalk', args, bundle));
  if (status !== 0) throw new Error(`argocd-dingtalk ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - started;
}

async function measureOperator(bundle: string, runs: number): Promise<string> {
  process.env.BUNDLE = bundle;
  await using stage = await startStage({ argocd: false, operator: false });
  const times: number[] = [];
  const sizes: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await stage.restartOperator();
    times.push(performance.now() - started);
    sizes.push((readProcessTree(stage.operator().pid)?.root.residentBytes ?? 0) / 1e6);
  }
  return `${median(times).toFixed(0)} ms, ${median(sizes).toFixed(0)} MB`;
}

await runBenchmark(
  HELP,
  { runs: { type: 'string', default: '9' } },
  async ({ flags, say, untilInterrupted }) => {
    const runs = wholeNumber(flags, 'runs');
    const beyond: string[] = [];
    const lines: string[] = [];
    for (const [kind, bundle] of Object.entries(KINDS)) {
      for (const { name, args, bound } of COMMANDS) {
        say(`${kind}: argocd-dingtalk ${name}`);
        const time = median(Array.from({ length: runs }, () => timeOf(args, bundle)));
        const what = `${kind}: argocd-dingtalk ${name}: ${time.toFixed(0)} ms`;
        lines.push(bound === undefined ? what : `${what} (bundle: < ${bound} ms)`);
        if (kind === 'bundle' && bound !== undefined && time >= bound)
          beyond.push(`${what}: beyond ${bound} ms`);
      }
      say(`${kind}: the operator`);
      const operator = await untilInterrupted(measureOperator(bundle, runs));
      lines.push(`${kind}: operator, until its caches have synced: ${operator}`);
    }
    return { text: `${lines.join('\n')}\n`, beyond };
  },
);
