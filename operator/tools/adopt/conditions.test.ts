import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { locateTools } from '../../../test/support/tools.ts';
import { liveObject } from '../../core/testing/fixtures.ts';
import { catalogueEquivalent, guessedEventTime } from './conditions.ts';
import { readForeignConfig } from './foreign-config.ts';

const triggersIn = (file: string) => {
  const { data } = parse(readFileSync(file, 'utf8')) as { data: Record<string, string> };
  return [...readForeignConfig(liveObject(data)).triggers].map(([name, [condition]]) => ({
    name,
    equivalent: condition && catalogueEquivalent(name, condition),
  }));
};

describe('well-known conditions', () => {
  it.each([
    ['Argo CD’s own catalogue', locateTools().notificationsCatalog],
    ['the recipe for ACK', new URL('../../../test/e2e/ack-seed.configmap.yaml', import.meta.url).pathname],
  ])('of %s are those of the same name here', (_, file) => {
    const found = triggersIn(file);
    expect(found.length).toBeGreaterThan(5);
    for (const { name, equivalent } of found) expect(equivalent).toBe(name);
  });

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
