import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import {
  application,
  applyApplication,
  degraded,
  healthy,
  patchApplication,
  soon,
  syncFailed,
} from '../support/applications.ts';
import { untilGraceIsOver } from '../support/grace.ts';
import type { RunningProcess } from '../support/processes.ts';
import { isByRelay, type RelayPlace, startOperatorForRelay, startRelay } from '../support/relay.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/** Robots move to the relay and back while Applications fail: each event is told once, by the one way or the other. */

const TEAM = 'team';
const PROJECT = 'shop';
/** DingTalk takes 20 messages a minute of a robot, and a direct one has no queue. So a load needs several. */
const ROBOTS = [0, 1, 2, 3];
/** A robot has 12 messages a minute, and some more about the sick. */
const PAUSE_MS = 5_000 / ROBOTS.length;
const APPLICATIONS = 40;
const SICK = ['a', 'b', 'c', 'd'];

let stage: Stage;
let place: RelayPlace;
let relay: RunningProcess;
const tokens: string[] = [];

beforeAll(async () => {
  stage = await startStage({ projects: [PROJECT], operator: false });
  place = await startOperatorForRelay(stage, { tenancy: { projects: { [PROJECT]: [TEAM] } } });
  await stage.apply(namespace(TEAM));
  for (const index of ROBOTS) await team(index);
  const names = ROBOTS.flatMap((index) => [
    ...Array.from({ length: APPLICATIONS }, (_, count) => failing(index, count)),
    ...SICK.map((each) => sick(index, each)),
  ]);
  await Promise.all(names.map(create));
  await untilGraceIsOver();
}, 180_000);
afterAll(async () => {
  await relay?.stop();
  await stage?.[Symbol.asyncDispose]();
});

/** The names of Applications: what ends with a dash keeps one name from being the beginning of another. */
const failing = (index: number, count: number) => `r${index}-failing-${count}-x`;
const sick = (index: number, name: string) => `r${index}-sick-${name}-x`;
const create = (name: string) =>
  applyApplication(stage.cp, application({ name, namespace: ARGOCD, project: PROJECT }));
const patch = (name: string, change: object) => patchApplication(stage.cp, ARGOCD, name, change);

/** A direct robot and its subscription. */
async function team(index: number): Promise<void> {
  const where = { namespace: TEAM, name: `r${index}` };
  const { credentials, manifests } = realRobot(stage.dingtalk, where, { delivery: 'Direct' });
  tokens.push(credentials.token);
  await stage.apply(
    ...manifests,
    subscription(where, {
      robots: [{ name: where.name }],
      applications: { projects: [PROJECT], names: [`r${index}-*`] },
      events: ['on-sync-failed', 'on-health-degraded', 'on-health-recovered'].map((trigger) => ({ trigger })),
    } as never),
  );
  await stage.conditions('nsub', TEAM, where.name, { Ready: 'True/Ready' });
}

/** The accepted messages about an Application, with those that sum it up. */
const about = (name: string) =>
  stage.dingtalk.requests.filter(({ errcode, rawBody }) => errcode === 0 && rawBody.includes(name));

