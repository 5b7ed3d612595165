import { startedAt } from '../../../operator/engine/testing/process-tree.ts';
import { eventually } from '../../../operator/lib/testing/eventually.ts';
import type { AuditedRequest, AuditLog } from '../../support/audit.ts';
import type { WatchedObject } from '../teams/watched-object.ts';
import { Observer } from './observer.ts';
import type { OwnSubject } from './own-subject.ts';
import { countRequests, type RequestCounts, requestsOfEdits } from './requests.ts';

const DEADLINE_MS = 600_000;
/** A thousand robots, templates and subscriptions have their statuses within a minute and a half. */
const READY_DEADLINE_MS = 240_000;
const POLL_MS = 500;
const MARK = 'while-the-operator-was-away.';

/** Statuses cost others a list of all resources, so this is a figure of half a second more or less. */
export async function untilReady(subject: OwnSubject): Promise<number> {
  return eventually(
    'all resources to be Ready',
    async () => {
      const reasons = await subject.unready();
      if (reasons.size > 0) throw new Error(`not Ready: ${JSON.stringify(Object.fromEntries(reasons))}`);
      return performance.now();
    },
    { timeoutMs: READY_DEADLINE_MS, intervalMs: POLL_MS },
  );
}

/** Starts of the operator beside sets that exist, from the start of the process, in milliseconds. */
export interface Starts {
  /** Until all sets are in a target that had none. */
  readonly toFullTarget: number;
  /** Until the target has the one change that was made meanwhile. */
  readonly toMissingChange: number;
  /** CPU time and requests of a start that finds nothing to do. */
  readonly nothingToDo: { readonly cpuSeconds: number; readonly requests: RequestCounts };
}

/** Starts the operator three times. None must run. */
export async function measureStarts(
  subject: OwnSubject,
  target: WatchedObject,
  audit: AuditLog,
): Promise<Starts> {
  await subject.emptyTarget();
  const toFullTarget = await start(subject, audit, () =>
    target.until('all sets are in the target', DEADLINE_MS, subject.isComplete),
  );
  const set = subject.sets[Math.floor(subject.sets.length / 2)] as string;
  await subject.edit(set, MARK);
  const toMissingChange = await start(subject, audit, () =>
    target.until('the change is in the target', DEADLINE_MS, (object) => subject.says(object, set, MARK)),
  );
  const nothingToDo = await start(subject, audit, async () => performance.now());
  const { cpuSeconds, requests } = nothingToDo;
  return {
    toFullTarget: toFullTarget.ms,
    toMissingChange: toMissingChange.ms,
    nothingToDo: { cpuSeconds, requests },
  };
}

async function start(subject: OwnSubject, audit: AuditLog, until: () => Promise<number>) {
  const before = audit.requests().length;
  const done = until();
  // The start may fail first.
  done.catch(() => undefined);
  await using running = await subject.start();
  using observer = new Observer(running, subject, audit);
  const ms = performance.timeOrigin + (await done) - startedAt(running.pid);
  await observer.untilIdle();
  const requests = countRequests(audit.requests().slice(before));
  return { ms, requests, cpuSeconds: observer.sampler.cpuSeconds() };
}

/** One renewal of all signatures. */
export interface Renewal {
  readonly secretWrites: number;
  readonly statusPatches: number;
  /** The most status patches in one second. */
  readonly patchesInASecond: number;
  readonly requests: RequestCounts;
  readonly cpuSeconds: number;
  /** From the first to the last request of it. */
  readonly seconds: number;
}

/** How long a start takes, at most, until the operator knows all credentials. */
const START_SECONDS = 30;
/** The operator renews up to a tenth of the time earlier, so that several installations do not renew together. */
const EARLIEST = 0.9;

/**
 * Starts the operator with a time of renewal that comes soon, and lets it renew all signatures once. None must run.
 * @param statusesPerSecond the pace that the renewal's statuses may have, at least
 */
export async function measureRenewal(
  subject: OwnSubject,
  audit: AuditLog,
  statusesPerSecond: number,
): Promise<Renewal> {
  const age = (Date.now() - Math.min(...(await subject.signedAt()))) / 1_000;
  // The next renewal comes after the last status of this one.
  const least = Math.max(age + START_SECONDS, subject.sets.length / statusesPerSecond + START_SECONDS);
  const renewAfter = `${Math.ceil(least / EARLIEST)}s`;
  await using running = await subject.start({ signing: { renewAfter } });
  using observer = new Observer(running, subject, audit);
  await observer.untilIdle();
  const [before, now, cpu] = [audit.requests().length, Date.now(), observer.sampler.cpuSeconds()];
  await eventually(
    'all signatures to be renewed',
    async () => Math.min(...(await subject.signedAt())) > now,
    {
      timeoutMs: DEADLINE_MS,
      intervalMs: POLL_MS,
    },
  );
  await observer.untilIdle();
  const requests = requestsOfEdits(audit.requests().slice(before));
  const patches = requests.filter(({ resource }) => resource.endsWith('/status'));
  const writes = requests.filter(({ verb }) => verb === 'patch');
  return {
    secretWrites: writes.filter(({ resource }) => resource === 'secrets').length,
    statusPatches: patches.length,
    patchesInASecond: mostInASecond(patches),
    requests: countRequests(writes),
    cpuSeconds: observer.sampler.cpuSeconds() - cpu,
    seconds: (Math.max(...writes.map(({ at }) => at)) - Math.min(...writes.map(({ at }) => at))) / 1_000,
  };
}

function mostInASecond(requests: readonly AuditedRequest[]): number {
  const counts = new Map<number, number>();
  for (const { at } of requests) {
    const second = Math.floor(at / 1_000);
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}
