import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigFields } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { operatorConfiguration } from '../../operator/dingtalk/testing/fake-configuration.ts';
import type { Delivery } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { type ApplicationOptions, type ApplicationPatch, application } from './applications.ts';
import { freePorts } from './ports.ts';
import { type RunningProcess, startProcess } from './processes.ts';
import { cliCommand } from './programs.ts';
import { ARGOCD, type KubernetesResource, type Stage } from './stage.ts';

const REPOSITORY = new URL('../..', import.meta.url).pathname;
const SERVICE_ACCOUNT = 'argocd-dingtalk-relay';

/** A place for a relay: the fields that it and the operator have in common. */
export interface RelayPlace {
  /** Base of its door: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Base of its door for Gitee. */
  readonly giteeUrl: string;
  /** Base of its probes and metrics. */
  readonly healthUrl: string;
  /** SQLite's file. */
  readonly file: string;
  /** For the operator and the relay. */
  readonly fields: ConfigFields;
}

/** Chooses ports and a file for a relay. It does not run yet. */
export async function placeForRelay(stage: Pick<Stage, 'cp'>): Promise<RelayPlace> {
  const [door, health, gitee] = (await freePorts(3)) as [number, number, number];
  const dir = await mkdtemp(join(stage.cp.dir, 'relay-'));
  const url = `http://127.0.0.1:${door}`;
  const file = join(dir, 'relay.db');
  return {
    url,
    giteeUrl: `http://127.0.0.1:${gitee}`,
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
 * Installs what the relay needs, and starts the operator with a relay that does not run yet.
 * @param fields of the operator's configuration, beside those for the relay
 */
export async function startOperatorForRelay(stage: Stage, fields: ConfigFields): Promise<RelayPlace> {
  const place = await placeForRelay(stage);
  await installRelay(stage);
  await stage.restartOperator({ ...fields, ...place.fields });
  return place;
}

/** Whether the relay has sent a message. Its messages have an id, by which DingTalk shows a repeated one once. */
export const isByRelay = ({ body }: Pick<Delivery, 'body'>): boolean =>
  (body as { readonly msgUuid?: unknown } | undefined)?.msgUuid !== undefined;

/** A message without that id. */
export function withoutMsgUuid({ body }: Pick<Delivery, 'body'>): object {
  const { msgUuid: _, ...rest } = body as { readonly msgUuid?: string };
  return rest;
}

/**
 * Runs the relay as a process of its own, with nothing but the rights of the shipped ServiceAccount.
 * @param otherKubeconfig of somebody with other rights
 * @returns once it is ready
 */
export async function startRelay(
  stage: Pick<Stage, 'cp' | 'dingtalk'>,
  place: RelayPlace,
  fields: ConfigFields = {},
  otherKubeconfig?: string,
): Promise<RunningProcess> {
  const kubeconfig = otherKubeconfig ?? (await stage.cp.serviceAccountKubeconfig(ARGOCD, SERVICE_ACCOUNT));
  const config = join(stage.cp.dir, `relay-${new URL(place.url).port}.json`);
  const listen = new URL(place.healthUrl).host;
  const all = { health: { listen }, metrics: { listen }, ...place.fields, ...fields };
  await writeFile(config, JSON.stringify(operatorConfiguration(stage.dingtalk, all)));
  return startProcess({
    name: 'relay',
    command: process.execPath,
    args: cliCommand(
      ...['relay', '--config', config, '--kubeconfig', kubeconfig],
      ...('gitee' in all ? ['--listen-gitee', new URL(place.giteeUrl).host] : []),
    ),
    env: { NO_PROXY: '127.0.0.1,localhost' },
    ready: async () => (await fetch(`${place.healthUrl}/readyz`)).ok,
    readyTimeoutMs: 30_000,
  });
}

/** The capability, as the operator has written it for Argo CD. Waits for it. */
export async function capabilityOf({ get }: Pick<Stage, 'get'>): Promise<string> {
  return eventually('the capability', async () => {
    const { data = {} } = await get<KubernetesResource>('secret', ARGOCD, 'argocd-notifications-secret');
    return Buffer.from(data.dt__relay ?? '', 'base64').toString() || undefined;
  }) as Promise<string>;
}

/** The body of a post, as Argo CD makes it of an Application. */
export function postedBody(
  event: string,
  options: ApplicationOptions & { readonly uid?: string },
  ...patches: readonly ApplicationPatch[]
): string {
  const app = application(options);
  const { uid = `uid-${options.namespace}-${options.name}` } = options;
  const status = Object.assign({}, ...patches.map((patch) => patch.status));
  const context = { notificationType: 'dt__relay' };
  return JSON.stringify({ event, app: { ...app, metadata: { ...app.metadata, uid }, status }, context });
}

/** Posts to the door, as Argo CD does; returns the status of the answer. */
export async function postToDoor(
  { url }: Pick<RelayPlace, 'url'>,
  capability: string,
  body: string,
): Promise<number> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${capability}` };
  const response = await fetch(`${url}/v1/argocd`, { method: 'POST', headers, body });
  await response.text();
  return response.status;
}
