import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Condition } from '../../operator/api/kinds.ts';
import { namespace } from '../../operator/api/testing/manifests.ts';
import { connect } from '../../operator/kubernetes/connection.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { auditedWrites } from '../support/audit-log.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { type Replica, startReplica, withoutLease } from '../support/replicas.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { ChurningTeams } from './churning-teams.ts';
import { growth, ProcessWatch } from './process-watch.ts';

const MINUTES = Number(process.env.SOAK_MINUTES ?? 2);
const DURATION_MS = MINUTES * 60_000;
/** In two minutes, one kill is all that there is time for. */
const KILL_EVERY_MS = MINUTES >= 9 ? 180_000 : 50_000;
const CUT_EVERY_MS = 4_000;
const CHANGE_EVERY_MS = 150;
/** A process warms up for so long: V8 compiles, and the heap finds its size. */
const WARM_UP_MS = Math.min(60_000, DURATION_MS / 8);
/** What the operator may hold at any time. The container's limit is 448 MiB, with the engine. */
const MOST_BYTES = 250e6;
/** One connection for each of eight watches, sixteen for requests, the engine's pipes, and some that are being replaced. */
const MOST_SOCKETS = 60;
const FIELDS = { limits: { writeInterval: '500ms' }, credentials: { rereadInterval: '5s' } } as const;

let stage: Stage;
const replicas: (Replica & { readonly proxy: FaultProxy })[] = [];
const proxies: FaultProxy[] = [];

beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: false, audit: true });
  await stage.apply(...ChurningTeams.namespaces.map((name) => namespace(name)));
});
afterAll(async () => {
  for (const { process: operator } of replicas) await operator.stop();
  for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

async function start(watch: ProcessWatch): Promise<void> {
  const proxy = await FaultProxy.start(stage.cp);
  proxies.push(proxy);
  const replica = { ...(await startReplica(proxy, stage.dingtalk, FIELDS)), proxy };
  replicas.push(replica);
  watch.follow(replica.process.pid, replica.leads);
}

/** Calls it again and again until the time is over. */
async function every(ms: number, until: number, action: () => unknown): Promise<void> {
  while (performance.now() < until) {
    await delay(ms);
    await action();
  }
}

const ready = ({ status }: KubernetesResource): boolean =>
  status?.conditions?.some(({ type, status: is }: Condition) => type === 'Ready' && is === 'True') === true;

it(`${MINUTES} minutes of changes, cuts and kills leave the right state, and nothing grows`, {
  timeout: DURATION_MS + 300_000,
}, async () => {
  using watch = new ProcessWatch();
  await start(watch);
  await start(watch);
  const connection = connect({ kubeconfig: stage.cp.adminKubeconfig });
  const teams = new ChurningTeams(connection.request, Math.random);
  const until = performance.now() + DURATION_MS;
  let cut = 0;
  await Promise.all([
    every(CHANGE_EVERY_MS, until, () => teams.change()),
    every(CUT_EVERY_MS, until, () => {
      cut += replicas[Math.floor(Math.random() * replicas.length)]?.proxy.reset() ?? 0;
    }),
    every(KILL_EVERY_MS, until - KILL_EVERY_MS, async () => {
      const leader = replicas.find((each) => each.leads());
      if (!leader) return;
      leader.process.signal('SIGKILL');
      await leader.process.exited;
      replicas.splice(replicas.indexOf(leader), 1);
      await start(watch);
    }),
  ]);
  expect(cut).toBeGreaterThan(10);
  expect(teams.changes).toBeGreaterThan(DURATION_MS / 2_000);

  await eventually(
    'the target to be right',
    async () => {
      const { data = {} } = await stage.get<KubernetesResource>(
        'configmap',
        ARGOCD,
        'argocd-notifications-cm',
      );
      const secret = await stage.get<KubernetesResource>('secret', ARGOCD, 'argocd-notifications-secret');
      const names = teams.teams.map(({ namespace: of, name }) => `dt_${of}_${name}`).sort();
      const services = Object.keys(data).flatMap((key) => /^service\.webhook\.(dt_.*)$/.exec(key)?.[1] ?? []);
      expect(services.sort()).toEqual(names);
      expect(
        Object.keys(secret.data ?? {})
          .filter((key) => key.startsWith('dt_'))
          .sort(),
      ).toEqual(names);
      for (const { namespace: of, name, text, credentials } of teams.teams) {
        const name_ = `dt_${of}_${name}`;
        const url = Buffer.from(secret.data?.[name_] ?? '', 'base64').toString();
        // Without showing the URL, which is a credential, where it differs.
        expect(url.includes(credentials.token)).toBe(true);
        const bodies = Object.entries(data).filter(([key]) => key.startsWith(`template.${name_}`));
        expect(bodies.some(([, body]) => body.includes(text))).toBe(true);
      }
      return true;
    },
    { timeoutMs: 120_000, intervalMs: 1_000 },
  );
  await eventually(
    'all statuses to be right',
    async () => {
      const text = await stage.cp.kubectl(['get', 'robots,ntpl,nsub', '-A', '-o', 'json']);
      const { items } = JSON.parse(text) as { items: KubernetesResource[] };
      const wrong = items.filter(
        (each) => !ready(each) || each.status?.observedGeneration !== each.metadata.generation,
      );
      return items.length === 3 * teams.teams.length && wrong.length === 0;
    },
    { timeoutMs: 120_000, intervalMs: 1_000 },
  );
  expect(withoutLease(await auditedWrites(stage.cp.dir))).toEqual([]);

  const lives = watch.holdings().filter((samples) => samples.length > 10);
  const rows = lives.map((samples) => ({
    seconds: Math.round(((samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0)) / 1_000),
    mostMB: Math.round(Math.max(...samples.map(({ residentBytes }) => residentBytes)) / 1e6),
    mostSockets: Math.max(...samples.map(({ sockets }) => sockets)),
    memoryGrowth: growth(samples, 'residentBytes', WARM_UP_MS).toFixed(2),
    socketGrowth: growth(samples, 'sockets', WARM_UP_MS).toFixed(2),
  }));
  const summary = { changes: teams.changes, cut, teams: teams.teams.length, processes: rows };
  process.stderr.write(`${JSON.stringify(summary, null, 1)}
`);
  for (const row of rows) {
    expect(row.mostMB * 1e6).toBeLessThan(MOST_BYTES);
    expect(row.mostSockets).toBeLessThan(MOST_SOCKETS);
    expect(Number(row.memoryGrowth)).toBeLessThan(0.25);
    expect(Number(row.socketGrowth)).toBeLessThan(0.5);
  }
  await connection.close();
});
