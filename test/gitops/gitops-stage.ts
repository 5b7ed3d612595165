import { join } from 'node:path';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { startArgoCDNotifications } from '../support/argocd.ts';
import { waitForCrds } from '../support/crds.ts';
import { ARGOCD, type Stage, type StageOptions, startStage } from '../support/stage.ts';
import { startArgoCDProcesses } from './argocd-processes.ts';
import { createRepository, type GitRepository } from './git-repository.ts';
import { locateGitopsTools } from './layout.ts';
import type { SyncedApplication } from './synced-application.ts';

/** The change to argocd-cm that the README recommends. */
const HEALTH_CHECKS = join(import.meta.dirname, '../../config/argocd/argocd-cm.yaml');

/** A stage whose Argo CD syncs from Git, and a repository for it. */
export interface GitopsStage extends Stage {
  readonly repository: GitRepository;
  /** Starts Argo CD's API server. @returns its URL */
  startServer(): Promise<string>;
  /** Has Argo CD look at Git now, as a webhook would; it does not wait for the result. */
  refresh(...names: string[]): Promise<void>;
  /** Waits until an Application is in a state (30 s), and returns it then. */
  application(
    name: string,
    what: string,
    isThere: (app: SyncedApplication) => boolean,
  ): Promise<SyncedApplication>;
}

/** Sets everything up; what was started is stopped again if something fails on the way. */
export async function startGitopsStage(options: Omit<StageOptions, 'argocd'>): Promise<GitopsStage> {
  await using undo = new AsyncDisposableStack();
  const stage = undo.use(await startStage({ ...options, argocd: false }));
  const { cp, dingtalk } = stage;
  await cp.kubectl(['apply', '--server-side', '-f', locateGitopsTools().applicationSetCrd]);
  await waitForCrds(cp, ['applicationsets.argoproj.io']);
  await stage.apply(...installation());
  await cp.kubectl(['patch', 'configmap', 'argocd-cm', '-n', ARGOCD, '--patch-file', HEALTH_CHECKS]);
  const processes = undo.use(await startArgoCDProcesses(cp, ARGOCD));
  const args = ['--argocd-repo-server', processes.repoServer];
  const notifications = undo.use(
    await startArgoCDNotifications(cp, { namespace: ARGOCD, caFile: dingtalk.caFile, args }),
  );
  const repository = await createRepository(cp.dir);
  const running = undo.move();
  const annotations = { 'argocd.argoproj.io/refresh': 'normal' };
  return {
    ...stage,
    repository,
    startServer: () => processes.startServer(),
    argocd: () => notifications,
    refresh: async (...names) => {
      for (const name of names)
        await cp.merge('applications.argoproj.io', ARGOCD, name, { metadata: { annotations } });
    },
    application: (name, what, isThere) =>
      eventually(
        `Application ${name} to be ${what}`,
        async () => {
          const app = await stage.get<SyncedApplication>('applications.argoproj.io', ARGOCD, name);
          if (isThere(app)) return app;
          const { sync, health, operationState, resources, conditions } = app.status ?? {};
          const { annotations } = app.metadata;
          throw new Error(
            JSON.stringify({ annotations, sync, health, operationState, resources, conditions }),
          );
        },
        { timeoutMs: 30_000, intervalMs: 100 },
      ),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** What an installation of Argo CD has beside the objects that every stage has. */
function installation(): object[] {
  const labels = { 'app.kubernetes.io/part-of': 'argocd' };
  const configMaps = [
    'argocd-rbac-cm',
    'argocd-tls-certs-cm',
    'argocd-ssh-known-hosts-cm',
    'argocd-gpg-keys-cm',
  ];
  return [
    ...configMaps.map((name) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: ARGOCD, labels },
    })),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'argocd-secret', namespace: ARGOCD, labels },
      stringData: { 'server.secretkey': 'only-for-tests' },
    },
  ];
}
