import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import {
  type ApplicationPatch,
  degraded,
  healthy,
  progressing,
  soon,
  suspended,
  syncFailed,
} from '../support/application-states.ts';
import {
  application,
  applyApplication,
  CASCADE,
  deleteApplication,
  patchApplication,
} from '../support/applications.ts';
import { untilGraceIsOver } from '../support/grace.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/** The triggers that have a memory or no state of their own; test/e2e/delivery.test.ts has the others. */

const TEAM = 'team';
const WHERE = { namespace: TEAM, name: 'team' };
const DESTINATION = { server: 'https://kubernetes.default.svc', namespace: TEAM };
const EVENTS = [
  'on-created',
  'on-deleted',
  'on-health-degraded',
  'on-health-recovered',
  'on-health-suspended',
  'on-sync-failed',
].map((trigger) => ({ trigger }));

let stage: Stage;
let token: string;
beforeAll(async () => {
  stage = await startStage();
  await create('old');
  await eventually('the second in which it was created to be over', pastSecond());
  const { manifests, credentials } = realRobot(stage.dingtalk, WHERE);
  token = credentials.token;
  await stage.apply(namespace(TEAM), ...manifests, subscription(WHERE, { events: EVENTS }));
  await stage.conditions('nsub', TEAM, WHERE.name, { Ready: 'True/Ready' });
  await eventually('the second in which the subscription went live to be over', pastSecond());
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

function pastSecond(): () => boolean {
  const end = soon().getTime();
  return () => Date.now() > end;
}

async function create(name: string, finalizers: readonly string[] = []): Promise<void> {
  const options = { name, namespace: ARGOCD, destination: DESTINATION, finalizers };
  await applyApplication(stage.cp, application(options));
}

const patch = (name: string, change: ApplicationPatch | object) =>
  patchApplication(stage.cp, ARGOCD, name, change);

/** What the robot's group was told of an application, in order: the titles, without icon and name. */
function told(name: string): string[] {
  return stage.dingtalk.requests.flatMap((each) => {
    const { title } = (each.body as { markdown: { title: string } }).markdown;
    const [, subject, ...news] = title.split(' ');
    return each.token === token && subject === name ? [news.join(' ')] : [];
  });
}

const waitUntilTold = (name: string, news: string) =>
  stage.dingtalk.waitForDelivery(() => told(name).at(-1) === news, { describe: `${name} ${news}` });

let count = 0;
/** Argo CD's controller works through its queue in order; once it tells of this, it has looked at all before. */
async function controllerIsDone(): Promise<void> {
  const canary = `canary-${++count}`;
  await create(canary);
  await patch(canary, syncFailed(soon()));
  await stage.dingtalk.waitForDelivery(() => told(canary).includes('sync failed'), { describe: canary });
}

/** Has the controller see each of these states. */
async function goThrough(name: string, ...states: readonly ((at: Date) => ApplicationPatch)[]) {
  for (const state of states) {
    await patch(name, state(soon()));
    await controllerIsDone();
  }
}

/** Argo CD reports events that it finds at the same time in any order. */
async function createAndHear(name: string): Promise<void> {
  await create(name);
  await waitUntilTold(name, 'created');
  await stage.argocd().untilIdle();
}

it('on-created tells of an application that is new, once', async () => {
  await createAndHear('new');
  await patch('old', { metadata: { annotations: { touched: 'yes' } } });
  await patch('new', { metadata: { annotations: { touched: 'yes' } } });
  await controllerIsDone();
  expect(told('old')).toEqual([]);
  expect(told('new')).toEqual(['created']);
});

it('on-deleted tells of an application as long as its resources keep it, once', async () => {
  await create('leaving', [CASCADE]);
  await waitUntilTold('leaving', 'created');
  await stage.argocd().untilIdle();
  await eventually('the second in which it was created to be over', pastSecond());
  await deleteApplication(stage.cp, ARGOCD, 'leaving');
  await waitUntilTold('leaving', 'is being deleted');
  await stage.argocd().untilIdle();
  await patch('leaving', { metadata: { annotations: { touched: 'yes' } } });
  await controllerIsDone();
  await patch('leaving', { metadata: { finalizers: null } });
  await controllerIsDone();
  expect(told('leaving')).toEqual(['created', 'is being deleted']);
});

it('on-health-suspended tells of every pause', async () => {
  await createAndHear('rollout');
  await goThrough('rollout', suspended, suspended, progressing, suspended, healthy);
  expect(told('rollout')).toEqual(['created', 'suspended', 'suspended']);
});

describe('on-health-recovered', () => {
  beforeAll(async () => {
    await untilGraceIsOver();
  });

  it('tells the end of what on-health-degraded has told, once, and nothing of ordinary changes', async () => {
    await createAndHear('shop');
    await goThrough('shop', progressing, healthy);
    expect(told('shop')).toEqual(['created']);
    await goThrough('shop', degraded, healthy);
    expect(told('shop')).toEqual(['created', 'degraded', 'recovered']);
    await goThrough('shop', progressing, healthy);
    expect(told('shop')).toEqual(['created', 'degraded', 'recovered']);
  });

  it('comes after whatever lies between degraded and healthy, which is no further degradation', async () => {
    await createAndHear('mended');
    await goThrough('mended', degraded, progressing, degraded, progressing);
    expect(told('mended')).toEqual(['created', 'degraded']);
    await goThrough('mended', healthy, progressing, healthy);
    expect(told('mended')).toEqual(['created', 'degraded', 'recovered']);
    await goThrough('mended', degraded);
    expect(told('mended')).toEqual(['created', 'degraded', 'recovered', 'degraded']);
  });

  it('is not misled by what was told before the subscription changed', async () => {
    await createAndHear('between');
    await goThrough('between', degraded);
    const second = realRobot(stage.dingtalk, { namespace: TEAM, name: 'second' });
    const robots = [{ name: WHERE.name }, { name: 'second' }];
    await stage.apply(...second.manifests, subscription(WHERE, { events: EVENTS, robots }));
    await stage.conditions('nsub', TEAM, WHERE.name, { Ready: 'True/Ready' });
    await eventually('the second in which it went live to be over', pastSecond());
    await goThrough('between', progressing, healthy, progressing, healthy);
    expect(told('between')).toEqual(['created', 'degraded']);
  });
});
