import { afterAll, beforeAll, expect, it } from 'vitest';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { namespace, realRobot, subscription } from '../support/team.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ argocd: false });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const NAMES = Array.from({ length: 30 }, (_, index) => `team-${index}`);

it('SIGTERM in the middle of the work ends the process soon, with nothing untrue left in any status', async () => {
  const manifests = NAMES.flatMap((name) => [
    ...realRobot(stage.dingtalk, { namespace: 'team', name }).manifests,
    // Each about another application, since a namespace has only so many destinations on any one.
    subscription({ namespace: 'team', name }, { applications: { names: [name] } }),
  ]);
  await stage.apply(namespace('team'));
  await stage.apply(...manifests);
  const before = Date.now();
  // Within its grace: SIGKILL would show as a signal.
  expect(await stage.operator().stop(10_000)).toEqual({ code: 0, signal: null });
  expect(Date.now() - before).toBeLessThan(8_000);
  expect(stage.operatorOutput()).toContain('"msg":"stopped"');
  const { items } = JSON.parse(
    await stage.cp.kubectl(['get', 'robots,nsub', '-n', 'team', '-o', 'json']),
  ) as {
    items: KubernetesResource[];
  };
  const reasons = items.flatMap(({ status }) => status?.conditions?.map(({ reason }) => reason) ?? []);
  expect(reasons).not.toContain('GateUnavailable');
  expect(reasons).not.toContain('CredentialsUnreadable');
});

it('whoever comes next finishes it', async () => {
  await stage.restartOperator();
  for (const name of NAMES) await stage.conditions('nsub', 'team', name, { Ready: 'True/Ready' });
  const { data } = await stage.get<KubernetesResource>('secret', ARGOCD, 'argocd-notifications-secret');
  expect(Object.keys(data ?? {}).length).toBe(NAMES.length);
});
