import { cp, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Fault } from '../support/fault-proxy.ts';
import { FaultStage } from '../support/fault-stage.ts';
import { AFFECTS, LONG, PATIENCE } from '../support/faults.ts';

const OUTAGE_MS = LONG ? 60_000 : 5_000;
/** A list of each cache, and some of them again. */
const FAILED_LISTS = 12;

let stage: FaultStage;
let atStart: Fault;
beforeAll(async () => {
  stage = await FaultStage.start({
    beforeStart: (proxy) => {
      const fault: Fault = proxy.answer((request) => AFFECTS.lists(request) && fault.hits < FAILED_LISTS, {
        status: 500,
      });
      atStart = fault;
    },
  });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

it('lists fail at the start', PATIENCE, async () => {
  expect(atStart.hits).toBe(FAILED_LISTS);
  await stage.isRight();
});

it('nothing goes through, and the connections look alive', PATIENCE, async () => {
  const fault = stage.proxy.partition();
  await stage.change();
  // Longer than the Lease.
  await delay(LONG ? 60_000 : 17_000);
  fault.lift();
  await stage.isRight(120_000);
});

let copy: { readonly dir: string; readonly teams: ReadonlyMap<string, string> };

it('the API server is away and comes back with empty caches', PATIENCE, async () => {
  await stage.change();
  await stage.stage.cp.outage(async (etcdData) => {
    copy = { dir: `${etcdData}.copy`, teams: new Map(stage.teams) };
    await cp(etcdData, copy.dir, { recursive: true });
    await delay(OUTAGE_MS);
  });
  await stage.change();
  await stage.isRight();
});

it('etcd is restored from a copy, so resourceVersions go back', PATIENCE, async () => {
  for (let i = 0; i < 3; i += 1) await stage.change();
  await stage.isRight();
  const version = async () =>
    Number(
      (await stage.stage.get('configmap', 'argocd', 'argocd-notifications-cm')).metadata.resourceVersion,
    );
  const before = await version();
  await stage.stage.cp.outage(async (etcdData) => {
    await rm(etcdData, { recursive: true });
    await cp(copy.dir, etcdData, { recursive: true });
  });
  stage.goBackTo(copy.teams);
  expect(await version()).toBeLessThan(before);
  const restoredAt = performance.now();
  await stage.isRight();
  await stage.change();
  await stage.isRight();
  // Far below the two silent watches that it takes without a look at the versions.
  expect(performance.now() - restoredAt).toBeLessThan(60_000);
});
