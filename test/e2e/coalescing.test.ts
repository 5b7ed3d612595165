import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  credentialsSecret,
  namespace,
  newCredentials,
  robot,
  subscription,
} from '../../operator/api/testing/manifests.ts';
import { type Connection, connect } from '../../operator/kubernetes/connection.ts';
import { resourcePath } from '../../operator/kubernetes/paths.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { follow, type State } from '../support/follow.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';

const CONFIG_MAP = 'argocd-notifications-cm';
/** BURST_INTERVAL=0s shows what the pace is good for. */
const INTERVAL = process.env.BURST_INTERVAL ?? '2s';
const TEAMS = 100;
/** Each may hear of its own applications only, so all find room beside each other. */
const teams = Array.from({ length: TEAMS }, (_, index) => `team-${index}`);
const PLURALS = { Namespace: 'namespaces', Secret: 'secrets' } as const;

let stage: Stage;
let connection: Connection;
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: { limits: { writeInterval: INTERVAL } } });
  connection = connect({ kubeconfig: stage.cp.adminKubeconfig });
});
afterAll(async () => {
  await connection?.close();
  await stage?.[Symbol.asyncDispose]();
});

/** The states of the ConfigMap from now on, each with its data as JSON. */
const followConfigMap = () => follow(stage.cp, ['configmap', CONFIG_MAP], ARGOCD, 'data: {.data}');

async function create(manifest: {
  kind: string;
  metadata: { name: string; namespace?: string };
}): Promise<void> {
  const isCore = manifest.kind in PLURALS;
  const path = resourcePath({
    ...(isCore ? { version: 'v1' } : { group: 'argocd-dingtalk.io', version: 'v1alpha1' }),
    plural: isCore ? PLURALS[manifest.kind as keyof typeof PLURALS] : `${manifest.kind.toLowerCase()}s`,
    namespace: manifest.metadata.namespace,
  });
  await connection.request({ method: 'POST', path, body: manifest });
}

describe('a burst of a hundred teams', () => {
  it('leads to few writes', async () => {
    await Promise.all(teams.map((team) => create(namespace(team))));
    const configMap = await followConfigMap();
    const began = Date.now();
    await Promise.all(
      teams.map(async (team) => {
        const where = { namespace: team, name: 'robot' };
        const { token, secret } = newCredentials();
        await create(credentialsSecret(where, { webhook: token, secret }));
        await create(robot(where));
        await create(subscription(where));
      }),
    );
    const created = Date.now();
    await eventually(
      'all to be ready',
      async () => {
        const lists = ['robots', 'nsub'].map((kind) => stage.cp.list<KubernetesResource>(kind));
        const statuses = (await Promise.all(lists))
          .flat()
          .map(({ status }) => status?.conditions?.[0]?.status);
        return statuses.length === 2 * TEAMS && statuses.every((each) => each === 'True');
      },
      { timeoutMs: 45_000, intervalMs: 250 },
    );
    const ready = Date.now();
    await configMap.stop();
    const writes = configMap.states.length - 1;
    const text = `${writes} writes of the ConfigMap in ${ready - began} ms, ${ready - created} ms of them after the last create`;
    process.stdout.write(`interval ${INTERVAL}: ${text}\n`);
    // A round has two: our keys, and the shared one. The first comes at once, the last after the last create.
    const rounds = Math.floor((ready - began) / 2_000) + 2;
    if (INTERVAL === '2s') expect(writes).toBeLessThanOrEqual(2 * rounds);
    expect(writes).toBeGreaterThan(0);
  });
});

describe('a withdrawal', () => {
  const INTERVAL_MS = 5_000;

  it('waits for its turn, and no longer', async () => {
    await stage.restartOperator({ limits: { writeInterval: `${INTERVAL_MS}ms` } });
    await using stack = new AsyncDisposableStack();
    const { states, stop } = await followConfigMap();
    stack.defer(stop);
    const edited = 'trigger.dt_team-0_robot_on-deployed';
    const withdrawn = 'trigger.dt_team-1_robot_on-sync-failed';
    expect(states[0]?.line).toContain(withdrawn);
    const find = (what: string, isIt: (state: State) => boolean) =>
      eventually(what, () => states.find(isIt), { timeoutMs: 4 * INTERVAL_MS });

    await stage.apply(
      subscription({ namespace: 'team-0', name: 'robot' }, { events: [{ trigger: 'on-deployed' }] }),
    );
    const edit = await find('the edit to be written', ({ line }) => line.includes(edited));
    await stage.remove('nsub', 'team-1', 'robot');
    // Otherwise it would have missed the time in which it has to wait.
    expect(performance.now() - edit.at).toBeLessThan(INTERVAL_MS / 2);
    const withdrawal = await find(
      'the subscription to be withdrawn',
      ({ line }) => !line.includes(withdrawn),
    );

    // The turn begins at the end of a round, whose last write is this one.
    const last = states[states.indexOf(withdrawal) - 1];
    expect(withdrawal.at - (last?.at ?? 0)).toBeGreaterThan(0.9 * INTERVAL_MS);
    expect(withdrawal.at - edit.at).toBeLessThan(1.6 * INTERVAL_MS);
  });
});
