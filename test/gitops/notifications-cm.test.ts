import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, type KubernetesResource } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';
import { type GitopsStage, startGitopsStage } from './gitops-stage.ts';
import { isSynced, type SyncedApplication, syncedApplication } from './synced-application.ts';

/**
 * An Application that manages Argo CD's two objects from Git, as where Argo CD manages itself, and that undoes edits of others:
 * which of the settings that docs/gitops.md speaks of let the operator write there.
 */

const CONFIG_MAP = 'argocd-notifications-cm';
const SECRET = 'argocd-notifications-secret';
const APP = 'argo-cd';
const TEAM = { namespace: 'team', name: 'robot' };
const EDITED = { events: [{ trigger: 'on-sync-failed' }, { trigger: 'on-deployed' }] };
const SHARED = '- recipients: [slack:deployments]\n  triggers: [on-deployed]\n';

/** Fewer than the five losses after which the operator takes it for a fight. */
const FEW = 2;

let stage: GitopsStage;
beforeAll(async () => {
  stage = await startGitopsStage({ operator: false });
  const { manifests } = realRobot(stage.dingtalk, TEAM);
  await stage.apply(namespace(TEAM.namespace), ...manifests);
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** Argo CD makes both objects anew from Git, and the operator knows nothing of what was. */
beforeEach(async () => {
  await stage.stopOperator();
  await stage.cp.kubectl(['delete', 'applications.argoproj.io', '-n', ARGOCD, '--all']);
  for (const [kind, name] of [
    ['configmap', CONFIG_MAP],
    ['secret', SECRET],
  ] as const)
    await stage.cp.kubectl(['delete', kind, name, '-n', ARGOCD, '--ignore-not-found']);
  await stage.apply(subscription(TEAM));
  await stage.restartOperator();
});

const configMap = async () =>
  (await stage.get<KubernetesResource>('configmap', ARGOCD, CONFIG_MAP)).data ?? {};
const isOurs = (key: string): boolean => key.includes('.dt_');
const ours = async () => Object.entries(await configMap()).filter(([key]) => isOurs(key));

/** Both objects, with these keys of the ConfigMap. */
function objects(data: Readonly<Record<string, string>> = {}): object[] {
  const labels = { 'app.kubernetes.io/part-of': 'argocd' };
  const metadata = (name: string) => ({ name, namespace: ARGOCD, labels });
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(CONFIG_MAP), data },
    { apiVersion: 'v1', kind: 'Secret', metadata: metadata(SECRET), type: 'Opaque' },
  ];
}

const push = (data: Readonly<Record<string, string>>): Promise<string> =>
  stage.repository.commit({ 'argocd/objects.yaml': objects(data) });

/** Creates the Application for a first commit, and waits until Argo CD and the operator have done their parts. */
async function install(
  data: Readonly<Record<string, string>>,
  options: { readonly syncOptions: readonly string[]; readonly ignore?: object },
): Promise<void> {
  await push(data);
  const { syncOptions, ignore } = options;
  const spec = ignore && {
    ignoreDifferences: [{ group: '', kind: 'ConfigMap', name: CONFIG_MAP, ...ignore }],
  };
  const { url } = stage.repository;
  await stage.apply(
    syncedApplication({
      ...{ name: APP, repoURL: url, path: 'argocd', namespace: ARGOCD, syncOptions },
      ...(spec && { spec }),
    }),
  );
  await stage.conditions('nsub', TEAM.namespace, TEAM.name, { Ready: 'True/Ready' }, 30_000);
  await stage.conditions('robots', TEAM.namespace, TEAM.name, { Ready: 'True/Ready' });
}

/** The Application after Argo CD has compared everything that is there now. */
async function compared(): Promise<SyncedApplication> {
  const running = ({ status }: SyncedApplication) => status?.operationState?.phase === 'Running';
  await stage.refresh(APP);
  return stage.application(
    APP,
    'compared',
    (app) => app.metadata.annotations?.['argocd.argoproj.io/refresh'] === undefined && !running(app),
  );
}

/** How often somebody has changed or removed the operator's keys, as far as the operator has noticed. */
const losses = () =>
  stage.operatorOutput().split("another writer changed or removed the operator's keys").length;

/**
 * Has Git and the operator change in turn, and expects that nobody undoes the other's part.
 * @param atMost how often Argo CD may write a value of the operator's that it had read before the operator's last write
 */
