import { spawnSync } from 'node:child_process';
import { readProcessTree } from '../../operator/engine/testing/process-tree.ts';
import { wholeNumber } from '../support/program.ts';
import { programCommand } from '../support/programs.ts';
import { startStage } from '../support/stage.ts';
import { runBenchmark } from './benchmark.ts';
import { median } from './median.ts';

const HELP = `Usage: make bench-start [ARGS='--runs N']

Measures how long our programs take to start, and the resident memory of an operator that has nothing to do, from source
and from the bundle. Linux only. The median of N runs counts (9). Exits with 1 if the bundle takes longer than it may.
`;

/** Command lines that end by themselves, and how long the bundle may take for some of them, in milliseconds. */
const COMMANDS = new Map([
  ['--help', 200],
  ['catalogue', Number.POSITIVE_INFINITY],
  // Argo CD's engine included.
  ['lint -f samples/quickstart/robot.yaml', 500],
  // Loads all that the operator needs, and does nothing.
  ['operator --help', Number.POSITIVE_INFINITY],
]);
const KINDS = { source: '0', bundle: '1' } as const;

/** Milliseconds from the start of the process to its end. */
function timeOf(line: string, bundle: string): number {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, programCommand('argocd-dingtalk', line.split(' '), bundle));
  if (status !== 0) throw new Error(`argocd-dingtalk ${line} ended with ${status}`);
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
      for (const [line, bound] of COMMANDS) {
        say(`${kind}: argocd-dingtalk ${line}`);
        const time = median(Array.from({ length: runs }, () => timeOf(line, bundle)));
        const what = `${kind}: argocd-dingtalk ${line}: ${time.toFixed(0)} ms`;
        lines.push(Number.isFinite(bound) ? `${what} (bundle: < ${bound} ms)` : what);
        if (kind === 'bundle' && time >= bound) beyond.push(`${what}: beyond ${bound} ms`);
      }
      say(`${kind}: the operator`);
      const operator = await untilInterrupted(measureOperator(bundle, runs));
      lines.push(`${kind}: operator, until its caches have synced: ${operator}`);
    }
    return { text: `${lines.join('\n')}\n`, beyond };
  },
);
