import { afterAll, beforeAll, expect, it } from 'vitest';
import { locateEngine } from '../../engine/locate.ts';
import type { Condition } from '../../operator/api/kinds.ts';
import { objectKey } from '../../operator/api/names.ts';
import { namespace } from '../../operator/api/testing/manifests.ts';
import { readCluster } from '../../operator/cluster/cluster-reader.ts';
import { engineAsker, Gate } from '../../operator/cluster/gate.ts';
import { readCredential, readCredentials } from '../../operator/cluster/read-credential.ts';
import { type OperatorConfiguration, operatorConfigurationSchema } from '../../operator/config/config.ts';
import { type Decision, decide } from '../../operator/core/decide.ts';
import type { Snapshot } from '../../operator/core/model/snapshot.ts';
import { statusUpdates } from '../../operator/core/status/statuses.ts';
import { operatorConfiguration } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { createEngine } from '../../operator/engine/client.ts';
import type { Engine } from '../../operator/engine/types.ts';
import { type Connection, connect } from '../../operator/kubernetes/connection.ts';
import type { DataObject } from '../../operator/kubernetes/objects.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { Random } from '../fuzz/random.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';
import {
  keepWriting,
  keyOwner,
  meddler,
  recipientsOf,
  subscriber,
  sweeper,
  teamWriter,
} from '../support/writers.ts';

const SECONDS = Number(process.env.CONCURRENT_SECONDS ?? 15);
const SEED = Number(process.env.CONCURRENT_SEED ?? Date.now() % 1_000_000);
const NAMESPACES = ['team-a', 'team-b', 'team-c', 'team-d', 'team-e'];
const FIELDS = {
  credentials: { rereadInterval: '1s' },
  limits: { writeInterval: '500ms' },
};
/** Somebody fights the operator meanwhile, which it backs off from and has to find over. */
const SETTLE_MS = 60_000 + 2_000 * SECONDS;

let stage: Stage;
let connection: Connection;
let engine: Engine;
let gate: Gate;
let config: OperatorConfiguration;
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: FIELDS });
  connection = connect({ kubeconfig: stage.cp.adminKubeconfig, maxInFlight: 60 });
  engine = createEngine({ program: locateEngine() });
  gate = new Gate(engineAsker(engine), new Map(), { error: () => expect.unreachable() } as never);
  config = operatorConfigurationSchema.parse(operatorConfiguration(stage.dingtalk, FIELDS));
  await stage.apply(...NAMESPACES.map((name) => namespace(name)));
});
afterAll(async () => {
  await engine?.close();
  await connection?.close();
  await stage?.[Symbol.asyncDispose]();
});

/** What the API server has now, and what follows from it for somebody who comes to it anew. */
async function freshDecision(): Promise<{ snapshot: Snapshot; decision: Decision }> {
  const state = await readCluster(connection.request, config, () => expect.unreachable());
  const credentials = await readCredentials(readCredential(connection), state.robots);
  const now = new Date();
  const rest = { config, credentials, now, serverTime: now, deliveries: new Map(), answers: gate.answers };
  const snapshot: Snapshot = { ...state, ...rest };
  for (;;) {
    const decision = decide(snapshot);
    if (decision.questions.size === 0) return { snapshot, decision };
    expect(await gate.answer(decision.questions)).toBe('answered');
  }
}

const shown = (conditions: readonly Condition[] | undefined) =>
  conditions?.map(({ type, status, reason }) => `${type}=${status}/${reason}`).join(' ') ?? 'nothing';

