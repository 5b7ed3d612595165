import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription, typedTemplate } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { type AuditedWrite, auditedWrites } from '../support/audit-log.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { PATIENCE } from '../support/faults.ts';
import { churn, leaderOf, type Replica, reigns, startReplica, withoutLease } from '../support/replicas.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const CONFIG_MAP = 'argocd-notifications-cm';
const CONFIG_MAP_PATH = `/api/v1/namespaces/${ARGOCD}/configmaps/${CONFIG_MAP}`;
const FIELDS = { limits: { writeInterval: '200ms' }, robots: { verify: 'OnChange' } } as const;
const FAILOVER_MS = 20_000;
/** The wall clocks of two replicas are five minutes apart. */
const CLOCKS_MS = [-150_000, 150_000] as const;
const PRELOAD = new URL('../support/shifted-clock.ts', import.meta.url);

/** A replica with a way of its own to the API server. */
interface Cuttable extends Replica {
  readonly proxy: FaultProxy;
}

let stage: Stage;
const replicas: Cuttable[] = [];
const proxies: FaultProxy[] = [];
/** Tokens of all robots, to count their test messages in the end. */
const robots: string[] = [];
let started = 0;

beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: false, audit: true });
  await stage.apply(namespace('team'), ...teamOf('first'));
});
afterAll(async () => {
  for (const { process } of replicas) {
    process.signal('SIGCONT');
    await process.stop();
  }
  for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

/** Each about another application, since a namespace has only so many destinations on any one. */
function teamOf(name: string): object[] {
  const { manifests, credentials } = realRobot(stage.dingtalk, { namespace: 'team', name });
  robots.push(credentials.token);
  const template = { name: `text-${name}` };
  return [
    ...manifests,
    text(name, 'as created'),
    subscription(
      { namespace: 'team', name },
      { applications: { names: [name] }, events: [{ trigger: 'on-sync-failed', template }] },
    ),
  ];
}

const text = (name: string, content: string) =>
  typedTemplate({ namespace: 'team', name: `text-${name}` }, { message: { text: { content } } });

async function start(): Promise<Cuttable> {
  const proxy = await FaultProxy.start(stage.cp);
  proxies.push(proxy);
  const clock = join(stage.cp.dir, `clock-${started}`);
  await writeFile(clock, `${CLOCKS_MS[started++ % 2]}`);
  const env = { NODE_OPTIONS: `--import ${PRELOAD.href}`, SHIFTED_CLOCK_FILE: clock };
  const replica = { ...(await startReplica(proxy, stage.dingtalk, FIELDS, env)), proxy };
  replicas.push(replica);
  return replica;
}

/** The running replica that leads, and the other one, which is ready to. */
async function leaderAndOther(): Promise<[Cuttable, Cuttable]> {
  const leader = await eventually('one replica to lead', () => leaderOf(replicas), {
    timeoutMs: FAILOVER_MS,
  });
  const other = replicas.find((each) => each !== leader) as Cuttable;
  await eventually('the other to wait', () => other.process.output().includes('another replica leads'));
  return [leader as Cuttable, other];
}

const dataOfConfigMap = async () => (await stage.get('configmap', ARGOCD, CONFIG_MAP)).data ?? {};

const isLive = (content: string) =>
  eventually(
    `${content} to be live`,
    async () => Object.values(await dataOfConfigMap()).some((value) => value.includes(content)),
    { timeoutMs: FAILOVER_MS },
  );

const writesOf = async (): Promise<AuditedWrite[]> => auditedWrites(stage.cp.dir);

async function gone(replica: Cuttable): Promise<void> {
  await replica.process.exited;
  replicas.splice(replicas.indexOf(replica), 1);
}

/** Waits until this replica writes, from now on. */
async function writes({ token }: Replica): Promise<void> {
  const from = (await writesOf()).length;
  await eventually(
    'the other replica to write',
    async () => (await writesOf()).slice(from).some((write) => write.token === token),
    { timeoutMs: FAILOVER_MS },
  );
}

/** Edits that never end; `last` is the newest. */
function edits() {
  const state = { last: '' };
  const changes = churn(async (round) => {
    state.last = `round-${started}-${round}.`;
    await stage.apply(text('first', state.last));
  }, 50);
  return { state, [Symbol.asyncDispose]: () => changes[Symbol.asyncDispose]() };
}

describe('of two replicas', PATIENCE, () => {
  it('one leads, and the other writes nothing, sends nothing and logs next to nothing', async () => {
    const first = await start();
    await stage.conditions('nsub', 'team', 'first', { Ready: 'True/Ready' });
    const second = await start();
    await stage.apply(text('first', 'edited'));
    await isLive('edited');
    await stage.conditions('robots', 'team', 'first', { Delivering: 'True/Delivering' });
    await leaderAndOther();
    const tokens = new Set((await writesOf()).map(({ token }) => token));
    expect([tokens.has(first.token), tokens.has(second.token)]).toEqual([true, false]);
    expect(second.process.output().trim().split('\n').length).toBeLessThan(8);
    const lease = await stage.get<{ spec: { holderIdentity: string } }>(
      'lease',
      ARGOCD,
      'argocd-dingtalk-operator',
    );
    expect(first.process.output()).toContain(lease.spec.holderIdentity);
  });

  it('the other goes on within seconds when the leader ends in good order', async () => {
    const [leader, other] = await leaderAndOther();
    leader.process.signal('SIGTERM');
    await gone(leader);
    await stage.apply(text('first', 'after the end'));
    await isLive('after the end');
    expect(other.leads()).toBe(true);
    await start();
  });
});

describe('when the leader is killed in the middle of a write', PATIENCE, () => {
  it('the other goes on within 20 seconds, and mends what happened while nobody led', async () => {
    const [leader, other] = await leaderAndOther();
    await stage.apply(...teamOf('short-lived'));
    await stage.conditions('nsub', 'team', 'short-lived', { Ready: 'True/Ready' });
    const write = leader.proxy.hold('PATCH', CONFIG_MAP_PATH);
    await stage.apply(...teamOf('killed'));
    // The Secret is written, and the ConfigMap is not.
    await write.arrived;
    leader.process.signal('SIGKILL');
    const killedAt = performance.now();
    await gone(leader);
    await stage.remove('nsub', 'team', 'short-lived');
    const key = 'service.webhook.dt_team_first';
    const wanted = (await dataOfConfigMap())[key];
    const data = { [key]: 'url: https://example.invalid' };
    await stage.cp.merge('configmap', ARGOCD, CONFIG_MAP, { data });
    await stage.conditions('nsub', 'team', 'killed', { Ready: 'True/Ready' }, FAILOVER_MS);
    expect(performance.now() - killedAt).toBeLessThan(FAILOVER_MS);
    expect(other.leads()).toBe(true);
    await eventually('the target to be right', async () => {
      const data = await dataOfConfigMap();
      expect(data[key]).toBe(wanted);
      expect(Object.keys(data).filter((each) => each.includes('short-lived_'))).toEqual([]);
      return true;
    });
    // What was still on its way arrives after all.
    write.release();
    await start();
  });
});

describe('a leader writes nothing any more', PATIENCE, () => {
  it('that is paused for longer than its Lease', async () => {
    const [leader, other] = await leaderAndOther();
    await using changes = edits();
    await eventually('edits', () => changes.state.last.endsWith('-5.'));
    leader.process.signal('SIGSTOP');
    const stoppedAt = performance.now();
    await writes(other);
    expect(performance.now() - stoppedAt).toBeLessThan(FAILOVER_MS);
    leader.process.signal('SIGCONT');
    await eventually('the former leader to notice', () => !leader.leads());
    await changes[Symbol.asyncDispose]();
    await isLive(changes.state.last);
    expect(other.leads()).toBe(true);
  });

  it('that is cut off from the API server, though all that it sent arrives in the end', async () => {
    const [leader, other] = await leaderAndOther();
    await using changes = edits();
    await eventually('edits', () => changes.state.last.endsWith('-5.'));
    const partition = leader.proxy.partition();
    const cutAt = performance.now();
    await eventually('the leader to stop before another one begins', () => !leader.leads(), {
      timeoutMs: FAILOVER_MS,
    });
    expect(other.leads()).toBe(false);
    await writes(other);
    expect(performance.now() - cutAt).toBeLessThan(FAILOVER_MS);
    partition.lift();
    await changes[Symbol.asyncDispose]();
    await isLive(changes.state.last);
    expect(other.leads()).toBe(true);
  });
});

describe('by the audit log', () => {
  it('no replica has written without the Lease', async () => {
    const all = await writesOf();
    // The first one, the one after the good end, after the kill, after the pause and after the partition.
    expect(reigns(all).length).toBeGreaterThanOrEqual(5);
    expect(withoutLease(all)).toEqual([]);
  });

  it('every write of an object names the version that it replaces', async () => {
    const patches = (await writesOf()).filter(({ verb }) => verb !== 'create');
    expect(patches.length).toBeGreaterThan(20);
    expect(patches.filter(({ resourceVersion }) => resourceVersion === undefined)).toEqual([]);
  });
});

it('no robot has got two test messages', () => {
  expect(robots.length).toBeGreaterThan(2);
  for (const robot of robots) {
    expect(stage.dingtalk.requests.filter(({ token }) => token === robot).length).toBeLessThanOrEqual(1);
  }
});
