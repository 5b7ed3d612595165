import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, newCredentials, subscription } from '../../operator/api/testing/manifests.ts';
import type { Delivery } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
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
import { type RelayPlace, startOperatorForRelay, startRelay, withoutMsgUuid } from '../support/relay.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/** The whole line: Argo CD's real controller → relay → DingTalk, beside direct robots. */

const TEAM = 'team';
const PROJECT = 'shop';

let stage: Stage;
let place: RelayPlace;
let relay: RunningProcess;

beforeAll(async () => {
  stage = await startStage({ projects: [PROJECT], operator: false });
  place = await startOperatorForRelay(stage, { tenancy: { projects: { [PROJECT]: [TEAM] } } });
  await stage.apply(namespace(TEAM));
  relay = await startRelay(stage, place);
});
afterAll(async () => {
  await relay?.stop();
  await stage?.[Symbol.asyncDispose]();
});

/** Robots of one group in DingTalk, and a subscription to them of the same name. */
async function team(
  name: string,
  robots: Readonly<Record<string, object>>,
  events: readonly string[],
): Promise<Map<string, string>> {
  const tokens = new Map<string, string>();
  const manifests = Object.entries(robots).flatMap(([robotName, spec]) => {
    const { credentials, manifests } = realRobot(stage.dingtalk, { namespace: TEAM, name: robotName }, spec);
    tokens.set(robotName, credentials.token);
    return manifests;
  });
  await stage.apply(
    ...manifests,
    subscription({ namespace: TEAM, name }, {
      robots: [...tokens.keys()].map((each) => ({ name: each })),
      applications: { projects: [PROJECT], names: [`${name}-*`] },
      events: events.map((trigger) => ({ trigger })),
    } as never),
  );
  await stage.conditions('nsub', TEAM, name, { Ready: 'True/Ready' });
  return tokens;
}

const to = (token: string | undefined): Delivery[] =>
  stage.dingtalk.requests.filter((each) => each.token === token);

const patch = (name: string, change: object) => patchApplication(stage.cp, ARGOCD, name, change);
const create = (name: string) =>
  applyApplication(stage.cp, application({ name, namespace: ARGOCD, project: PROJECT }));

describe('a relayed robot', () => {
  it('gets the messages of a direct one, byte for byte', async () => {
    const events = ['on-sync-failed', 'on-health-degraded', 'on-health-recovered'];
    const tokens = await team(
      'same',
      { direct: { delivery: 'Direct' }, relayed: { delivery: 'Relay' } },
      events,
    );
    const [direct, relayed] = [tokens.get('direct'), tokens.get('relayed')];
    // Earlier degradations by a former text of the trigger do not count: the grace of ten seconds.
    await untilGraceIsOver();
    await create('same-app');
    for (const [count, state] of [syncFailed, degraded, healthy].entries()) {
      await patch('same-app', state(soon()));
      await stage.dingtalk.waitForDelivery(() => to(relayed).length > count && to(direct).length > count, {
        describe: `message ${count + 1} on both ways`,
      });
      await stage.argocd().untilIdle();
    }
    expect(to(relayed).map(withoutMsgUuid)).toEqual(to(direct).map(withoutMsgUuid));
    expect(to(relayed).map(({ errcode, signature }) => ({ errcode, signature }))).toEqual(
      to(relayed).map(() => ({ errcode: 0, signature: 'valid' })),
    );
  });

  it('shows DingTalk’s answer in its status within 30 s', async () => {
    const tokens = await team('refused', { 'refused-relay': { delivery: 'Relay' } }, ['on-sync-failed']);
    const token = tokens.get('refused-relay') as string;
    // The group has made a new secret, of which nobody has told the robot's owner.
    stage.dingtalk.addRobot({ token, secret: newCredentials().secret });
    await create('refused-app');
    await patch('refused-app', syncFailed(soon()));
    await eventually('the refusal', () => to(token).some(({ errcode }) => errcode === 310000));
    await stage.conditions('robots', TEAM, 'refused-relay', { Delivering: 'False/SignatureRejected' });
  });

  it('loses nothing that was answered 202 when the relay is killed', async () => {
    const tokens = await team('killed', { 'killed-relay': { delivery: 'Relay' } }, ['on-sync-failed']);
    const token = tokens.get('killed-relay');
    const names = Array.from({ length: 12 }, (_, index) => `killed-${index}`);
    for (const name of names) await create(name);
    await Promise.all(names.map((name) => patch(name, syncFailed(soon()))));
    await eventually('the first message', () => to(token).length > 0);
    relay.signal('SIGKILL');
    await relay.exited;
    relay = await startRelay(stage, place);
    const told = () =>
      to(token)
        .map(({ rawBody }) => rawBody)
        .join('\n');
    await eventually(
      'each Application to be in a message',
      () => names.every((name) => new RegExp(`${name}\\b`).test(told())),
      { timeoutMs: 90_000 },
    );
  });
});