it(
  `fifty writers at the same time lose nothing and leave nothing behind (seed ${SEED}, ${SECONDS} s)`,
  async () => {
    const { request } = connection;
    const random = (stream: number) => new Random(SEED, stream);
    const owners = Array.from({ length: 8 }, (_, index) => {
      const target = index % 2 === 0 ? 'configmap' : 'secret';
      return { target, ...keyOwner(request, random(100 + index), target, `service.slack.owner-${index}`) };
    });
    const subscribers = Array.from({ length: 4 }, (_, index) =>
      subscriber(request, random(200 + index), `writer-${index}`),
    );
    const writers = [
      ...Array.from({ length: 34 }, (_, index) => ({
        write: teamWriter(request, random(index), NAMESPACES),
        pauseMs: 500,
      })),
      ...owners.map(({ write }) => ({ write, pauseMs: 1_500 })),
      ...subscribers.map(({ write }) => ({ write, pauseMs: 600 })),
      ...Array.from({ length: 2 }, (_, index) => ({
        write: sweeper(request, random(300 + index), NAMESPACES),
        pauseMs: 8_000,
      })),
      { write: meddler(request, random(400), 'configmap'), pauseMs: 12_000 },
      { write: meddler(request, random(401), 'secret'), pauseMs: 12_000 },
    ];
    expect(writers.length).toBe(50);
    const until = Date.now() + SECONDS * 1_000;
    const counts = await Promise.all(
      writers.map(({ write, pauseMs }, index) => keepWriting(write, random(500 + index), until, pauseMs)),
    );
    const writes = counts.reduce((sum, count) => sum + count, 0);
    const rounds = stage.operatorOutput().match(/"msg":"written"/g)?.length ?? 0;
    const conflicts = stage.operatorOutput().match(/run failed, trying again/g)?.length ?? 0;
    process.stdout.write(`${writes} writes of others, ${rounds} of the operator, ${conflicts} conflicts\n`);
    expect(writes).toBeGreaterThan(10 * SECONDS);

    // The final state is what somebody would compute who knows nothing of how it came about.
    const settled = await eventually(
      'the target and all statuses to be as they should',
      async () => {
        const { snapshot, decision } = await freshDecision();
        expect(decision.writes).toEqual({ steps: [] });
        const { resolution, live, plan, ignored } = decision;
        const updates = statusUpdates(resolution, { snapshot, live, plan, ignored });
        expect(
          updates.map(({ cr, patch }) => [
            `${cr.kind} ${objectKey(cr.metadata.namespace, cr.metadata.name)}`,
            `shows ${shown(cr.status?.conditions)}`,
            `should show ${shown(patch.conditions as Condition[])}`,
          ]),
        ).toEqual([]);
        return { snapshot, decision };
      },
      { timeoutMs: SETTLE_MS, intervalMs: 500 },
    );
    const { snapshot, decision } = settled;
    expect(decision.foreign).toEqual([]);
    expect(snapshot.robots.length + snapshot.subscriptions.length).toBeGreaterThan(5);
    const reasons = new Set(
      snapshot.subscriptions.flatMap(({ status }) => status?.conditions?.map(({ reason }) => reason) ?? []),
    );
    process.stdout.write(
      `${snapshot.subscriptions.length} subscriptions: ${[...reasons].sort().join(', ')}\n`,
    );

    // And nobody else has lost anything.
    const dataOf = async (plural: string, name: string) =>
      (await request<DataObject>({ method: 'GET', path: `/api/v1/namespaces/${ARGOCD}/${plural}/${name}` }))
        .body.data ?? {};
    const configMap = await dataOf('configmaps', 'argocd-notifications-cm');
    const secret = await dataOf('secrets', 'argocd-notifications-secret');
    for (const { target, key, value } of owners) {
      const text =
        target === 'secret' && secret[key] !== undefined
          ? Buffer.from(secret[key], 'base64').toString()
          : configMap[key];
      expect([key, text]).toEqual([key, value()]);
    }
    const foreign = recipientsOf(configMap.subscriptions).filter((each) => each.startsWith('writer-'));
    expect(foreign.sort()).toEqual(subscribers.flatMap(({ mine }) => [...mine]).sort());
    expect(subscribers.flatMap(({ lost }) => lost)).toEqual([]);
  },
  SECONDS * 1_000 + SETTLE_MS + 30_000,
);
