import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Worker } from './worker.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function setUp(task: () => Promise<void>, turnInMs?: () => number) {
  const errors: [unknown, number][] = [];
  const time = { ms: 0 };
  const runs: [number, string][] = [];
  const worker = new Worker({
    onRun: (seconds, result) => runs.push([seconds, result]),
    task,
    clock: () => time.ms,
    onError: (error, pause) => errors.push([error, pause]),
    random: () => 0.5,
    ...(turnInMs && { turnInMs }),
  });
  return { worker, errors, time, runs };
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

  it('says when its run began, whether another one waits, and how long each took', async () => {
    const gate = Promise.withResolvers<void>();
    const { worker, time, runs } = setUp(() => gate.promise);
    time.ms = 5_000;
    expect([worker.runStartedAt, worker.isWaiting]).toEqual([undefined, false]);
    worker.request();
    await settle();
    expect([worker.runStartedAt, worker.isWaiting]).toEqual([5_000, false]);
    worker.request();
    expect(worker.isWaiting).toBe(true);
    time.ms = 7_000;
    gate.reject(new Error('no'));
    await settle();
    expect(runs[0]).toEqual([2, 'failed']);
    await vi.runAllTimersAsync();
    await settle();
    await worker.stop();
    expect([worker.runStartedAt, worker.isWaiting]).toEqual([undefined, false]);
  });

  it('says whether another run follows: not after its end, and not after a failure', async () => {
    const runs: PromiseWithResolvers<void>[] = [];
    const { worker } = setUp(() => {
      runs.push(Promise.withResolvers<void>());
      return (runs.at(-1) as PromiseWithResolvers<void>).promise;
    });
    worker.request();
    await settle();
    expect(worker.isRunNext).toBe(false);
    worker.request();
    expect(worker.isRunNext).toBe(true);
    runs[0]?.resolve();
    await settle();
    expect([runs.length, worker.isRunNext]).toEqual([2, false]);
    runs[1]?.reject(new Error('no'));
    await settle();
    expect(worker.isRunNext).toBe(false);
    worker.request();
    await settle();
    worker.request();
    expect([runs.length, worker.isRunNext]).toEqual([3, true]);
    const stopped = worker.stop();
    expect(worker.isRunNext).toBe(false);
    runs[2]?.resolve();
    await stopped;
  });

  it('counts a retry as a run that waits', async () => {
    let isBroken = true;
    const { worker, runs } = setUp(async () => {
      if (isBroken) throw new Error('no');
    });
    worker.request();
    await settle();
    expect(worker.isWaiting).toBe(true);
    isBroken = false;
    await vi.runAllTimersAsync();
    await settle();
    expect(worker.isWaiting).toBe(false);
    expect(runs.map(([, result]) => result)).toEqual(['failed', 'done']);
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

  it.each([
    ['longer while a write waits for its turn, since a run can only get ready for it', 2_000, 450],
    ['no longer than until the turn', 100, 100],
    ['a quarter of the run where nothing waits', 0, 75],
  ])('rests %s', async (_, turnInMs, restMs) => {
    let runs = 0;
    const { worker, time } = setUp(
      async () => {
        runs++;
        time.ms += 300;
        worker.request();
      },
      () => turnInMs,
    );
    worker.request();
    await settle();
    await vi.advanceTimersByTimeAsync(restMs - 1);
    await settle();
    expect(runs).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await settle();
    expect(runs).toBe(2);
    await worker.stop();
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
