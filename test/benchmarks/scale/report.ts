import type { Row } from './rows.ts';

/** Facts about the run. */
export interface RunFacts {
  readonly sets: number;
  readonly writeInterval: string;
  /** The machine's load over the last minute, before and after. */
  readonly load: { readonly before: number; readonly after: number };
}

/** The rows that miss their targets, in sentences. */
export function misses(rows: readonly Row[]): string[] {
  return rows.flatMap(({ what, unit, figure, target, peer, ratioTarget }) => [
    ...(target !== undefined && figure > target
      ? [`${what}: ${text(figure, unit)}, and the target is ${text(target, unit)}`]
      : []),
    ...(peer !== undefined && ratioTarget !== undefined && figure > peer * ratioTarget
      ? [`${what}: ${ratio(figure, peer)} of prometheus-operator's, and the target is ${ratioTarget}`]
      : []),
  ]);
}

/** The rows as a table for docs/benchmarks.md. */
export function markdown(rows: readonly Row[], { sets, writeInterval, load }: RunFacts): string {
  const hasPeer = rows.some(({ peer }) => peer !== undefined);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = [
    'what',
    'figure',
    'target',
    ...(hasPeer ? ['prometheus-operator', 'ratio', 'its target'] : []),
  ];
  const load1 = `${load.before.toFixed(1)} before and ${load.after.toFixed(1)} after`;
  return [
    `${sets} sets, limits.writeInterval ${writeInterval}; the machine's load was ${load1}:`,
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.map(({ what, unit, figure, target, peer, ratioTarget }) => {
      const own = [what, text(figure, unit), target === undefined ? '–' : `≤ ${text(target, unit)}`];
      if (!hasPeer) return line(own);
      if (peer === undefined) return line([...own, '–', '–', '–']);
      return line([
        ...own,
        text(peer, unit),
        ratio(figure, peer),
        ratioTarget === undefined ? '–' : `≤ ${ratioTarget}`,
      ]);
    }),
    '',
  ].join('\n');
}

const ratio = (figure: number, peer: number): string => digits(figure / peer);
const text = (figure: number, unit: Row['unit']): string =>
  `${digits(figure)}${unit === '' ? '' : ` ${unit}`}`;

/** Three digits. */
function digits(figure: number): string {
  if (!Number.isFinite(figure)) return String(figure);
  return Math.abs(figure) >= 100 ? figure.toFixed(0) : String(Number(figure.toPrecision(3)));
}
