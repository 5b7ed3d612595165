import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { startOperator } from '../support/operator.ts';
import type { RunningProcess } from '../support/processes.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const CONFIG_MAP = 'argocd-notifications-cm';
const SECRET = 'argocd-notifications-secret';
const CONFIG_MAP_PATH = `/api/v1/namespaces/${ARGOCD}/configmaps/${CONFIG_MAP}`;
const FIRST = 'first';
const FIRST_STATUS_PATH = `/apis/argocd-dingtalk.io/v1alpha1/namespaces/team/notificationsubscriptions/${FIRST}/status`;
const NAMES = Array.from({ length: 30 }, (_, index) => `team-${index}`);
const LATE = 'late';
const NEXT = 'next';
/** Kubernetes gives thirty seconds. */
const GRACE_MS = 15_000;

let stage: Stage;
let proxy: FaultProxy;
let operator: RunningProcess;
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: false });
  proxy = await FaultProxy.start(stage.cp);
  await stage.apply(namespace('team'), ...manifests(FIRST));
});
afterAll(async () => {
  await operator?.stop();
  await proxy?.[Symbol.asyncDispose]();
  await stage?.[Symbol.asyncDispose]();
});

/** Each about another application, since a namespace has only so many destinations on any one. */
const subscriptionOf = (name: string, trigger = 'on-sync-failed') =>
  subscription({ namespace: 'team', name }, { applications: { names: [name] }, events: [{ trigger }] });

const manifests = (name: string): object[] => [
  ...realRobot(stage.dingtalk, { namespace: 'team', name }).manifests,
  subscriptionOf(name),
];

const dataOf = async (kind: string, name: string) =>
  (await stage.get<KubernetesResource>(kind, ARGOCD, name)).data ?? {};

/** Sends SIGTERM and waits until the operator has begun to end. */
async function terminate(): Promise<void> {
  operator.signal('SIGTERM');
  await eventually('the operator to hear of SIGTERM', () => operator.output().includes('"msg":"stopping"'));
}

/** Waits for a clean end: SIGKILL after the grace period would show as a signal. A second SIGTERM would end it at once. */
async function ended(): Promise<void> {
  const killing = setTimeout(() => operator.signal('SIGKILL'), GRACE_MS);
  expect(await operator.exited).toEqual({ code: 0, signal: null });
  clearTimeout(killing);
  expect(operator.output()).toContain('"msg":"stopped"');
}

/** The names of those whose condition Ready is true. */
async function ready(kind: 'robots' | 'nsub'): Promise<string[]> {
  const items = await stage.cp.list<KubernetesResource>(kind, 'team');
  const isReady = ({ status }: KubernetesResource) =>
    status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True');
  return items.filter(isReady).map(({ metadata }) => metadata.name);
}

describe('SIGTERM between the two writes of a round', () => {
  it('ends the process once what was begun is done', async () => {
    // Long enough for one round to have most of the teams.
    operator = await startOperator(proxy, stage.dingtalk, { limits: { writeInterval: '2s' } });
    await stage.conditions('nsub', 'team', FIRST, { Ready: 'True/Ready' });
    const write = proxy.hold('PATCH', CONFIG_MAP_PATH);
    await stage.apply(...NAMES.flatMap(manifests));
    await write.arrived;
    // In the middle: the Secret has more than the ConfigMap.
    const services = Object.keys(await dataOf('secret', SECRET));
    expect(services.length).toBeGreaterThan(1);
    const configMap = await dataOf('configmap', CONFIG_MAP);
    expect(services.filter((service) => `service.webhook.${service}` in configMap)).toEqual([
      `dt_team_${FIRST}`,
    ]);

    await terminate();
    // Without a robot, which needs neither the engine nor a write of the target to be told.
    const heard = proxy.said(`"name":"${LATE}"`);
    await stage.apply(subscriptionOf(LATE));
    await heard;
    expect(operator.output()).not.toContain('"msg":"stopped"');
    write.release();
    await ended();
    // Neither an error nor anything given up.
    expect(operator.output()).not.toMatch(/"level":"(warn|error)"/);
  });

  it('leaves no half of a round behind', async () => {
    const [configMap, secret] = [await dataOf('configmap', CONFIG_MAP), await dataOf('secret', SECRET)];
    const services = Object.keys(secret);
    expect(services.length).toBeGreaterThan(1);
    for (const service of services) expect(configMap).toHaveProperty([`service.webhook.${service}`]);
    // On a busy machine, the engine answers about a subscription after the round of its robot.
    const triggers = Object.keys(configMap).filter((key) => key.startsWith('trigger.dt_'));
    expect(triggers.length).toBeGreaterThan(1);
    for (const trigger of triggers) {
      const service = trigger.replace(/^trigger\./, '').replace(/_on-sync-failed$/, '');
      expect(services).toContain(service);
    }
  });

  it('has told of all that was written, and of nothing else', async () => {
    const services = Object.keys(await dataOf('secret', SECRET));
    const readyRobots = await ready('robots');
    expect(readyRobots.map((name) => `dt_team_${name}`).sort()).toEqual(services.sort());
    // The engine may not have answered yet on the shared key as it is to be.
    const { subscriptions } = await dataOf('configmap', CONFIG_MAP);
    const entered = [FIRST, ...NAMES].filter((name) => subscriptions?.includes(`dt_team_${name}_on-`));
    expect((await ready('nsub')).sort()).toEqual(entered.sort());
  });

  it('begins nothing new', async () => {
    expect((await stage.get('nsub', 'team', LATE)).status).toBeUndefined();
  });
});

describe('SIGTERM while a status cannot be written', () => {
  it('ends the process all the same, and says what it leaves', async () => {
    const status = proxy.hold('PATCH', FIRST_STATUS_PATH);
    await stage.apply(subscriptionOf(FIRST, 'on-deployed'));
    operator = await startOperator(proxy, stage.dingtalk);
    await status.arrived;
    await terminate();
    await ended();
    status.release();
    expect(operator.output()).toContain(
      '"msg":"some statuses are not written before the exit; the next start writes them"',
    );
    expect((await stage.get('nsub', 'team', FIRST)).status?.observedGeneration).toBe(1);
  });
});

describe('SIGTERM while the engine has not answered', () => {
  it('ends the process, and no status blames the engine', async () => {
    await stage.apply(...manifests(NEXT));
    const env = { ARGOCD_DINGTALK_ENGINE: await silentEngine() };
    operator = await startOperator(stage.cp, stage.dingtalk, {}, env);
    // That is told at the end of a run, and asks nothing of the engine.
    await stage.conditions('nsub', 'team', FIRST, { Ready: 'True/Ready' });
    await terminate();
    await ended();
    expect((await stage.get('nsub', 'team', NEXT)).status).toBeUndefined();
    expect(await dataOf('secret', SECRET)).not.toHaveProperty([`dt_team_${NEXT}`]);
  });

  /** A program that says nothing and ends with its input, as the engine does. */
  async function silentEngine(): Promise<string> {
    const program = join(stage.cp.dir, 'engine');
    await writeFile(program, '#!/bin/sh\ncat >/dev/null\n');
    await chmod(program, 0o755);
    return program;
  }
});

it('the next operator finishes what others have left', async () => {
  await stage.restartOperator();
  for (const name of [FIRST, ...NAMES, NEXT])
    await stage.conditions('nsub', 'team', name, { Ready: 'True/Ready' });
  expect(Object.keys(await dataOf('secret', SECRET)).length).toBe(NAMES.length + 2);
  expect(await dataOf('configmap', CONFIG_MAP)).toHaveProperty([`trigger.dt_team_${FIRST}_on-deployed`]);
});
