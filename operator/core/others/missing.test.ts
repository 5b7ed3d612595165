import { expect, it } from 'vitest';
import type { Accepted } from '../../engine/types.ts';
import { readLiveState } from '../model/live.ts';
import { NAMESPACE, settled, snapshot, team } from '../testing/fixtures.ts';
import { missingFindings } from './missing.ts';

const SERVICE = `dt_${NAMESPACE}_payments`;
const EVENT = `${SERVICE}_on-sync-failed`;
const live = readLiveState(settled(snapshot(team())).target);
const ALL: Accepted['parsed'] = {
  services: ['slack', SERVICE],
  templates: [EVENT],
  triggers: [EVENT],
  subscriptions: [{ recipients: ['slack:x'], triggers: ['t'] }, ...live.entries],
  defaultTriggers: [],
  serviceDefaultTriggers: {},
  context: {},
};

it('finds nothing where the engine loads all keys of the operator', () => {
  expect(live.entries).toHaveLength(1);
  expect(missingFindings(live, ALL)).toEqual([]);
});

it.each([
  ['services', `service.webhook.${SERVICE}`],
  ['templates', `template.${EVENT}`],
  ['triggers', `trigger.${EVENT}`],
] as const)('names keys that are not among the %s', (part, key) => {
  const [finding, ...others] = missingFindings(live, { ...ALL, [part]: [] });
  expect(finding).toMatchObject({ reason: 'EngineRefused', message: expect.stringContaining(key) });
  expect(others).toEqual([]);
});

it('finds entries that are not read', () => {
  const [finding] = missingFindings(live, { ...ALL, subscriptions: [] });
  expect(finding).toMatchObject({
    reason: 'EngineIgnoresSubscriptions',
    message: expect.stringContaining(EVENT),
  });
});
