import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Worker } from './worker.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function setUp(task: () => Promise<void>) {
  const errors: [unknown, number][] = [];
  const time = { ms: 0 };
  const worker = new Worker({
    task,
    clock: () => time.ms,
    onError: (error, pause) => errors.push([error, pause]),
    random: () => 0.5,
  });
  return { worker, errors, time };
}

/** Lets all pending callbacks run. */
const settle = async () => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('the worker', () => {
  it('makes one run of many requests, and one more of those during the run', async () => {
    let runs = 0;
    const gate = Promise.withResolvers<void>();
    const { worker } = setUp(async () => {
      runs++;
      if (runs === 1) await gate.promise;
    });
    for (let i = 0; i < 10; i++) worker.request();
    await settle();
    expect(runs).toBe(1);
    for (let i = 0; i < 10; i++) worker.request();
    gate.resolve();
    await settle();
    expect(runs).toBe(2);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'loses no request that comes %i turns after the end of a run',
    async (turns) => {
      let runs = 0;
      const { worker } = setUp(async () => {
        runs++;
        if (runs > 1) return;
        let later = Promise.resolve();
        for (let turn = 0; turn < turns; turn++) later = later.then(() => undefined);
        void later.then(() => worker.request());
      });
      worker.request();
      await settle();
      expect(runs).toBe(2);
    },
  );

  it('tries a failed run again after growing pauses', async () => {
    let runs = 0;
    const { worker, errors } = setUp(async () => {
      if (++runs < 4) throw new Error('no');
    });
    worker.request();
    await settle();
    for (let i = 0; i < 3; i++) {
      await vi.advanceTimersByTimeAsync(errors.at(-1)?.[1] ?? 0);
      await settle();
    }
    expect(runs).toBe(4);
    expect(errors.map(([, pause]) => pause)).toEqual([75, 150, 300]);
  });

  it('rests after a run for a quarter as long as it took, and makes one run of what comes meanwhile', async () => {
    let runs = 0;
    const { worker, time } = setUp(async () => {
      runs++;
      time.ms += 300;
      worker.request();
    });
    worker.request();
    await settle();
    expect(runs).toBe(1);
    for (let i = 0; i < 10; i++) worker.request();
    await vi.advanceTimersByTimeAsync(74);
    await settle();
    expect(runs).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await settle();
    expect(runs).toBe(2);
    await worker.stop();
  });

  it('rests no longer than a quarter of a second, and ends its rest when it is stopped', async () => {
    let runs = 0;
    const { worker, time } = setUp(async () => {
      runs++;
      time.ms += 60_000;
      worker.request();
    });
    worker.request();
    await settle();
    await vi.advanceTimersByTimeAsync(250);
    await settle();
    expect(runs).toBe(2);
    await worker.stop();
    expect(runs).toBe(2);
  });

  it('stops after the present run', async () => {
    let runs = 0;
    const { worker } = setUp(async () => void runs++);
    worker.request();
    await worker.stop();
    worker.request();
    await settle();
    expect(runs).toBeLessThanOrEqual(1);
  });

  it('can end with one run more, which tells what has come meanwhile', async () => {
    let runs = 0;
    const gate = Promise.withResolvers<void>();
    const { worker, errors } = setUp(async () => {
      if (++runs === 1) await gate.promise;
      else throw new Error('no');
    });
    worker.request();
    await settle();
    const stopped = worker.stop({ lastRun: true });
    gate.resolve();
    await stopped;
    expect(runs).toBe(2);
    expect(errors.length).toBe(1);
    // Nothing is tried again after the end.
    await vi.advanceTimersByTimeAsync(60_000);
    await settle();
    expect(runs).toBe(2);
  });
});
