import { setTimeout as delay } from 'node:timers/promises';
import type { Memory } from '../teams/sampler.ts';
import type { WatchedObject } from '../teams/watched-object.ts';
import type { Observer } from './observer.ts';
import { countRequests, perMinute, type RequestCounts, requestsOfEdits, requestsOfWork } from './requests.ts';
import type { Subject } from './subject.ts';

/** How long all sets may take to be in the target. */
const BURST_DEADLINE_MS = 600_000;
const EDIT_DEADLINE_MS = 60_000;
/** Longer than `limits.writeInterval`, so no edit waits for its turn. */
const PACE_MS = 3_000;
/** A minute after its last check of a whole ConfigMap, the operator checks what came since. */
const AFTERMATH_MS = 75_000;

/** All sets are created while the subject runs. Times in milliseconds. */
export interface Burst {
  readonly creatingMs: number;
  /** When the last one was created, on the clock of `performance`. */
  readonly createdAt: number;
  /** From the API server's answer to the last creation. */
  readonly visibleAfterMs: number;
  readonly cpuSeconds: number;
}

/** Creates all sets, and waits until they are in the target. */
export async function measureBurst(
  subject: Subject,
  target: WatchedObject,
  observer: Observer,
): Promise<Burst> {
  const { sampler } = observer;
  const [began, cpu] = [performance.now(), sampler.cpuSeconds()];
  await subject.createSets();
  const createdAt = performance.now();
  const isComplete = target.until('all sets are in the target', BURST_DEADLINE_MS, subject.isComplete);
  const visible = await observer.unlessEnded(isComplete);
  return {
    creatingMs: createdAt - began,
    createdAt,
    visibleAfterMs: Math.max(0, visible - createdAt),
    cpuSeconds: sampler.cpuSeconds() - cpu,
  };
}

/** Nothing changes. */
export interface Quiet {
  readonly seconds: number;
  /** Of one core. */
  readonly cpuShare: number;
  readonly memory: Memory;
  /** Requests in a minute, by verb and resource. */
  readonly requests: RequestCounts;
}

/** Waits until the aftermath of earlier changes is over, and then measures for so many seconds. */
export async function measureQuiet(observer: Observer, seconds: number): Promise<Quiet> {
  await delay(AFTERMATH_MS);
  await observer.untilIdle();
  await observer.untilAlone();
  const { sampler } = observer;
  const [before, cpu, began] = [observer.requests().length, sampler.cpuSeconds(), performance.now()];
  await delay(seconds * 1_000);
  const took = (performance.now() - began) / 1_000;
  return {
    seconds,
    cpuShare: (sampler.cpuSeconds() - cpu) / took,
    memory: sampler.memory(),
    requests: perMinute(countRequests(observer.requests().slice(before)), took),
  };
}

/** Edits of one set each, one after the other. */
export interface Edits {
  /** From the API server's answer until the target says it, in milliseconds, in order. */
  readonly latencies: readonly number[];
  /** For one edit, without watches, the Lease and credentials that are read again. */
  readonly requestsPerEdit: number;
  readonly requests: RequestCounts;
  /** For one edit, with all that follows. */
  readonly cpuSecondsPerEdit: number;
  /** The most of the subject and its children together, ten times a second, in bytes. */
  readonly peakBytes: number;
}

/**
 * Edits another set each time, when the edit before is long over.
 * @param afterIdle whether the subject has no child process before each edit
 */
export async function measureEdits(
  subject: Subject,
  target: WatchedObject,
  observer: Observer,
  { count, name, afterIdle = false }: { count: number; name: string; afterIdle?: boolean },
): Promise<Edits> {
  await observer.untilIdle();
  const { sampler } = observer;
  const [before, cpu] = [observer.requests().length, sampler.cpuSeconds()];
  sampler.takeSums();
  const latencies: number[] = [];
  for (let index = 0; index < count; index++) {
    if (afterIdle) await observer.untilAlone();
    // Sets of all ages.
    const set = subject.sets[Math.floor((index * subject.sets.length) / count)] as string;
    const mark = `${name}-${index}.`;
    const live = target.until(`${set} says ${mark}`, EDIT_DEADLINE_MS, (object) =>
      subject.says(object, set, mark),
    );
    const [answered, visible] = await Promise.all([
      subject.edit(set, mark).then(() => performance.now()),
      live,
    ]);
    latencies.push(Math.max(0, visible - answered));
    await delay(PACE_MS);
  }
  await observer.untilIdle();
  const requests = requestsOfEdits(requestsOfWork(observer.requests().slice(before)));
  return {
    latencies,
    requestsPerEdit: requests.length / count,
    requests: countRequests(requests),
    cpuSecondsPerEdit: (sampler.cpuSeconds() - cpu) / count,
    peakBytes: Math.max(...sampler.takeSums()),
  };
}
