import { afterAll, beforeAll, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import type { DataObject } from '../../operator/kubernetes/objects.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/** An object of many keys is changed by patches of a few of them. Their answers do not have the object. */

const TEAM = 'team';
const TRIGGERS = ['on-sync-failed', 'on-sync-succeeded', 'on-health-degraded', 'on-deployed'];
const NAMES = Array.from({ length: 45 }, (_, index) => `s${index}`);
/** A trigger and a template that selects the message, for each event, and the template of the messages. */
const KEYS_OF_ONE = 2 * TRIGGERS.length + 1;

let stage: Stage;
beforeAll(async () => {
  const perNamespace = { subscriptions: 100, keys: 1_000, bytes: 900_000 };
  stage = await startStage({ argocd: false, operator: { limits: { perNamespace } } });
  await stage.apply(namespace(TEAM));
  const { manifests } = realRobot(stage.dingtalk, { namespace: TEAM, name: 'robot' });
  await stage.apply(...manifests, ...NAMES.map((name) => wanted(name, TRIGGERS)));
  for (const name of NAMES) await stage.conditions('nsub', TEAM, name, { Ready: 'True/Ready' });
}, 180_000);
afterAll(async () => stage?.[Symbol.asyncDispose]());

const wanted = (name: string, triggers: readonly string[]) =>
  subscription({ namespace: TEAM, name }, {
    robots: [{ name: 'robot' }],
    applications: { names: [`${name}-app`] },
    events: triggers.map((trigger) => ({ trigger })),
  } as never);

const dataOf = async () =>
  (await stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm')).data ?? {};
const MANAGERS = 'get configmap argocd-notifications-cm --show-managed-fields -o json -n'.split(' ');
async function ownOperations(): Promise<(string | undefined)[]> {
  const { metadata } = JSON.parse(await stage.cp.kubectl([...MANAGERS, ARGOCD])) as DataObject;
  const ours = (metadata.managedFields ?? []).filter(({ manager }) => manager === 'argocd-dingtalk');
  return ours.map(({ operation }) => operation).sort();
}
const ownKeys = async () => Object.keys(await dataOf()).filter((key) => key.includes('.dt_'));

/** Waits until the ConfigMap has this many keys of the operator. */
const untilKeys = (count: number) =>
  eventually(`${count} keys`, async () => expect(await ownKeys()).toHaveLength(count), { timeoutMs: 30_000 });

it('a change among many keys leaves all others as they are, those of other writers too', async () => {
  const before = await dataOf();
  const count = (await ownKeys()).length;
  expect(count).toBe(1 + NAMES.length * KEYS_OF_ONE);
  await stage.apply(wanted('s1', TRIGGERS.slice(1)));
  await untilKeys(count - 2);
  const shorter = await dataOf();
  expect(shorter).not.toHaveProperty(`trigger.dt_${TEAM}_s1_on-sync-failed`);
  const unchanged = Object.keys(before).filter((key) => key.includes(`_${TEAM}_s2`));
  for (const key of unchanged) expect(shorter[key]).toBe(before[key]);
  expect(await ownOperations()).toEqual(['Apply', 'Update']);

  // Another writer comes in between, and the operator has to read what it says.
  await stage.cp.merge('configmap', ARGOCD, 'argocd-notifications-cm', {
    data: { 'template.theirs': 'message: a' },
  });
  await stage.apply(wanted('s1', TRIGGERS));
  await untilKeys(count);
  expect(await dataOf()).toMatchObject({ 'template.theirs': 'message: a' });

  // What was patched and what was applied goes in the same way.
  for (const name of ['s1', 's2']) await stage.remove('nsub', TEAM, name);
  await untilKeys(count - 2 * KEYS_OF_ONE);
  expect(Object.keys(await dataOf()).filter((key) => /_s[12]_|_s[12]$/.test(key))).toEqual([]);
});

it('a value that somebody replaces comes back', async () => {
  const key = `template.dt_${TEAM}_s3`;
  const before = (await dataOf())[key];
  await stage.cp.merge('configmap', ARGOCD, 'argocd-notifications-cm', { data: { [key]: 'theirs' } });
  await eventually('the value to come back', async () => expect((await dataOf())[key]).toBe(before), {
    timeoutMs: 30_000,
  });
});
