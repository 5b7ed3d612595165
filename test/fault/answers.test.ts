import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultStage } from '../support/fault-stage.ts';
import { AFFECTS, HITS, LONG, liftAfter, PATIENCE } from '../support/faults.ts';

let stage: FaultStage;
beforeAll(async () => {
  stage = await FaultStage.start();
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

describe('answers', PATIENCE, () => {
  it('are cut in the middle of the body', async () => {
    const fault = stage.proxy.cut(AFFECTS.reads, 200);
    stage.proxy.reset();
    await stage.change();
    await liftAfter(HITS, fault);
    await stage.isRight();
  });

  it('of a write are cut: the write may have been done', async () => {
    const fault = stage.proxy.cut(AFFECTS.writes, 50);
    await stage.change();
    // The watch tells what has been written, so that there are not many attempts.
    await liftAfter(6, fault);
    await stage.isRight();
  });

  it('are 429 again and again', async () => {
    const fault = stage.proxy.answer(AFFECTS.all, { status: 429, headers: { 'retry-after': '1' } });
    const before = stage.proxy.requests.length;
    stage.proxy.reset();
    await stage.change();
    await liftAfter(HITS, fault);
    // Patience instead of a storm: each request comes once a second, and there are not many of them.
    expect(stage.proxy.requests.length - before).toBeLessThan(10 * HITS);
    await stage.isRight();
  });

  it.each(LONG ? [500, 502, 503, 504] : [503])(
    'are %i again and again, in the words of a proxy',
    async (status) => {
      const fault = stage.proxy.answer(AFFECTS.all, { status, body: '<html>bad gateway</html>' });
      stage.proxy.reset();
      await stage.change();
      await liftAfter(HITS, fault);
      await stage.isRight();
    },
  );

  it.each([401, 403, 404])('are %i by a proxy: nothing is taken for gone', async (status) => {
    const fault = stage.proxy.answer(AFFECTS.all, { status, body: '<html>no such host</html>' });
    const before = await stage.urls();
    stage.proxy.reset();
    await liftAfter(2 * HITS, fault);
    expect((await stage.urls()).size).toBe(before.size);
    await stage.change();
    await stage.isRight();
  });

  it('take two seconds each', async () => {
    const fault = stage.proxy.delay(AFFECTS.all, 2_000);
    stage.proxy.reset();
    await stage.change();
    await stage.isRight();
    fault.lift();
    await stage.change();
    await stage.isRight();
  });
});
