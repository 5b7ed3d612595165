import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sinceIn } from '../../../operator/argocd/moment.ts';
import { eventually } from '../../../operator/lib/testing/eventually.ts';
import { isByRelay } from '../../support/relay.ts';
import { ARGOCD, type KubernetesResource } from '../../support/stage.ts';
import type { ClusterApi } from './cluster-api.ts';
import type { FakeInCluster } from './fake-in-cluster.ts';
import { OPERATOR } from './operator-pods.ts';
import { provideRelayVolume } from './relay-volume.ts';
import { prepareSurroundings } from './surroundings.ts';
import { applyQuickstart, failSync, TEAM } from './team.ts';

const RELAY = 'argocd-dingtalk-relay';
const SELECTOR = 'app.kubernetes.io/component=relay';
/** Until the pod ends it takes events, and afterwards Argo CD tries again for 7.5 s. A lost connection would take two minutes. */
const LONGEST_GAP_MS = 15_000;

let api: ClusterApi;
let fake: FakeInCluster;
beforeAll(async () => {
  ({ api, fake } = await prepareSurroundings());
  await removeRelay();
  await api.kubectl(['delete', 'namespace', TEAM, '--ignore-not-found', '--wait']);
  await provideRelayVolume(api, ARGOCD);
});
afterAll(async () => {
  if (!api) return;
  await api.kubectl(['delete', 'namespace', TEAM, '--ignore-not-found', '--wait']);
  await removeRelay();
  await api.close();
});

async function removeRelay(): Promise<void> {
  const kinds = 'deployment,service,networkpolicy,pvc,role,rolebinding,serviceaccount';
  await api.kubectl(['delete', kinds, RELAY, '-n', ARGOCD, '--ignore-not-found', '--wait']);
  await api.kubectl(['delete', 'pv', RELAY, '--ignore-not-found', '--wait']);
}

/** As docs/relay.md says it. */
const deliverBy = (delivery: string) =>
  api.kubectl([
    ...['patch', 'robots', 'payments', '-n', TEAM, '--type=merge'],
    ...['-p', JSON.stringify({ spec: { delivery } })],
  ]);
const rolledOut = (name: string) =>
  api.kubectl(['rollout', 'status', `deployment/${name}`, '-n', ARGOCD, '--timeout=120s']);

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: { readonly containerStatuses: readonly { readonly restartCount: number }[] };
}
const pods = async (): Promise<Pod[]> => {
  const path = `api/v1/namespaces/${ARGOCD}/pods?labelSelector=${encodeURIComponent(SELECTOR)}`;
  return (await api.read<{ items: Pod[] }>(path)).items;
};

/** The queue, by the command of docs/relay.md. */
const queue = (...args: readonly string[]) =>
  api.kubectl([
    ...['exec', '-n', ARGOCD, `deploy/${RELAY}`, '--', '/nodejs/bin/node', '/app/argocd-dingtalk.js'],
    ...['relay-queue', ...args, '--store', '/var/lib/argocd-dingtalk/relay.db'],
  ]);

describe('config/default with config/relay', () => {
  it('leads to a signed message by the relay', async () => {
    const started = Date.now();
    await api.kubectl(['apply', '--server-side', '-k', join(import.meta.dirname, 'relay-overlay')]);
    await rolledOut(OPERATOR);
    await rolledOut(RELAY);
    await applyQuickstart(api, fake);
    await deliverBy('Relay');
    await api.conditions('robots', TEAM, 'payments', { Ready: 'True/Ready' });
    await api.conditions('nsub', TEAM, 'payments', { Merged: 'True/Merged', Ready: 'True/Ready' });
    await failSync(api, 'relayed-first');
    const delivery = await fake.untilTold('relayed-first sync failed');
    expect({ signature: delivery.signature, isRelayed: isByRelay(delivery) }).toEqual({
      signature: 'valid',
      isRelayed: true,
    });
    process.stdout.write(`from the apply to a message by the relay: ${(Date.now() - started) / 1000} s\n`);
    await api.conditions('robots', TEAM, 'payments', { Delivering: 'True/Delivering' });
  });
});

describe('the pod of the relay', () => {
  it('is replaced when it is deleted, and an event of that time arrives', async () => {
    const [before, ...others] = await pods();
    expect(others).toEqual([]);
    const started = Date.now();
    await api.kubectl(['delete', 'pod', `${before?.metadata.name}`, '-n', ARGOCD, '--wait=false']);
    await failSync(api, 'relayed-second');
    const delivery = await fake.untilTold('relayed-second sync failed');
    const ms = Date.now() - started;
    process.stdout.write(`from the deletion of the relay's pod to the next message: ${ms} ms\n`);
    expect(ms).toBeLessThan(LONGEST_GAP_MS);
    expect({ signature: delivery.signature, isRelayed: isByRelay(delivery) }).toEqual({
      signature: 'valid',
      isRelayed: true,
    });
    await rolledOut(RELAY);
    const after = await eventually('one pod', async () => {
      const all = await pods();
      return all.length === 1 && all;
    });
    expect(after[0]?.metadata.name).not.toBe(before?.metadata.name);
    expect(after[0]?.status.containerStatuses.map(({ restartCount }) => restartCount)).toEqual([0]);
  });

  it('has the messages of both in its volume, which relay-queue lists', async () => {
    expect(await queue('list')).toBe('no messages\n');
    const sent = await queue('list', '--state', 'sent');
    for (const name of ['relayed-first', 'relayed-second'])
      expect(sent).toMatch(new RegExp(` sent +${TEAM}/payments +${ARGOCD}/${name} +on-sync-failed `));
  });
});

describe('a robot that goes back', () => {
  it('gets its messages without the relay', async () => {
    await deliverBy('Direct');
    // Until the moment in the trigger, the relay tells of events.
    await eventually(
      'Argo CD to tell of events by itself',
      async () => {
        const { data = {} } = await api.get<KubernetesResource>(
          'configmap',
          ARGOCD,
          'argocd-notifications-cm',
        );
        const since = sinceIn(data[`trigger.dt_${TEAM}_payments_on-sync-failed`] ?? '');
        return since !== undefined && Date.parse(since) < Date.now();
      },
      { timeoutMs: 60_000 },
    );
    await api.conditions('robots', TEAM, 'payments', { Ready: 'True/Ready', Merged: 'True/Merged' });
    await api.kubectl(['scale', `deployment/${RELAY}`, '-n', ARGOCD, '--replicas=0']);
    await failSync(api, 'direct-again');
    expect(isByRelay(await fake.untilTold('direct-again sync failed'))).toBe(false);
    expect((await fake.deliveries()).filter(({ rawBody }) => rawBody.includes('relayed-'))).toHaveLength(2);
  });
});
