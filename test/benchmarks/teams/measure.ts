import { setTimeout as delay } from 'node:timers/promises';
import { startedAt } from '../../../operator/engine/testing/process-tree.ts';
import type { RunningProcess } from '../../support/processes.ts';
import { measureEdits } from './edits.ts';
import { EVENTS } from './landscape.ts';
import { untilEngineIsGone, untilQuiet } from './quiet.ts';
import { readWrites, type Writes, writesBetween } from './requests.ts';
import { type Memory, Sampler } from './sampler.ts';
import type { TeamsStage } from './stage.ts';

/** How much is done. */
export interface Extent {
  readonly editsSeconds: number;
  /** How long the engine may take to be let go. */
  readonly settleSeconds: number;
  /** `limits.writeInterval` of the operator's configuration. */
  readonly writeInterval: string;
}

/** How many subscriptions are edited, one a second. */
export const SUBSCRIPTION_EDITS = 10;

/** From the start of the process, in milliseconds. */
export interface Start {
  readonly toSynced: number;
  readonly toQuiet: number;
}

/** What the operator takes. */
export interface Figures {
  /** With nothing of the teams in Argo CD's objects. */
  readonly start: Start;
  readonly startWrites: Writes;
  readonly startCpuSeconds: number;
  readonly converged: Memory;
  readonly settled: Memory;
  /** Whether the engine was let go before `settled`. */
  readonly engineIsGone: boolean;
  readonly edits: {
    readonly latencies: readonly number[];
    /** Resident memory of the operator and its children ten times a second. */
    readonly sums: readonly number[];
    readonly cpuSeconds: number;
    readonly writes: Writes;
  };
  readonly edited: Memory;
  /** What {@link SUBSCRIPTION_EDITS} edits of subscriptions had written, the edits themselves among `all`. */
  readonly subscriptionEdits: Writes;
  /** With all in place. */
  readonly restart: Start & { readonly memory: Memory; readonly cpuSeconds: number };
}

/**
 * Measures one operator from its start to its end, and the start of the next one.
 * @param print told what comes next
 * @throws Error if not everything becomes Ready
 */
export async function measure(
  stage: TeamsStage,
  extent: Extent,
  print: (line: string) => void,
): Promise<Figures> {
  const first = await measureFirst(stage, extent, print);
  print('a restart of the operator');
  await using running = await stage.startOperator(extent.writeInterval);
  using sampler = new Sampler(running.operator.pid);
  const quietAt = await untilQuiet(stage, running, sampler);
  const restart = startOf(running.operator, quietAt);
  return { ...first, restart: { ...restart, memory: sampler.memory(), cpuSeconds: sampler.cpuSeconds() } };
}

async function measureFirst(stage: TeamsStage, extent: Extent, print: (line: string) => void) {
  const beforeStart = await readWrites(stage.cp);
  print('the first start of the operator');
  await using running = await stage.startOperator(extent.writeInterval);
  using sampler = new Sampler(running.operator.pid);
  const start = startOf(running.operator, await untilQuiet(stage, running, sampler));
  const [converged, startCpuSeconds] = [sampler.memory(), sampler.cpuSeconds()];
  const beforeEdits = await readWrites(stage.cp);

  print(`up to ${extent.settleSeconds} s for the engine to be let go`);
  const engineIsGone = await untilEngineIsGone(running, extent.settleSeconds * 1_000);
  const settled = sampler.memory();

  print(`an edit a second, for ${extent.editsSeconds} s`);
  const cpuBefore = sampler.cpuSeconds();
  sampler.takeSums();
  const latencies = await measureEdits(stage, extent.editsSeconds);
  const sums = sampler.takeSums();
  await untilQuiet(stage, running, sampler);
  const edits = {
    latencies,
    sums,
    cpuSeconds: sampler.cpuSeconds() - cpuBefore,
    writes: writesBetween(beforeEdits, await readWrites(stage.cp)),
  };
  const edited = sampler.memory();

  print(`${SUBSCRIPTION_EDITS} edits of subscriptions`);
  const beforeSubscriptions = await readWrites(stage.cp);
  for (const team of stage.teams.slice(0, SUBSCRIPTION_EDITS)) {
    await stage.editEvents(team, EVENTS.slice(1));
    await delay(1_000);
  }
  await untilQuiet(stage, running, sampler);
  const subscriptionEdits = writesBetween(beforeSubscriptions, await readWrites(stage.cp));
  const startWrites = writesBetween(beforeStart, beforeEdits);
  return {
    start,
    startWrites,
    startCpuSeconds,
    converged,
    settled,
    engineIsGone,
    edits,
    edited,
    subscriptionEdits,
  };
}

/** @throws Error if the operator does not tell that its caches have synced */
function startOf({ pid, output }: RunningProcess, quietAt: number): Start {
  const line = output()
    .split('\n')
    .find((each) => each.includes('"msg":"caches have synced"'));
  if (line === undefined) throw new Error('the operator does not tell that its caches have synced');
  const { time } = JSON.parse(line) as { time: string };
  const from = startedAt(pid);
  return { toSynced: Date.parse(time) - from, toQuiet: quietAt - from };
}
