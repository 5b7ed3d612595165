import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GROUP, KINDS } from '../../operator/api/kinds.ts';
import { RELAY_ROUTE } from '../../operator/api/relay-route.ts';
import {
  type ConfigFields,
  operatorConfiguration,
} from '../../operator/dingtalk/testing/fake-configuration.ts';
import type { FakeDingTalk } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import type { ControlPlane } from './control-plane.ts';
import { waitForCrds } from './crds.ts';
import { type RunningProcess, startProcess } from './processes.ts';
import { operatorCommand } from './programs.ts';

const REPOSITORY = new URL('../..', import.meta.url).pathname;

/** The operator's ServiceAccount, in Argo CD's namespace. */
const SERVICE_ACCOUNT = 'argocd-dingtalk-operator';

/** Applies what we ship: the CRDs and the operator's rights. */
export async function installOperator(cp: ControlPlane): Promise<void> {
  await cp.kubectl(['apply', '--server-side', '-k', join(REPOSITORY, 'config/default')]);
  await waitForCrds(
    cp,
    [...Object.values(KINDS), RELAY_ROUTE].map(({ plural }) => `${plural}.${GROUP}`),
  );
}

/**
 * Runs the operator as a process of its own, with nothing but the rights of the shipped ServiceAccount.
 * @param namespace of the installation
 * @returns once all its caches have synced
 */
export async function startOperator(
  cp: Pick<ControlPlane, 'dir' | 'serviceAccountKubeconfig'>,
  dingtalk: FakeDingTalk,
  fields: ConfigFields = {},
  env: Readonly<Record<string, string>> = {},
  namespace = 'argocd',
): Promise<RunningProcess> {
  const kubeconfig = await cp.serviceAccountKubeconfig(namespace, SERVICE_ACCOUNT);
  const config = join(cp.dir, `operator-${namespace}.json`);
  await writeFile(config, JSON.stringify(operatorConfiguration(dingtalk, fields)));
  return startProcess({
    name: 'operator',
    command: process.execPath,
    args: operatorCommand('--config', config, '--kubeconfig', kubeconfig),
    // The fake is on this machine.
    env: { NO_PROXY: '127.0.0.1,localhost', ...env },
    ready: (running) => running.output().includes('"msg":"caches have synced"'),
    readyTimeoutMs: 30_000,
  });
}