const configMap = async () =>
  (await stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm')).data ?? {};

/** Which robots have triggers of their own in Argo CD's ConfigMap. */
async function directRobots(): Promise<number[]> {
  const keys = Object.keys(await configMap());
  return ROBOTS.filter((index) => keys.some((key) => key.startsWith(`trigger.dt_${TEAM}_r${index}_`)));
}

async function move(delivery: 'Direct' | 'Relay'): Promise<void> {
  for (const index of ROBOTS) await stage.cp.merge('robots', TEAM, `r${index}`, { spec: { delivery } });
}

/** Applications fail in turns, each once, until somebody stops that. */
class Load {
  readonly failed: string[] = [];
  #isOver = false;
  readonly #ended: Promise<void>;

  constructor() {
    this.#ended = this.#run();
    // Whoever stops the load learns of it.
    this.#ended.catch(() => undefined);
  }

  /** Waits until so many more Applications have failed. */
  async goOn(more: number): Promise<void> {
    const count = this.failed.length + more;
    await eventually(`${count} failures`, () => this.failed.length >= count, { timeoutMs: 60_000 });
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#ended;
  }

  async #run(): Promise<void> {
    for (let count = 0; count < APPLICATIONS; count++) {
      for (const index of ROBOTS) {
        if (this.#isOver) return;
        const due = Date.now() + PAUSE_MS;
        const name = failing(index, count);
        await patch(name, syncFailed(soon()));
        this.failed.push(name);
        await eventually('the next failure', () => Date.now() > due);
      }
    }
    throw new Error('the load needs more Applications');
  }
}

const told = (names: readonly string[], count: number) =>
  stage.dingtalk.waitForDelivery(() => names.every((name) => about(name).length >= count), {
    describe: `${count} messages about each of ${names.join(', ')}`,
    timeout: 120_000,
  });
const all = (name: string) => ROBOTS.map((index) => sick(index, name));
const turn = (names: readonly string[], state: typeof degraded) =>
  Promise.all(names.map((name) => patch(name, state(soon()))));

describe('robots that move to the relay and back under load', () => {
  it('hear of each event once', async () => {
    const load = new Load();
    await turn(all('a'), degraded);
    await told(all('a'), 1);

    await move('Relay');
    for (const index of ROBOTS)
      await stage.conditions('nsub', TEAM, `r${index}`, { Merged: 'False/AwaitsRelay' });
    await load.goOn(4);
    expect(await directRobots()).toEqual(ROBOTS);
    await told(load.failed, 1);
    expect(stage.dingtalk.requests.some(isByRelay)).toBe(false);

    relay = await startRelay(stage, place);
    await eventually('all triggers to go', async () => (await directRobots()).length === 0);
    await load.goOn(4);
    const [byRelay] = load.failed.slice(-1) as [string];
    await turn(all('a'), healthy);
    await turn(all('b'), degraded);
    await told(all('a'), 2);
    await told(all('b'), 1);

    await move('Direct');
    await eventually('all triggers to come', async () => (await directRobots()).length === ROBOTS.length);
    await turn(all('c'), degraded);
    const back = Date.now();
    await eventually('the moment from which Argo CD tells', () => Date.now() > back + 25_000);
    await load.goOn(4);
    const [byArgoCD] = load.failed.slice(-1) as [string];
    // A digest may have both events of one Application, which count as one message.
    await told(all('c'), 1);
    await turn([...all('b'), ...all('c')], healthy);
    await told([...all('b'), ...all('c')], 2);
    await turn(all('d'), degraded);
    await told(all('d'), 1);

    // Once more, while the relay still tells who recovers.
    await move('Relay');
    await eventually('all triggers to go again', async () => (await directRobots()).length === 0);
    await turn(all('d'), healthy);
    await load.goOn(8);
    await load.stop();
    await told(all('d'), 2);
    await told(load.failed, 1);
    const metrics = async () => (await fetch(`${place.healthUrl}/metrics`)).text();
    await eventually('the queue to be empty', async () =>
      (await metrics()).includes('argocd_dingtalk_relay_queue_messages 0'),
    );
    await stage.argocd().untilIdle();

    const [once, twice] = [load.failed, SICK.flatMap(all)];
    const counts = [...once, ...twice].map((name) => [name, about(name).length]);
    expect(Object.fromEntries(counts)).toEqual({
      ...Object.fromEntries(once.map((name) => [name, 1])),
      ...Object.fromEntries(twice.map((name) => [name, 2])),
    });
    expect(about(byRelay).every(isByRelay)).toBe(true);
    expect(about(byArgoCD).some(isByRelay)).toBe(false);
    expect(stage.dingtalk.requests.filter(({ errcode }) => errcode !== 0)).toEqual([]);
  }, 600_000);
});
