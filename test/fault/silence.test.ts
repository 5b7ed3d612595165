import { afterAll, beforeAll, it } from 'vitest';
import { FaultStage } from '../support/fault-stage.ts';
import { PATIENCE } from '../support/faults.ts';

let stage: FaultStage;
beforeAll(async () => {
  stage = await FaultStage.start();
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

it('watches go silent', PATIENCE, async () => {
  const fault = stage.proxy.silence();
  await stage.change();
  // Watches that are opened now work; only the silent ones have to be given up.
  fault.lift();
  await stage.isRight(120_000);
});
