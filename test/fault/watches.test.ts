import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultStage } from '../support/fault-stage.ts';
import { AFFECTS, HITS, liftAfter, PATIENCE } from '../support/faults.ts';

let stage: FaultStage;
beforeAll(async () => {
  stage = await FaultStage.start();
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

describe('watches', PATIENCE, () => {
  it('are reset in the middle of the stream', async () => {
    expect(stage.proxy.reset()).toBeGreaterThanOrEqual(8);
    await stage.change();
    stage.proxy.reset();
    await stage.isRight();
  });

  it('are cut in the middle of an event', async () => {
    const fault = stage.proxy.cut(AFFECTS.watches, 300);
    stage.proxy.reset();
    await stage.change();
    // A watch lives until so many bytes have come.
    await liftAfter(6, fault);
    await stage.isRight();
  });

  it('are refused with 410', async () => {
    const fault = stage.proxy.answer(AFFECTS.watches, { status: 410 });
    stage.proxy.reset();
    await stage.change();
    await liftAfter(HITS, fault);
    await stage.isRight();
  });

  it('end, and 410 comes for the list too', async () => {
    const faults = [AFFECTS.watches, AFFECTS.lists].map((affects) =>
      stage.proxy.answer(affects, { status: 410 }),
    );
    stage.proxy.reset();
    await stage.change();
    await Promise.all(faults.map((fault) => liftAfter(HITS, fault)));
    await stage.isRight();
  });

  it('miss that objects are deleted while nothing can be opened', async () => {
    const gone = stage.proxy.answer(AFFECTS.watches, { status: 410 });
    const away = stage.proxy.answer(AFFECTS.all, { status: 503, body: '<html>no backend</html>' });
    stage.proxy.reset();
    for (let i = 0; i < 2; i += 1) await stage.change();
    await liftAfter(HITS, away);
    await liftAfter(HITS, gone);
    await stage.isRight();
  });
});
