import { expect, it, vi } from 'vitest';
import { config } from '../core/testing/fixtures.ts';
import { type ApiCall, type ApiRequest, fenced } from '../kubernetes/request.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { createCaches } from './caches.ts';
import { Term } from './term.ts';

it('writes nothing once it is abandoned, even if this process leads again', async () => {
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
    },
    ...{ metrics: createMetrics(), dingtalk: {}, serverClock: { now: () => new Date() } },
  };
  const fence = { leftMs: () => 9_000 };
  const parts = {
    caches: createCaches(context as never),
    events: {},
    fence,
    request: fenced(request as ApiCall, fence),
  };
  const term = new Term(parts as never, context as never);
  term.abandon();
  // What a term has begun to do goes on, such as the publication of the configuration.
  answered.resolve();
  const writes = () => calls.filter(({ method }) => method !== 'GET');
  await vi.waitFor(() => expect(writes()).toHaveLength(2));
  expect(writes().map((write) => write.fence?.leftMs())).toEqual([0, 0]);
});
