import { type Extent, type Figures, type Start, SUBSCRIPTION_EDITS } from './measure.ts';
import type { Writes } from './requests.ts';
import type { Memory } from './sampler.ts';

/** What is measured, in words, and the figure. */
export interface Row {
  readonly what: string;
  readonly figure: string;
}

/** The figures in the order of a table. Memory is in MB of 1 000 000 bytes. */
export function rowsOf(figures: Figures): Row[] {
  const { start, startWrites, startCpuSeconds, converged, settled, engineIsGone, edits, edited, restart } =
    figures;
  const sums = sorted(edits.sums);
  const latencies = sorted(edits.latencies);
  return [
    row('first start: caches synced / all Ready and quiet, s', startTimes(start)),
    row('first start: CPU, s', startCpuSeconds.toFixed(1)),
    row(`first start: ${WRITES}`, writes(startWrites)),
    row(`quiet, the engine loaded: ${MEMORY}`, memory(converged)),
    row(`quiet, the engine ${engineIsGone ? 'let go' : 'NOT let go'}: ${MEMORY}`, memory(settled)),
    row(`until then: ${PEAKS}`, peaks(settled)),
    row(
      'an edit a second: resident memory of all, max / p99 / mean, MB',
      [sums.at(-1) ?? 0, rank(sums, 0.99), mean(sums)].map(megabytes).join(' / '),
    ),
    row(
      'edit → live in the ConfigMap: p50 / p99 / the first one, s',
      [rank(latencies, 0.5), rank(latencies, 0.99), edits.latencies[0] ?? 0].map(seconds).join(' / '),
    ),
    row(`CPU for ${edits.latencies.length} edits, s`, edits.cpuSeconds.toFixed(1)),
    row(`${edits.latencies.length} edits: ${WRITES}`, writes(edits.writes)),
    row(`${SUBSCRIPTION_EDITS} edits of subscriptions: ${WRITES}`, writes(figures.subscriptionEdits)),
    row(`until the end of the edits: ${PEAKS}`, peaks(edited)),
    row('restart, nothing to do: caches synced / quiet, s', startTimes(restart)),
    row('restart: CPU, s', restart.cpuSeconds.toFixed(1)),
    row(`restart, quiet: ${MEMORY}`, memory(restart.memory)),
  ];
}

/** What the operator has written beyond what it may, in sentences. */
export function excesses({ startWrites, edits, subscriptionEdits }: Figures, teams: number): string[] {
  const edited = Math.min(teams, SUBSCRIPTION_EDITS);
  const bounds = [
    ['status patches at the first start, one for each resource', startWrites.statusPatches, 3 * teams],
    [
      'status patches for edits of templates, one for the template and one for the subscription whose keys change',
      edits.writes.statusPatches,
      2 * edits.latencies.length,
    ],
    ['status patches for edits of subscriptions', subscriptionEdits.statusPatches, edited],
    ['requests for edits of subscriptions, four each', subscriptionEdits.all - edited, 4 * edited],
  ] as const;
  return bounds
    .filter(([, figure, bound]) => figure > bound)
    .map(([what, figure, bound]) => `${what}: ${figure}, and ${bound} is the bound`);
}

const MEMORY = 'operator / children / together, MB';
const PEAKS = 'peak of the operator / of one child, MB';
const WRITES = 'status patches / writes of ConfigMap / of Secret';

const row = (what: string, figure: string): Row => ({ what, figure });
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
const seconds = (ms: number): string => (ms / 1_000).toFixed(2);
const startTimes = ({ toSynced, toQuiet }: Start): string => `${seconds(toSynced)} / ${seconds(toQuiet)}`;
const memory = ({ operator, children, sum }: Memory): string =>
  [operator, children, sum].map(megabytes).join(' / ');
const peaks = ({ operatorPeak, childPeak }: Memory): string =>
  [operatorPeak, childPeak].map(megabytes).join(' / ');
const writes = ({ statusPatches, configMapWrites, secretWrites }: Writes): string =>
  [statusPatches, configMapWrites, secretWrites].join(' / ');

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
/** The smallest value that at least this share of all does not exceed. */
const rank = (ascending: readonly number[], share: number): number =>
  ascending[Math.ceil(ascending.length * share) - 1] ?? 0;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / Math.max(1, values.length);

/** The machine's load over the last minute, before and after. */
export interface Load {
  readonly before: number;
  readonly after: number;
}

/** The rows as a table for docs/benchmarks.md. */
export function markdown(rows: readonly Row[], teams: number, extent: Extent, load: Load): string {
  return [
    `${teams} teams, at most a write each ${extent.writeInterval}; the machine's load was ${load.before.toFixed(1)} before and ${load.after.toFixed(1)} after:`,
    '',
    '| what | figure |',
    '| --- | --- |',
    ...rows.map(({ what, figure }) => `| ${what} | ${figure} |`),
    '',
  ].join('\n');
}
