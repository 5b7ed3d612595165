import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { locateEngine } from '../../engine/locate.ts';
import { createEngine } from './client.ts';
import type { EndCause, EngineMetrics } from './metrics.ts';
import { GOOD_CONFIG, HOSTILE, manySets, rendering } from './testing/requests.ts';

// In a file, and so in a process, of its own: nothing else takes memory or time here.

const PATIENT = { deadlineMs: 60_000 };

/** Says when threads have been told to end. */
function endOf(): { readonly metrics: EngineMetrics; readonly cause: Promise<EndCause> } {
  const { promise: cause, resolve: ended } = Promise.withResolvers<EndCause>();
  return { metrics: { called: () => {}, started: () => {}, cacheRead: () => {}, ended }, cause };
}

// The allocator keeps some of what the compiler's threads had; it uses that again the next time.
it('gives memory back when there is nothing to do, every time', { timeout: 120_000 }, async () => {
  const rss: number[] = [process.memoryUsage.rss()];
  let loaded = 0;
  for (let round = 0; round < 3; round += 1) {
    const { metrics, cause } = endOf();
    const engine = createEngine({ wasmPath: locateEngine(), metrics, idleMs: 50 });
    expect(await engine.check(manySets(200), PATIENT)).toHaveProperty('ok', true);
    loaded = process.memoryUsage.rss();
    expect(await cause).toBe('idle');
    // Waits until the threads are gone.
    await engine.close();
    rss.push(process.memoryUsage.rss());
  }
  const [before = 0, first = 0, , last = 0] = rss.map((bytes) => bytes / 1e6);
  expect(loaded / 1e6 - before).toBeGreaterThan(150);
  expect(first - before).toBeLessThan(130);
  expect(last - first).toBeLessThan(50);
});

// Where all processors are busy with something else this thread has to wait too: hence the second and third try.
it('leaves the event loop alone, whatever runs for ever', { timeout: 120_000, retry: 2 }, async () => {
  const engine = createEngine({ wasmPath: locateEngine(), ...PATIENT });
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
