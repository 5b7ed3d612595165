import { afterAll, beforeAll, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const SECRET = 'argocd-notifications-secret';
const TEAM = 'team';
/** A signed URL of the fake and its key take between 200 and 300 bytes. */
const FULL_BUT_FOR = 550;
const LIMIT = 1_000_000;
const MARK = 'somebody-elses-value';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: false });
  await stage.apply(namespace(TEAM));
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** Somebody else's key of the Secret, in so many bytes with its name. */
async function foreign(size: number): Promise<void> {
  const value = MARK.padEnd(size - 'foreign'.length, '.');
  await stage.cp.merge('secret', ARGOCD, SECRET, { stringData: { foreign: value } });
}
const robotIs = (name: string, ready: string) => stage.conditions('robots', TEAM, name, { Ready: ready });
const dataOf = async (kind: string, name: string) =>
  (await stage.get<KubernetesResource>(kind, ARGOCD, name)).data ?? {};

it('a robot that the Secret has no room for waits for it, and those that are live stay', async () => {
  await foreign(LIMIT - FULL_BUT_FOR);
  await stage.restartOperator();
  for (const name of ['a', 'b']) {
    await stage.apply(...realRobot(stage.dingtalk, { namespace: TEAM, name }).manifests);
    await robotIs(name, 'True/Ready');
  }
  await stage.apply(...realRobot(stage.dingtalk, { namespace: TEAM, name: 'c' }).manifests);
  const refused = await robotIs('c', 'False/TargetFull');
  expect(JSON.stringify(refused.status)).toMatch(
    /Argo CD's Secret has no room for this resource: \d+ bytes are needed/,
  );

  // All three would fit into what Kubernetes takes, so what is live stays as it is when others write more.
  await foreign(LIMIT + 10_000);
  await stage.restartOperator();
  await robotIs('a', 'True/Ready');
  expect(Object.keys(await dataOf('secret', SECRET)).sort()).toEqual(['dt_team_a', 'dt_team_b', 'foreign']);

  await foreign(LIMIT / 2);
  await robotIs('c', 'True/Ready');
  expect(Object.keys(await dataOf('secret', SECRET))).toContain('dt_team_c');
  expect(stage.operatorOutput()).not.toContain(MARK);
});

it('a namespace gets no more than its quota, and the next one goes in when another leaves', async () => {
  await stage.restartOperator({ limits: { perNamespace: { subscriptions: 1 } } });
  const to = (name: string) => subscription({ namespace: TEAM, name }, { robots: [{ name: 'a' }] });
  await stage.apply(to('first'));
  await stage.conditions('nsub', TEAM, 'first', { Ready: 'True/Ready' });
  await stage.apply(to('second'));
  await stage.conditions('nsub', TEAM, 'second', { Ready: 'False/NamespaceQuotaExceeded' });
  await stage.remove('nsub', TEAM, 'first');
  await stage.conditions('nsub', TEAM, 'second', { Ready: 'True/Ready' });
  const ours = Object.keys(await dataOf('configmap', 'argocd-notifications-cm'));
  expect(ours.filter((key) => key.startsWith('trigger.'))).toEqual(['trigger.dt_team_second_on-sync-failed']);
});
