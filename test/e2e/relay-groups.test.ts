import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DingTalkRobot } from '../../operator/api/kinds.ts';
import { namespace, robot, subscription } from '../../operator/api/testing/manifests.ts';
import type { Delivery } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import {
  application,
  applyApplication,
  degraded,
  patchApplication,
  soon,
  syncFailed,
} from '../support/applications.ts';
import type { RunningProcess } from '../support/processes.ts';
import { startOperatorForRelay, startRelay } from '../support/relay.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/** What only a relay can do for a group, from the robot's spec to DingTalk. */

const TEAM = 'team';
const PROJECT = 'shop';

let stage: Stage;
let relay: RunningProcess;

beforeAll(async () => {
  stage = await startStage({ projects: [PROJECT], operator: false });
  const place = await startOperatorForRelay(stage, { tenancy: { projects: { [PROJECT]: [TEAM] } } });
  await stage.apply(namespace(TEAM));
  relay = await startRelay(stage, place);
});
afterAll(async () => {
  await relay?.stop();
  await stage?.[Symbol.asyncDispose]();
});

/** A robot in DingTalk and the Secret of it. */
async function dingTalkRobot(name: string) {
  const { fake: handle, credentials, manifests } = realRobot(stage.dingtalk, { namespace: TEAM, name });
  await stage.apply(manifests[0] as object);
  const requests = (): Delivery[] =>
    stage.dingtalk.requests.filter(({ token }) => token === credentials.token);
  return { handle, requests };
}

async function subscribe(name: string, spec: Partial<DingTalkRobot['spec']>, events: readonly string[]) {
  await stage.apply(
    robot({ namespace: TEAM, name }, { delivery: 'Relay', ...spec }),
    subscription({ namespace: TEAM, name }, {
      robots: [{ name }],
      applications: { projects: [PROJECT], names: [`${name}-*`] },
      events: events.map((trigger) => ({ trigger })),
    } as never),
  );
  await stage.conditions('nsub', TEAM, name, { Ready: 'True/Ready' });
}

const create = (name: string) =>
  applyApplication(stage.cp, application({ name, namespace: ARGOCD, project: PROJECT }));
const patch = (name: string, change: object) => patchApplication(stage.cp, ARGOCD, name, change);

it('a robot of a pool that is gone gives way to the other one, and is named', async () => {
  const first = await dingTalkRobot('pool');
  const second = await dingTalkRobot('pool-second');
  first.handle.setState('removed');
  const secretKeyRef = (key: string) => ({ secretKeyRef: { name: 'pool-second', key } });
  const pool = [{ webhook: secretKeyRef('webhook'), signing: secretKeyRef('secret') }];
  await subscribe('pool', { pool }, ['on-sync-failed']);
  // Which robot an Application has is a matter of its uid.
  for (let n = 0; first.requests().length === 0; n++) {
    await create(`pool-${n}`);
    await patch(`pool-${n}`, syncFailed(soon()));
    await stage.dingtalk.waitForDelivery(() => second.requests().length > n, {
      describe: `message ${n + 1} by the second robot`,
    });
  }
  expect(second.requests().every(({ errcode }) => errcode === 0)).toBe(true);
  await stage.conditions('robots', TEAM, 'pool', {
    Accepted: 'True/Accepted',
    Delivering: 'False/RobotRemoved',
  });
  const { status } = await stage.get<DingTalkRobot>('robots', TEAM, 'pool');
  const message = status?.conditions?.find(({ type }) => type === 'Delivering')?.message;
  expect(message).toMatch(/^The robot of spec\.webhook fails\. /);
});

it('quiet hours hold a message back but for exceptions, until they are taken away', async () => {
  const { requests } = await dingTalkRobot('night');
  const clock = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  const quietHours = {
    ...{ from: clock(-2), to: clock(2), timeZone: 'UTC' },
    except: { events: ['on-sync-failed'] },
  };
  await subscribe('night', { quietHours }, ['on-health-degraded', 'on-sync-failed']);
  await create('night-app');
  const titles = () => requests().map(({ body }) => (body as { markdown: { title: string } }).markdown.title);
  await patch('night-app', degraded(soon()));
  await stage.argocd().untilIdle();
  await patch('night-app', syncFailed(soon()));
  await stage.dingtalk.waitForDelivery(() => requests().length > 0, { describe: 'the exception' });
  expect(titles()).toEqual([expect.stringMatching(/sync failed/i)]);
  await stage.cp.merge('robots', TEAM, 'night', { spec: { quietHours: null } });
  await eventually('what has waited to be told', () => requests().length > 1);
  expect(titles().slice(1)).toEqual([expect.stringMatching(/degraded/i)]);
});
