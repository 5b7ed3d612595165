import { expect, it } from 'vitest';
import { ADOPTED_FROM, ADOPTED_IN_PART } from '../../api/names.ts';
import { decide } from '../decide.ts';
import type { FieldManager } from '../model/snapshot.ts';
import { afterWrites, liveObject, robot, settled, snapshot, team } from '../testing/fixtures.ts';

const KEY = 'service.webhook.ding';
const FORMER = { [KEY]: 'url: https://oapi.dingtalk.com/robot/send?access_token=a\n' };

const adopted = (annotations: Record<string, string>) => {
  const cr = robot();
  return { ...cr, metadata: { ...cr.metadata, annotations } };
};
const manager = (name: string, time: string): FieldManager => ({
  name,
  operation: 'Update',
  time,
  keys: new Set([KEY]),
});
const warningsOf = (
  annotations: Record<string, string>,
  data: Record<string, string>,
  managers: FieldManager[] = [],
) => {
  const before = snapshot({
    ...team(),
    robots: [adopted(annotations)],
    target: { configMap: { ...liveObject(data), managers }, secret: liveObject() },
  });
  return decide(before).resolution.robots[0]?.verdict.warnings ?? [];
};

it('a robot says that the service which it replaces is there, and which tool wrote it', () => {
  const managers = [manager('helm', '2026-11-30T08:00:00Z'), manager('kubectl-edit', '2026-11-29T08:00:00Z')];
  const [warning, ...others] = warningsOf({ [ADOPTED_FROM]: KEY }, FORMER, managers);
  expect(others).toEqual([]);
  expect(warning?.reason).toBe('FormerServiceExists');
  expect(warning?.message).toContain(`has the key ${KEY}, which this robot replaces`);
  expect(warning?.message).toContain('Field manager helm wrote it.');
});

it.each<[string, Record<string, string>, Record<string, string>]>([
  ['the service is gone', { [ADOPTED_FROM]: KEY }, {}],
  ['a part of it stays with Argo CD', { [ADOPTED_FROM]: KEY, [ADOPTED_IN_PART]: 'true' }, FORMER],
  ['nobody adopted it', {}, FORMER],
  ['the annotation names something else', { [ADOPTED_FROM]: 'template.a' }, { 'template.a': '{}' }],
  ['the annotation is hostile', { [ADOPTED_FROM]: 'constructor' }, FORMER],
])('says nothing if %s', (_, annotations, data) => {
  expect(warningsOf(annotations, data)).toEqual([]);
});

it('notices the return, although the robot is the same object', () => {
  const cr = adopted({ [ADOPTED_FROM]: KEY });
  const before = settled(snapshot({ ...team(), robots: [cr] }));
  expect(decide(before).resolution.robots[0]?.verdict.warnings).toEqual([]);
  const target = afterWrites(before);
  const configMap = target.configMap && {
    ...target.configMap,
    data: { ...target.configMap.data, ...FORMER },
  };
  const after = decide({ ...before, target: { ...target, configMap } });
  expect(after.resolution.robots[0]?.verdict.warnings.map(({ reason }) => reason)).toEqual([
    'FormerServiceExists',
  ]);
  expect(after.resolution.robots[0]?.verdict.rollout).toBe('current');
});
