import { expect, it } from 'vitest';
import { decide } from '../decide.ts';
import { serviceKey } from '../names.ts';
import { config, NAMESPACE, robot, settled, snapshot, subscription } from '../testing/fixtures.ts';

const at = (name: string, minute: number) =>
  subscription(
    { name, creationTimestamp: `2026-11-23T07:0${minute}:00Z` },
    { events: [{ trigger: 'on-deployed' }] },
  );
const reasons = (before: Parameters<typeof decide>[0]) =>
  Object.fromEntries(
    decide(before).resolution.subscriptions.map(({ cr, verdict }) => [
      cr.metadata.name,
      verdict.refusal?.reason,
    ]),
  );

const bytes = (data: Readonly<Record<string, string>>): number =>
  Object.entries(data).reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
const robots = [robot()];
const ofRobot = bytes(decide(snapshot({ robots })).plan.configMap);
const ofOne = bytes(decide(snapshot({ robots, subscriptions: [at('e', 1)] })).plan.configMap) - ofRobot;
/** Room for three, and half of a fourth. */
const small = config({ limits: { configMapBytes: Math.round(ofRobot + 3.5 * ofOne + 1_000) } });

const five = snapshot({
  config: small,
  robots,
  subscriptions: [at('e', 1), at('d', 2), at('c', 3), at('b', 4), at('a', 5)],
});

it('refuses the newest, and says how much is missing', () => {
  expect(reasons(five)).toEqual({
    e: undefined,
    d: undefined,
    c: undefined,
    b: 'TargetFull',
    a: 'TargetFull',
  });
  const refused = decide(five).resolution.subscriptions.find(({ cr }) => cr.metadata.name === 'a');
  expect(refused?.verdict.refusal?.message).toMatch(/\d+ bytes are needed, \d+ are missing/);
  const { plan } = decide(five);
  expect(bytes(plan.configMap)).toBeLessThan(small.limits.configMapBytes);
  expect(plan.configMap[serviceKey(`dt_${NAMESPACE}_payments`)]).toBeDefined();
});

it('never pushes out who is live, however old the newcomer is', () => {
  const live = settled(five);
  const older = at('older', 0);
  expect(reasons({ ...live, subscriptions: [...live.subscriptions, older] })).toMatchObject({
    older: 'TargetFull',
    e: undefined,
    c: undefined,
  });
});

it('lets the next one in when somebody leaves', () => {
  const live = settled(five);
  const rest = live.subscriptions.filter(({ metadata }) => metadata.name !== 'e');
  expect(reasons({ ...live, subscriptions: rest })).toEqual({
    d: undefined,
    c: undefined,
    b: undefined,
    a: 'TargetFull',
  });
});

it('counts what others have in the ConfigMap', () => {
  const configMap = {
    uid: 'x',
    resourceVersion: '1',
    owned: new Set<string>(),
    managers: [],
    owners: [],
    data: { 'template.big': 'x'.repeat(2 * ofOne) },
  };
  const target = { ...five.target, configMap };
  expect(reasons({ ...five, target })).toMatchObject({ e: undefined, d: 'TargetFull' });
});
