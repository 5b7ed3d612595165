import { describe, expect, it } from 'vitest';
import { catalogueEquivalent, guessedEventTime } from './conditions.ts';

describe('well-known conditions', () => {
  it.each([
    ['x', { when: 'app.status?.health?.status == "Degraded"', send: [] }, 'on-health-degraded'],
    ['on-created', { when: 'true', send: [] }, undefined],
    ['x', { when: 'true', oncePer: 'app.metadata.name', send: [] }, undefined],
    ['on-sync-failed', { when: "app.status.operationState.phase in ['Failed']", send: [] }, undefined],
    [
      'on-deployed',
      { when: "app.status.health.status == 'Degraded' and app.spec.project == 'x'", send: [] },
      undefined,
    ],
  ])('%s %j: %s', (name, condition, wanted) => {
    expect(catalogueEquivalent(name, condition)).toBe(wanted);
  });
});

describe('the time of an event', () => {
  it.each([
    ["app.status.operationState.phase in ['Failed']", 'app.status?.operationState?.finishedAt'],
    ["app.status?.operationState?.phase == 'Running'", 'app.status?.operationState?.startedAt'],
    ["app.status.operationState.phase in ['Running', 'Failed']", undefined],
    ["app.status.health.status == 'Missing'", 'app.status?.health?.lastTransitionTime'],
    ['app.metadata.deletionTimestamp != nil', 'app.metadata?.deletionTimestamp'],
    // An operation may have ended long before health changes.
    ["app.status.operationState.phase == 'Succeeded' and app.status.health.status == 'Degraded'", undefined],
    ["app.status.sync.status == 'OutOfSync'", undefined],
    // Becomes true ten minutes after all that is dated.
    [
      "app.status.operationState.phase == 'Running' and time.Now().Sub(time.Parse(app.status.operationState.startedAt)).Minutes() > 10",
      undefined,
    ],
    ["app.spec.project == 'x'", undefined],
  ])('of %s is %s', (when, time) => {
    expect(guessedEventTime(when)).toBe(time);
  });
});
