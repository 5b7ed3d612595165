/**
 * `node operator/engine/testing/measure.ts`: what the engine takes in time and memory on this machine, as JSON. Times are in
 * milliseconds, memory (the whole process') in MB. Takes about half a minute.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { locateEngine } from '../../../engine/locate.ts';
import { createEngine } from '../client.ts';
import type { EndCause } from '../metrics.ts';
import { EngineCounters } from '../metrics.ts';
import type { Engine, Outcome } from '../types.ts';
import { GOOD_CONFIG, HOSTILE, manySets, rendering } from './requests.ts';

const DEADLINE_MS = 2_000;

const rss = (): number => Math.round(process.memoryUsage.rss() / 1e6);
const peak = (): number => Math.round((process.resourceUsage().maxRSS * 1_024) / 1e6);
const rounded = (ms: number): number => Math.round(ms * 10) / 10;

async function timed(run: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await run();
  return rounded(performance.now() - begin);
}

function outcomeName(outcome: Outcome): string {
  return outcome.ok ? 'ok' : (outcome.killed ?? 'refused');
}

/** Keeps a look at this thread's event loop while something runs. */
async function eventLoopDuring(run: () => Promise<unknown>) {
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  await run();
  delays.disable();
  return {
    p50: rounded(delays.percentile(50) / 1e6),
    p99: rounded(delays.percentile(99) / 1e6),
    max: rounded(delays.max / 1e6),
  };
}

/** The engine's whole life, from the first call until its threads are gone. */
async function cycle(engine: Engine, counters: EngineCounters) {
  const small = () => engine.check(GOOD_CONFIG, { deadlineMs: 60_000 });
  const start = await timed(() => engine.version());
  const firstCheck = await timed(small);
  const warm: number[] = [];
  for (let index = 0; index < 50; index += 1) warm.push(await timed(small));
  const loadedMb = rss();
  const kills: Record<string, unknown> = {};
  for (const [name, template] of Object.entries(HOSTILE)) {
    let outcome = '';
    const eventLoop = await eventLoopDuring(async () => {
      outcome = outcomeName(await engine.render(rendering(template), { deadlineMs: DEADLINE_MS }));
    });
    const nextCheck = await timed(small);
    kills[name] = { outcome, eventLoop, restart: rounded(counters.lastStartSeconds * 1_000), nextCheck };
  }
  const peakAfterKillsMb = peak();
  const large = manySets(1_000);
  const wholeCheck = { keys: Object.keys(large.configMap).length, ms: [] as number[], eventLoop: {} };
  wholeCheck.eventLoop = await eventLoopDuring(async () => {
    for (let index = 0; index < 3; index += 1)
      wholeCheck.ms.push(await timed(() => engine.check(large, { deadlineMs: 60_000 })));
  });
  return {
    ...{ start, firstCheck, warmCheckMedian: warm.sort((a, b) => a - b)[25] },
    ...{ loadedMb, kills, peakAfterKillsMb, wholeCheck, loadedAfterWholeMb: rss() },
  };
}

const quietMb = rss();
const cycles: unknown[] = [];
for (let index = 0; index < 3; index += 1) {
  const ended = Promise.withResolvers<EndCause>();
  const counters = new EngineCounters();
  const metrics = {
    called: counters.called.bind(counters),
    started: counters.started.bind(counters),
    cacheRead: counters.cacheRead.bind(counters),
    ended: (cause: EndCause) => cause === 'idle' && ended.resolve(cause),
  };
  const engine = createEngine({ wasmPath: locateEngine(), idleMs: 100, metrics });
  const measured = await cycle(engine, counters);
  await ended.promise;
  await engine.close();
  cycles.push({ ...measured, afterReleaseMb: rss() });
}
process.stdout.write(`${JSON.stringify({ quietMb, cycles, peakMb: peak() }, null, 2)}\n`);
