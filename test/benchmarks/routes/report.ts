import type { Extent, Latencies, RouteFigures } from './measure.ts';

/** One row of the result: figures of a route, all times in milliseconds. */
export interface Row {
  readonly route: string;
  readonly configMapKilobytes: number;
  /** Mean of one look at one Application, from the first line of all to the last one. */
  readonly pass: number;
  readonly logLinesPerPass: number;
  readonly logKilobytesPerPass: number;
  /** The controller's, for one look at all Applications. */
  readonly cpuSeconds: number;
  readonly event: Quantiles;
  readonly ghostPass: number;
  readonly eventBesideGhost: Quantiles;
  /** Null without a relay. */
  readonly relayMegabytes: number | null;
}

/** Null where the message of that rank has not come. */
export interface Quantiles {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly lost: number;
}

export function rowOf({ passes, ...figures }: RouteFigures): Row {
  const took = Math.max(...passes.map(({ to }) => to)) - Math.min(...passes.map(({ from }) => from));
  return {
    route: figures.route,
    configMapKilobytes: rounded(figures.configMapBytes / 1_000, 0),
    pass: rounded(took / passes.length),
    logLinesPerPass: rounded(mean(passes.map(({ lines }) => lines)), 1),
    logKilobytesPerPass: rounded(mean(passes.map(({ bytes }) => bytes)) / 1_000, 1),
    cpuSeconds: rounded(figures.cpuSeconds, 1),
    event: quantiles(figures.events),
    ghostPass: rounded(figures.ghost.to - figures.ghost.from, 0),
    eventBesideGhost: quantiles(figures.eventsWithGhost),
    relayMegabytes: figures.relayBytes === undefined ? null : rounded(figures.relayBytes / 1e6, 0),
  };
}

function quantiles(latencies: Latencies): Quantiles {
  const sorted = latencies.map((ms) => ms ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const at = (share: number) => {
    const ms = rank(sorted, share) as number;
    return Number.isFinite(ms) ? ms : null;
  };
  return { p50: at(0.5), p99: at(0.99), lost: latencies.filter((ms) => ms === undefined).length };
}

/** The smallest value that at least this share of all does not exceed. */
const rank = (sorted: readonly number[], share: number): number | undefined =>
  sorted[Math.ceil(sorted.length * share) - 1];
const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length;
const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** The rows as a table for docs/benchmarks.md, with the command that repeats it. */
export function markdown(rows: readonly Row[], teams: number, extent: Extent): string {
  const latency = ({ p50, p99, lost }: Quantiles) =>
    `${p50 ?? '—'} / ${p99 ?? '—'}${lost > 0 ? ` (${lost} lost)` : ''}`;
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const head = [
    'route',
    'pass of one Application, ms',
    'log of a pass: lines / KB',
    'CPU of a look at all, s',
    'event → message: p50 / p99, ms',
    'pass of one without AppProject, ms',
    'event → message beside that one, ms',
    'ConfigMap, KB',
    'relay, MB',
  ];
  return [
    `${teams} teams × 5 events, ${extent.applications} Applications, ${extent.events} events at ${extent.eventsPerSecond} a second:`,
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.map((row) =>
      line([
        row.route,
        row.pass,
        `${row.logLinesPerPass} / ${row.logKilobytesPerPass}`,
        row.cpuSeconds,
        latency(row.event),
        row.ghostPass,
        latency(row.eventBesideGhost),
        row.configMapKilobytes,
        row.relayMegabytes ?? '–',
      ]),
    ),
    '',
  ].join('\n');
}
