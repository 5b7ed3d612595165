import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newCredentials } from '../../operator/api/testing/manifests.ts';
import { operatorConfiguration } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { cliCommand } from '../support/programs.ts';
import { type RunResult, run } from '../support/run.ts';
import { ARGOCD, type KubernetesResource } from '../support/stage.ts';
import { type GitopsStage, startGitopsStage } from './gitops-stage.ts';
import { isSynced, syncedApplication } from './synced-application.ts';

/** Argo CD manages its own ConfigMap from Git, and undoes edits. Somebody moves in all the same. */

const CONFIG_MAP = 'argocd-notifications-cm';
const APP = 'argo-cd';
const CONTEXT = { context: 'argocdUrl: https://argocd.example.com\n' };

const formerKeys = (webhook: string): Readonly<Record<string, string>> => ({
  'service.webhook.ding': `url: ${webhook}\nheaders: [{name: Content-Type, value: application/json}]\n`,
  'template.failed':
    'webhook:\n  ding:\n    method: POST\n    body: |\n      {"msgtype":"text","text":{"content":"{{.app.metadata.name}} failed"}}\n',
  'trigger.on-sync-failed':
    "- when: app.status.operationState != nil and app.status.operationState.phase in ['Error', 'Failed']\n  send: [failed]\n",
  subscriptions: '- recipients: [ding]\n  triggers: [on-sync-failed]\n',
});

/** Entries that come back are about events from then on. */
const withoutMoments = (data: Readonly<Record<string, string>>): object =>
  JSON.parse(JSON.stringify(data).replace(/'\d{4}-\d\d-\d\dT[\d:]{8}Z'/g, "'MOMENT'"));

let stage: GitopsStage;
let former: Readonly<Record<string, string>>;
let config: string;
beforeAll(async () => {
  stage = await startGitopsStage({ operator: false });
  const { token } = stage.dingtalk.addRobot({ token: newCredentials().token });
  former = formerKeys(`${stage.dingtalk.url}/robot/send?access_token=${token}`);
  config = join(stage.cp.dir, 'adopt.json');
  await writeFile(config, JSON.stringify(operatorConfiguration(stage.dingtalk, {})));
  await stage.remove('configmap', ARGOCD, CONFIG_MAP);
  await push({ ...CONTEXT, ...former });
  const { url } = stage.repository;
  await stage.apply(syncedApplication({ name: APP, repoURL: url, path: 'argocd', namespace: ARGOCD }));
  await stage.application(APP, 'synced', isSynced());
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const push = (data: Readonly<Record<string, string>>): Promise<string> => {
  const metadata = { name: CONFIG_MAP, namespace: ARGOCD, labels: { 'app.kubernetes.io/part-of': 'argocd' } };
  return stage.repository.commit({
    'argocd/objects.yaml': [{ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }],
  });
};
const synced = async (revision: string): Promise<void> => {
  await stage.refresh(APP);
  await stage.application(APP, `Synced at ${revision}`, isSynced(revision));
};
const adopt = (...args: string[]): Promise<RunResult> =>
  run(
    process.execPath,
    cliCommand('adopt', ...args, '--config', config, '--kubeconfig', stage.cp.adminKubeconfig),
    { timeoutMs: 120_000 },
  );
const data = async () =>
  (await stage.get<KubernetesResource>('configmap', ARGOCD, CONFIG_MAP)).data as Record<string, string>;
const syncAutomatically = (automated: object | null): Promise<unknown> =>
  stage.cp.merge('applications.argoproj.io', ARGOCD, APP, { spec: { syncPolicy: { automated } } });

it('adopt names the Application and the order of the steps, and does not switch before', async () => {
  const dir = join(stage.cp.dir, 'moved-in');
  const { stderr } = await adopt('--output-dir', dir);
  expect(stderr).toMatch(/Application argo-cd of Argo CD .*Turn off automated sync/);
  await stage.cp.kubectl(['apply', '-f', dir]);
  const refused = await adopt('--take-over');
  expect(refused.stderr).toMatch(/Nothing is switched: Application argo-cd[\s\S]*--owner-will-follow/);
  expect(refused.code).toBe(1);
  expect(await data()).toMatchObject(former);
});

it('a sync of the prepared version after the switch changes nothing of the operator', async () => {
  await syncAutomatically(null);
  const { code, stderr } = await adopt('--take-over', '--owner-will-follow');
  expect(code, stderr).toBe(0);
  const live = await data();
  expect(Object.keys(live).filter((key) => key in former)).toEqual(['subscriptions']);
  await stage.restartOperator();
  await stage.conditions('robots', ARGOCD, 'ding', { Ready: 'True/Ready', Accepted: 'True/Accepted' });
  const revision = await push(CONTEXT);
  await syncAutomatically({ prune: true, selfHeal: true });
  await synced(revision);
  // Git had the key subscriptions, so Argo CD removes it once, and the operator puts its entries back.
  await eventually('the same to be live', async () => {
    expect(withoutMoments(await data())).toEqual(withoutMoments(live));
    return true;
  });
  await stage.conditions('nsub', ARGOCD, 'ding', { Ready: 'True/Ready' });
  await synced(await push({ context: 'argocdUrl: https://cd.example.com\n' }));
  expect(withoutMoments(await data())).toEqual(
    withoutMoments({ ...live, context: 'argocdUrl: https://cd.example.com\n' }),
  );
});

it('the operator says so where a commit brings the old keys back', async () => {
  const { subscriptions: _, ...keys } = former;
  await synced(await push({ ...CONTEXT, ...keys }));
  const wanted = { Accepted: 'True/FormerServiceExists' };
  const robot = await stage.conditions('robots', ARGOCD, 'ding', wanted, 60_000);
  const accepted = robot.status?.conditions?.find(({ type }) => type === 'Accepted');
  expect(accepted?.message).toMatch(/service\.webhook\.ding.*Field manager argocd-controller wrote it/);
  await synced(await push(CONTEXT));
  await stage.conditions('robots', ARGOCD, 'ding', { Accepted: 'True/Accepted' });
});
