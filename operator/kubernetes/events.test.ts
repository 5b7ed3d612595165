import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutToBytes } from '../lib/cut.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { createEventRecorder, type EventRecord } from './events.ts';
import type { ApiCall, ApiRequest } from './request.ts';

const event: EventRecord = {
  regarding: {
    apiVersion: 'argocd-dingtalk.io/v1alpha1',
    kind: 'DingTalkRobot',
    namespace: 'team',
    name: 'a',
    uid: 'u',
  },
  type: 'Warning',
  reason: 'RobotNotFound',
  message: 'no such robot',
  action: 'Reconcile',
};

function recorder(request: (sent: ApiRequest) => Promise<unknown>) {
  const log = recordingLog();
  const recordEvent = createEventRecorder({
    request: request as ApiCall,
    instance: 'pod-1',
    now: () => new Date('2026-01-01T00:00:00.123Z'),
    uniqueSuffix: () => 'abc123',
    log,
  });
  return { recordEvent, log };
}

async function recorded(changes: Partial<EventRecord>) {
  const sent: ApiRequest[] = [];
  const { recordEvent } = recorder(async (request) => sent.push(request));
  await recordEvent({ ...event, ...changes });
  return sent[0] as ApiRequest & { body: { metadata: { name: string; namespace: string }; note: string } };
}

describe('an event', () => {
  it('has what the API server asks for', async () => {
    expect(await recorded({})).toEqual({
      method: 'POST',
      path: '/apis/events.k8s.io/v1/namespaces/team/events',
      body: {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { namespace: 'team', name: 'a.abc123' },
        eventTime: '2026-01-01T00:00:00.123000Z',
        reportingController: 'argocd-dingtalk.io/operator',
        reportingInstance: 'pod-1',
        regarding: event.regarding,
        type: 'Warning',
        reason: 'RobotNotFound',
        action: 'Reconcile',
        note: 'no such robot',
      },
    });
  });

  it('of a cluster-scoped object is kept in default', async () => {
    const regarding = { apiVersion: 'v1', kind: 'Namespace', name: 'team', uid: 'u' };
    expect((await recorded({ regarding })).body.metadata.namespace).toBe('default');
  });

  it('of an object with the longest of names has a valid one', async () => {
    const name = `${'a'.repeat(245)}.bcdefg`;
    const sent = await recorded({ regarding: { ...event.regarding, name } });
    expect(sent.body.metadata.name).toBe(`${'a'.repeat(245)}.abc123`);
  });

  it('that cannot be recorded is logged', async () => {
    const error = new Error('quota');
    const { recordEvent, log } = recorder(() => Promise.reject(error));
    await expect(recordEvent(event)).resolves.toBeUndefined();
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { err: error, reason: 'RobotNotFound' } }]);
  });
});

describe('a long message', () => {
  it('is cut to the limit on a character boundary', async () => {
    expect((await recorded({ message: '部'.repeat(1_000) })).body.note).toBe(`${'部'.repeat(340)}…`);
  });

  it('is never longer, and always the beginning', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'é', '部', '😀'), maxLength: 60 }),
        fc.integer({ min: 3, max: 60 }),
        (text, limit) => {
          const cut = cutToBytes(text, limit);
          expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(limit);
          expect(cut).not.toContain('\ufffd');
          if (cut !== text) expect(text.startsWith(cut.slice(0, -1))).toBe(true);
        },
      ),
    );
  });
});
