import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DingTalkRobot } from '../api/kinds.ts';
import { config, robot } from '../core/testing/fixtures.ts';
import { ObjectCache } from '../kubernetes/object-cache.ts';
import { type ApiCall, type ApiRequest, fenced } from '../kubernetes/request.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { createCaches } from './caches.ts';
import { Term } from './term.ts';

/** A term whose reads of the API server wait until the test says so. */
function begun() {
  const calls: ApiRequest[] = [];
  const answered = Promise.withResolvers<void>();
  const request = async (call: ApiRequest) => {
    calls.push(call);
    if (call.method === 'GET') await answered.promise;
    return { status: 200, headers: {}, body: { metadata: { uid: 'u', resourceVersion: '1' }, data: {} } };
  };
  const clocks = { wall: Date.now, monotonic: () => performance.now() };
  const context = {
    ...{ config: config(), configAsGiven: config(), connection: { request }, clocks, log: recordingLog() },
    ...{
      clock: clocks.monotonic,
      random: () => 0.5,
      onChange: () => undefined,
      worked: () => undefined,
      requestRun: () => undefined,
      isRunNext: () => false,
      nextCapability: () => '',
    },
    ...{ metrics: createMetrics(), dingtalk: {}, serverClock: { now: () => new Date() } },
  };
  const fence = { leftMs: () => 9_000 };
  // As a watch fills it.
  const robots = new ObjectCache<DingTalkRobot>();
  const caches = { ...createCaches(context as never), robots };
  const looks: string[][] = [];
  const credentials = {
    look: (robots: readonly DingTalkRobot[]) => looks.push(robots.map(({ metadata }) => metadata.name)),
  };
  const parts = { caches, credentials, events: {}, fence, request: fenced(request as ApiCall, fence) };
  return { calls, answered, robots, looks, term: new Term(parts as never, context as never) };
}

it('writes nothing once it is abandoned, even if this process leads again', async () => {
  const { term, answered, calls } = begun();
  term.abandon();
  // What a term has begun to do goes on, such as the publication of the configuration.
  answered.resolve();
  const writes = () => calls.filter(({ method }) => method !== 'GET');
  await vi.waitFor(() => expect(writes()).toHaveLength(2));
  expect(writes().map((write) => write.fence?.leftMs())).toEqual([0, 0]);
});

describe('the Secrets of a new robot', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('are read although no run has begun, once for robots that come together', () => {
    const { term, robots, looks } = begun();
    robots.set(robot({ name: 'one' }));
    term.changed();
    robots.set(robot({ name: 'two' }));
    term.changed();
    expect(looks).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(looks).toEqual([['one', 'two']]);
    term.abandon();
  });

  it('are not read after the end of the term', () => {
    const { term, robots, looks } = begun();
    robots.set(robot());
    term.changed();
    term.abandon();
    term.changed();
    vi.advanceTimersByTime(1_000);
    expect(looks).toEqual([]);
  });
});
