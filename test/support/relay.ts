import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigFields } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { operatorConfiguration } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { freePorts } from './ports.ts';
import { type RunningProcess, startProcess } from './processes.ts';
import { cliCommand } from './programs.ts';
import { ARGOCD, type Stage } from './stage.ts';

const REPOSITORY = new URL('../..', import.meta.url).pathname;
const SERVICE_ACCOUNT = 'argocd-dingtalk-relay';

/** A place for a relay: the fields that it and the operator have in common. */
export interface RelayPlace {
  /** Base of its door: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Base of its probes and metrics. */
  readonly healthUrl: string;
  /** SQLite's file. */
  readonly file: string;
  /** For the operator and the relay. */
  readonly fields: ConfigFields;
}

/** Chooses ports and a file for a relay. It does not run yet. */
export async function placeForRelay(stage: Pick<Stage, 'cp'>): Promise<RelayPlace> {
  const [door, health] = (await freePorts(2)) as [number, number];
  const dir = await mkdtemp(join(stage.cp.dir, 'relay-'));
  const url = `http://127.0.0.1:${door}`;
  const file = join(dir, 'relay.db');
  return {
    url,
    healthUrl: `http://127.0.0.1:${health}`,
    file,
    fields: { relay: { url, listen: `127.0.0.1:${door}`, store: { sqlite: file } } },
  };
}

/** Gives the relay what we ship: its ServiceAccount and its rights. May be called again. */
export async function installRelay({ cp }: Pick<Stage, 'cp'>): Promise<void> {
  await cp.kubectl(['apply', '--server-side', '-k', join(REPOSITORY, 'test/support/relay-rights')]);
}

/**
 * Runs the relay as a process of its own, with nothing but the rights of the shipped ServiceAccount.
 * @returns once it is ready
 */
export async function startRelay(
  stage: Pick<Stage, 'cp' | 'dingtalk'>,
  place: RelayPlace,
  fields: ConfigFields = {},
): Promise<RunningProcess> {
  const kubeconfig = await stage.cp.serviceAccountKubeconfig(ARGOCD, SERVICE_ACCOUNT);
  const config = join(stage.cp.dir, `relay-${new URL(place.url).port}.json`);
  const listen = new URL(place.healthUrl).host;
  const all = { health: { listen }, metrics: { listen }, ...place.fields, ...fields };
  await writeFile(config, JSON.stringify(operatorConfiguration(stage.dingtalk, all)));
  return startProcess({
    name: 'relay',
    command: process.execPath,
    args: cliCommand('relay', '--config', config, '--kubeconfig', kubeconfig),
    env: { NO_PROXY: '127.0.0.1,localhost' },
    ready: async () => (await fetch(`${place.healthUrl}/readyz`)).ok,
    readyTimeoutMs: 30_000,
  });
}
