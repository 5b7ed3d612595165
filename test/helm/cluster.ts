import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { operatorConfiguration } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { type FakeDingTalk, startFakeDingTalk } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { ARGOCD, installArgoCD } from '../support/argocd.ts';
import { type ControlPlane, startControlPlane } from '../support/control-plane.ts';
import { type RunningProcess, startProcess } from '../support/processes.ts';
import { operatorCommand } from '../support/programs.ts';
import { type Helm, openHelm } from './helm.ts';
import type { HelmVersion } from './layout.ts';
import { type Manifest, manifestsIn } from './manifests.ts';

/** The name of the release, which is also that of the chart. */
export const RELEASE = 'argocd-dingtalk-operator';

/** A control plane with Argo CD's objects, on which nothing of the operator is installed, and Helm for it. */
export interface HelmCluster extends AsyncDisposable {
  readonly cp: ControlPlane;
  readonly dingtalk: FakeDingTalk;
  readonly helm: Helm;
  /** Values of a configuration that knows the fake DingTalk as the only one. */
  readonly configuration: object;
  /** Runs the operator as its pod would: with the installed configuration and ServiceAccount, but without its port. */
  startOperator(account?: string): Promise<RunningProcess>;
  /**
   * Creates what the hook needs, but for its Job, which would need a kubelet.
   * @returns the arguments of the Job's command and of a kubeconfig of its ServiceAccount
   */
  hookCommand(): Promise<string[]>;
  /** Argo CD's two objects as they are, without their versions. */
  target(): Promise<object[]>;
}

/** @throws Error as {@link startControlPlane} and {@link openHelm} do */
export async function startHelmCluster(major: HelmVersion): Promise<HelmCluster> {
  await using undo = new AsyncDisposableStack();
  const cp = undo.use(await startControlPlane());
  const dingtalk = undo.use(await startFakeDingTalk());
  const helm = undo.use(await openHelm(major, cp.adminKubeconfig));
  await installArgoCD(cp, { namespace: ARGOCD });
  const parts = undo.move();
  const {
    apiVersion: _,
    kind: _kind,
    ...configuration
  } = operatorConfiguration(dingtalk, {}) as Record<string, unknown>;
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(cp.dir, name);
    await writeFile(path, text);
    return path;
  };
  return {
    cp,
    dingtalk,
    helm,
    configuration,
    startOperator: async (account = RELEASE) => {
      const text = await configurationIn(cp, 'argocd-dingtalk-configuration');
      const { health: _health, metrics: _metrics, ...rest } = parse(text);
      const config = await file('installed.yaml', stringify(rest));
      const kubeconfig = await cp.serviceAccountKubeconfig(ARGOCD, account);
      return startProcess({
        name: 'operator',
        command: process.execPath,
        args: operatorCommand('--config', config, '--kubeconfig', kubeconfig),
        env: { NO_PROXY: '127.0.0.1,localhost' },
        ready: (running) => running.output().includes('"msg":"caches have synced"'),
        readyTimeoutMs: 60_000,
      });
    },
    hookCommand: async () => {
      const hooks = manifestsIn(await helm.helm('get', 'hooks', RELEASE, '-n', ARGOCD));
      await cp.apply(
        hooks.filter(({ kind }) => kind !== 'Job'),
        'helm',
      );
      const job = hooks.find(({ kind }) => kind === 'Job') as Job | undefined;
      const [container] = job?.spec.template.spec.containers ?? [];
      const account = job?.spec.template.spec.serviceAccountName;
      if (!container || !account) throw new Error('there is no Job among the hooks');
      const config = await file('hook.yaml', await configurationIn(cp, 'argocd-dingtalk-uninstall'));
      const kubeconfig = await cp.serviceAccountKubeconfig(ARGOCD, account);
      const args = container.args.map((arg) => (arg.startsWith('--config=') ? `--config=${config}` : arg));
      return [...args, '--kubeconfig', kubeconfig];
    },
    target: async () => [
      await withoutVersion(cp, 'configmap', 'argocd-notifications-cm'),
      await withoutVersion(cp, 'secret', 'argocd-notifications-secret'),
    ],
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

interface Job extends Manifest {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containers: readonly { readonly args: readonly string[] }[];
      };
    };
  };
}

async function configurationIn(cp: ControlPlane, name: string): Promise<string> {
  const { data } = await cp.get<{ data: Record<string, string> }>('configmap', ARGOCD, name);
  const { 'configuration.yaml': text } = data;
  if (text === undefined) throw new Error(`ConfigMap ${name} has no configuration.yaml`);
  return text;
}

async function withoutVersion(cp: ControlPlane, kind: string, name: string): Promise<object> {
  const object = await cp.get<{ metadata: Record<string, unknown> }>(kind, ARGOCD, name);
  const { resourceVersion: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
