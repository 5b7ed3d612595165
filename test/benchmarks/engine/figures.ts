import type { EngineFigures, Kill } from './measure.ts';

/** One line of the report: a figure, and what it has to stay below. */
export interface Figure {
  readonly what: string;
  readonly unit: 'ms' | 'MB';
  readonly bound: number;
  readonly of: (figures: EngineFigures) => number;
}

const worst = (figures: EngineFigures, of: (kill: Kill) => number): number =>
  Math.max(...figures.cycles.flatMap(({ kills }) => kills.map(of)));

const highest = (figures: EngineFigures, of: (cycle: EngineFigures['cycles'][number]) => number): number =>
  Math.max(...figures.cycles.map(of));

export const FIGURES: readonly Figure[] = [
  { what: 'start to first answer', unit: 'ms', bound: 100, of: (all) => highest(all, (c) => c.startMs) },
  { what: 'first small check', unit: 'ms', bound: 50, of: (all) => highest(all, (c) => c.firstCheckMs) },
  { what: 'small check, warm, p50', unit: 'ms', bound: 1, of: (all) => highest(all, (c) => c.warmMs) },
  { what: '3000 keys at once, p50', unit: 'ms', bound: 600, of: (all) => highest(all, (c) => c.largeMs) },
  {
    what: 'the process when it has started',
    unit: 'MB',
    bound: 40,
    of: (all) => highest(all, (c) => c.quietMb),
  },
  { what: 'its peak with 3000 keys', unit: 'MB', bound: 150, of: (all) => highest(all, (c) => c.peakMb) },
  {
    what: 'next good answer after a kill',
    unit: 'ms',
    bound: 200,
    of: (all) => worst(all, ({ nextMs }) => nextMs),
  },
  {
    what: 'event loop while a template runs for ever, p99',
    unit: 'ms',
    bound: 20,
    of: (all) => worst(all, ({ eventLoopP99Ms }) => eventLoopP99Ms),
  },
  {
    what: "this process' own memory after a cycle, away from what it was before the first",
    unit: 'MB',
    bound: 10,
    of: (all) => highest(all, ({ ownMb }) => Math.abs(ownMb - all.quietMb)),
  },
];
