import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { locateEngine } from '../../engine/locate.ts';
import { createEngine } from './client.ts';
import type { EndCause, EngineMetrics } from './metrics.ts';
import { readProcessTree } from './testing/process-tree.ts';
import { GOOD_CONFIG, HOSTILE, manySets, rendering } from './testing/requests.ts';

// A separate file has a separate process, where nothing else uses memory or time. `make bench-engine` has the
// figures.

const PATIENT = { deadlineMs: 60_000 };
const program = locateEngine();

/** The only child of this process. Only Linux reports it. */
const engineProcess = () => readProcessTree(process.pid)?.children[0];

/** Says when the process has been told to end. */
function endOf(): { readonly metrics: EngineMetrics; readonly cause: Promise<EndCause> } {
  const { promise: cause, resolve: ended } = Promise.withResolvers<EndCause>();
  return { metrics: { called: () => {}, started: () => {}, cacheRead: () => {}, ended }, cause };
}

it('gives memory back when there is nothing to do, every time', { timeout: 120_000 }, async () => {
  const large = manySets(1_000);
  const rss: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const { metrics, cause } = endOf();
    const engine = createEngine({ program, metrics, idleMs: 50 });
    expect(await engine.check(large, PATIENT)).toHaveProperty('ok', true);
    if (process.platform === 'linux') expect(engineProcess()?.peakBytes).toBeLessThan(150e6);
    expect(await cause).toBe('idle');
    // Waits until the process is gone.
    await engine.close();
    if (process.platform === 'linux') expect(engineProcess()).toBeUndefined();
    rss.push(process.memoryUsage.rss() / 1e6);
  }
  // The first round includes the memory of the tests' own code.
  const [first = 0, , , last = 0] = rss;
  expect(last - first).toBeLessThan(20);
});

// If all processors are busy with other work, this thread has to wait, too. So there is a second and a third try.
it('leaves the event loop alone, whatever runs for ever', { timeout: 120_000, retry: 2 }, async () => {
  const engine = createEngine({ program, ...PATIENT });
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  const [culprit, next] = await Promise.all([
    engine.render(rendering(HOSTILE.endless), { deadlineMs: 2_000 }),
    engine.check(GOOD_CONFIG),
  ]);
  delays.disable();
  await engine.close();
  expect(culprit).toHaveProperty('killed', 'deadline');
  expect(next).toHaveProperty('ok', true);
  expect(delays.percentile(99) / 1e6).toBeLessThan(50);
  expect(delays.max / 1e6).toBeLessThan(200);
});