async function expectPeace(data: Readonly<Record<string, string>>, atMost = 0): Promise<void> {
  const before = await compared();
  // Argo CD may have written once more what it knew before the operator wrote.
  const lost = losses();
  expect(before.status?.sync?.status).toBe('Synced');
  await stage.apply(subscription(TEAM, EDITED));
  await stage.conditions('nsub', TEAM.namespace, TEAM.name, { Ready: 'True/Ready' });
  expect(await ours()).toHaveLength(6);
  const after = await compared();
  expect(after.status?.sync?.status).toBe('Synced');
  expect(after.status?.operationState).toEqual(before.status?.operationState);

  const live = await ours();
  await stage.cp.merge(
    'configmap',
    ARGOCD,
    CONFIG_MAP,
    { data: { context: 'edited: by-hand\n' } },
    'kubectl-edit',
  );
  await eventually('Argo CD to undo the edit', async () => (await configMap()).context === data.context);
  const revision = await push({ ...data, 'service.slack': 'token: $slack-token\n' });
  await stage.refresh(APP);
  await stage.application(APP, `Synced at ${revision}`, isSynced(revision));
  expect((await configMap())['service.slack']).toBe('token: $slack-token\n');
  expect(await ours()).toEqual(live);
  expect((await configMap()).subscriptions).toContain('dt_team_robot');
  await stage.conditions('nsub', TEAM.namespace, TEAM.name, { Ready: 'True/Ready' });

  await stage.remove('nsub', TEAM.namespace, TEAM.name);
  await eventually('everything of the subscription to go', async () => {
    return (await ours()).length === 1 && (await configMap()).subscriptions === data.subscriptions;
  });
  expect((await compared()).status?.sync?.status).toBe('Synced');
  expect(losses() - lost).toBeLessThanOrEqual(atMost);
}

describe('a ConfigMap in Git without the key subscriptions', () => {
  it.each([[[]], [['ServerSideApply=true']]])(
    'needs no setting, with sync options %j',
    async (syncOptions) => {
      const data = { context: 'region: cn-hangzhou\n' };
      await install(data, { syncOptions });
      await expectPeace(data);
    },
  );
});

describe('a ConfigMap in Git with the key subscriptions', () => {
  const data = { context: 'region: cn-hangzhou\n', subscriptions: SHARED };
  const respect = ['RespectIgnoreDifferences=true'];

  it.each([{ jsonPointers: ['/data/subscriptions'] }, { jqPathExpressions: ['.data.subscriptions'] }])(
    'is left to the operator by %j and RespectIgnoreDifferences=true',
    async (ignore) => {
      await install(data, { syncOptions: respect, ignore });
      // It writes the ignored key, too, with the value that it has last seen.
      await expectPeace(data, FEW);

      const revision = await push({ ...data, subscriptions: `${SHARED}# more\n` });
      await stage.refresh(APP);
      await stage.application(APP, `Synced at ${revision}`, isSynced(revision));
      expect((await configMap()).subscriptions).toBe(SHARED);
    },
  );

  it('is taken from the operator by each sync without these, which the subscription says', async () => {
    await install(data, { syncOptions: [] });
    // Argo CD undoes edits after ever longer pauses, but a commit is synced at once.
    const isContested = () => stage.operatorOutput().includes('TargetContested');
    for (let round = 1; !isContested(); round++) {
      const lost = losses();
      await push({ ...data, context: `round: "${round}"\n` });
      await stage.refresh(APP);
      const what = `Argo CD to write over the operator's entries, round ${round}`;
      await eventually(what, () => losses() > lost || isContested(), { timeoutMs: 30_000 });
    }
    const contested = await stage.conditions('nsub', TEAM.namespace, TEAM.name, {
      Ready: 'False/TargetContested',
    });
    const ready = contested.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.message).toMatch(/argocd-controller/);
  });
});

describe('ServerSideApply=true together with RespectIgnoreDifferences=true', () => {
  it('has Argo CD apply an ignored key that is not in Git, until both are taken apart', async () => {
    const data = { context: 'region: cn-hangzhou\n' };
    const ignore = { jsonPointers: ['/data/subscriptions'] };
    const syncOptions = ['ServerSideApply=true', 'RespectIgnoreDifferences=true'];
    // The operator's entries are there before Argo CD applies anything.
    await stage.apply(...objects());
    await stage.conditions('nsub', TEAM.namespace, TEAM.name, { Ready: 'True/Ready' });
    await install(data, { syncOptions, ignore });
    const revision = await push({ ...data, 'service.slack': 'token: $slack-token\n' });
    await stage.refresh(APP);
    await stage.application(APP, `Synced at ${revision}`, isSynced(revision));
    await stage.apply(subscription(TEAM, { ...EDITED, applications: { names: ['other'] } }));
    const owned = await stage.conditions('nsub', TEAM.namespace, TEAM.name, {
      Ready: 'False/SharedKeyOwned',
    });
    const ready = owned.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.message).toMatch(/argocd-controller.*RespectIgnoreDifferences=true/);

    const spec = { ignoreDifferences: null, syncPolicy: { syncOptions: ['ServerSideApply=true'] } };
    await stage.cp.merge('applications.argoproj.io', ARGOCD, APP, { spec });
    const next = await push({ ...data, 'service.slack': 'token: $other-token\n' });
    await stage.refresh(APP);
    await stage.application(APP, `Synced at ${next}`, isSynced(next));
    await stage.conditions('nsub', TEAM.namespace, TEAM.name, { Ready: 'True/Ready' });
    expect((await configMap()).subscriptions).toContain('dt_team_robot');
  });
});
