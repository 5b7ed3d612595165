import { afterAll, beforeAll, expect, it } from 'vitest';
import { credentialsSecret, namespace, robot, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { follow } from '../support/follow.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const FIELDS = { signing: { renewAfter: '2s' } };
const GOOD = { namespace: 'team', name: 'good' };
const BROKEN = { namespace: 'team', name: 'broken' };

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: FIELDS });
  await stage.apply(namespace('team'));
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const verdict = (kind: string) =>
  follow(stage.cp, [kind], 'team', '{.metadata.name} {.status.conditions[?(@.type=="Accepted")].reason}');
const configMap = () => stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm');
const url = async () => (await stage.get('secret', ARGOCD, 'argocd-notifications-secret')).data?.dt_team_good;

it('a new robot and its subscription become ready in one go', async () => {
  const missing = credentialsSecret(BROKEN, { webhook: undefined, other: 'x' });
  await stage.apply(missing, robot(BROKEN), subscription(BROKEN));
  await stage.conditions('nsub', 'team', 'broken', { Accepted: 'False/RobotNotReady' });
  const [robots, subscriptions] = [await verdict('robots'), await verdict('nsub')];
  await stage.apply(...realRobot(stage.dingtalk, GOOD).manifests, subscription(GOOD));
  await stage.conditions('nsub', 'team', 'good', { Ready: 'True/Ready' });
  for (const { lines, stop } of [robots, subscriptions]) {
    await stop();
    const seen = lines()
      .map((line) => line.trim())
      .filter((line) => line.startsWith('good'));
    expect(new Set(seen)).toEqual(new Set(['good', 'good Accepted']));
  }
});

it('a restart flips no status and takes nothing away, though nothing is known of the Secrets then', async () => {
  const [robots, subscriptions] = [await verdict('robots'), await verdict('nsub')];
  const secret = await follow(stage.cp, ['secret'], ARGOCD, '{.metadata.name} {.data.dt_team_good}');
  const before = await configMap();
  await stage.restartOperator(FIELDS);
  const renewed = secret.lines().length;
  await eventually('two renewals', () => secret.lines().length > renewed + 1);
  for (const { stop } of [robots, subscriptions, secret]) await stop();
  expect(new Set(robots.lines())).toEqual(new Set(['good Accepted', 'broken CredentialsKeyNotFound']));
  expect(new Set(subscriptions.lines())).toEqual(new Set(['good Accepted', 'broken RobotNotReady']));
  const urls = secret.lines().filter((line) => line.startsWith('argocd-notifications-secret'));
  expect(urls.every((line) => line.length > 'argocd-notifications-secret '.length)).toBe(true);
  expect((await configMap()).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
});

it('a live robot with a misspelt time zone leaves its messages alone', async () => {
  await stage.apply(robot(GOOD, { timeZone: 'Asia/Shanghai' }));
  await stage.conditions('robots', 'team', 'good', { Ready: 'True/Ready' });
  const before = await configMap();
  expect(JSON.stringify(before.data)).toContain('`Asia/Shanghai`');
  await stage.apply(robot(GOOD, { timeZone: 'Asia/Shangai', locale: 'zh-CN' }));
  await stage.conditions('robots', 'team', 'good', {
    Accepted: 'False/UnknownTimeZone',
    Merged: 'False/PreviousVersionLive',
  });
  await stage.apply(subscription({ namespace: 'team', name: 'second' }, { robots: [{ name: 'good' }] }));
  await stage.conditions('nsub', 'team', 'second', { Ready: 'True/Ready' });
  const { data = {} } = await configMap();
  for (const [key, value] of Object.entries(before.data ?? {})) {
    if (key !== 'subscriptions') expect(data[key], key).toBe(value);
  }
  const live = await url();
  await stage.apply(robot(GOOD, { timeZone: 'Asia/Shanghai', locale: 'zh-CN' }));
  await stage.conditions('robots', 'team', 'good', { Ready: 'True/Ready' });
  await eventually('a renewal', async () => (await url()) !== live);
});
