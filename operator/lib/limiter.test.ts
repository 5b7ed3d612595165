import { describe, expect, it } from 'vitest';
import { Limiter } from './limiter.ts';

describe('more tasks than places', () => {
  it('run in order of arrival, never too many at once, whether they fail or not', async () => {
    const limiter = new Limiter(2);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const tasks = Array.from({ length: 20 }, (_, i) =>
      limiter.run(async () => {
        running += 1;
        most = Math.max(most, running);
        order.push(i);
        await Promise.resolve();
        running -= 1;
        if (i % 3 === 0) throw new Error(`${i}`);
        return i;
      }),
    );
    const results = await Promise.allSettled(tasks);
    expect(most).toBe(2);
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(7);
    await expect(limiter.run(async () => 'free')).resolves.toBe('free');
  });
});

describe('a task that is given up while it waits', () => {
  it('leaves the line, and nobody behind it is forgotten', async () => {
    const limiter = new Limiter(1);
    const first = Promise.withResolvers<void>();
    const running = limiter.run(() => first.promise);
    const controller = new AbortController();
    const givenUp = limiter.run(async () => 'never', controller.signal);
    const behind = limiter.run(async () => 'behind');
    controller.abort(new Error('enough'));
    await expect(givenUp).rejects.toThrow('enough');
    first.resolve();
    await running;
    await expect(behind).resolves.toBe('behind');
    await expect(limiter.run(async () => 'after')).resolves.toBe('after');
  });

  it('in the moment of its turn passes the turn on', async () => {
    const limiter = new Limiter(1);
    const first = Promise.withResolvers<void>();
    const running = limiter.run(() => first.promise);
    const controller = new AbortController();
    const second = limiter.run(async () => 'second', controller.signal);
    first.resolve();
    await running;
    controller.abort(new Error('enough'));
    await second.catch(() => undefined);
    await expect(limiter.run(async () => 'after')).resolves.toBe('after');
  });
});
