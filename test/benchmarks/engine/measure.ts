import { monitorEventLoopDelay } from 'node:perf_hooks';
import { locateEngine } from '../../../engine/locate.ts';
import { createEngine } from '../../../operator/engine/client.ts';
import { readProcessTree } from '../../../operator/engine/testing/process-tree.ts';
import { GOOD_CONFIG, HOSTILE, manySets, rendering } from '../../../operator/engine/testing/requests.ts';
import type { Engine, Outcome } from '../../../operator/engine/types.ts';
import { median } from '../median.ts';

const DEADLINE_MS = 2_000;
const PATIENT = { deadlineMs: 60_000 };
const CYCLES = 4;

/** What one hostile template does to everybody else. */
export interface Kill {
  readonly template: string;
  readonly outcome: string;
  readonly afterMs: number;
  readonly nextMs: number;
  readonly eventLoopP99Ms: number;
}

/** One life of the engine, from the first call until its process is gone. */
export interface Cycle {
  readonly startMs: number;
  readonly firstCheckMs: number;
  readonly warmMs: number;
  readonly quietMb: number;
  readonly largeMs: number;
  readonly peakMb: number;
  readonly kills: readonly Kill[];
  /** Of this process, once the engine is gone. */
  readonly ownMb: number;
}

export interface EngineFigures {
  /** This process' own memory when it had asked an engine once and let it go. */
  readonly quietMb: number;
  /** What follows. */
  readonly cycles: readonly Cycle[];
}

/** @param log gets a line per step */
export async function measureEngine(log: (line: string) => void): Promise<EngineFigures> {
  const program = locateEngine();
  const cycles: Cycle[] = [];
  for (let round = 0; round < CYCLES; round += 1) {
    log(`cycle ${round + 1} of ${CYCLES}`);
    const engine = createEngine({ program });
    const life = await cycle(engine).finally(() => engine.close());
    // With --expose-gc: what nobody holds any more is not what the engine left behind.
    globalThis.gc?.();
    cycles.push({ ...life, ownMb: megabytes(process.memoryUsage.rss()) });
  }
  const [first, ...others] = cycles;
  return { quietMb: first?.ownMb ?? 0, cycles: others };
}

async function cycle(engine: Engine): Promise<Omit<Cycle, 'ownMb'>> {
  const small = () => engine.check(GOOD_CONFIG, PATIENT);
  const startMs = await timed(() => engine.version());
  const firstCheckMs = await timed(small);
  const warmMs = await medianOf(200, small);
  const quietMb = megabytes(engineProcess()?.residentBytes);
  const large = manySets(1_000);
  const largeMs = await medianOf(5, () => engine.check(large, PATIENT));
  const peakMb = megabytes(engineProcess()?.peakBytes);
  const kills: Kill[] = [];
  for (const [template, text] of Object.entries(HOSTILE)) {
    let outcome: Outcome | undefined;
    const delays = monitorEventLoopDelay({ resolution: 5 });
    delays.enable();
    const afterMs = await timed(async () => {
      outcome = await engine.render(rendering(text), { deadlineMs: DEADLINE_MS });
    });
    delays.disable();
    kills.push({
      template,
      outcome: outcome?.ok ? 'ok' : (outcome?.killed ?? 'refused'),
      afterMs,
      nextMs: await timed(small),
      eventLoopP99Ms: rounded(delays.percentile(99) / 1e6),
    });
  }
  return { startMs, firstCheckMs, warmMs, quietMb, largeMs, peakMb, kills };
}

async function medianOf(times: number, run: () => Promise<unknown>): Promise<number> {
  const all: number[] = [];
  for (let index = 0; index < times; index += 1) all.push(await timed(run));
  return median(all);
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await run();
  return rounded(performance.now() - begin);
}

const rounded = (ms: number): number => Math.round(ms * 100) / 100;

const megabytes = (bytes = 0): number => Math.round(bytes / 1e6);

/** The only child of this process. */
const engineProcess = () => readProcessTree(process.pid)?.children[0];
