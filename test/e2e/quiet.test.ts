import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import {
  degraded,
  soon,
  syncFailed,
  syncStatusUnknown,
  syncSucceeded,
} from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const TEAM = 'team';
const DESTINATION = { server: 'https://kubernetes.default.svc', namespace: TEAM };
const EVENTS = [
  'on-deployed',
  'on-health-degraded',
  'on-sync-failed',
  'on-sync-running',
  'on-sync-status-unknown',
  'on-sync-succeeded',
].map((trigger) => ({ trigger }));

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** Applications in which everything has happened already. */
async function createOld(names: readonly string[]): Promise<void> {
  const before = new Date(Date.now() - 60_000);
  for (const [index, name] of names.entries()) {
    await applyApplication(stage.cp, application({ name, namespace: ARGOCD, destination: DESTINATION }));
    const state = [syncFailed, syncSucceeded, syncStatusUnknown][index % 3] as typeof syncFailed;
    await patchApplication(stage.cp, ARGOCD, name, state(before));
    await patchApplication(stage.cp, ARGOCD, name, degraded(before));
  }
}

let round = 0;
/**
 * Has Argo CD's controller look at the old Applications again, then lets something new happen: the controller works
 * through its queue in order, so once the new message is there, no old one is to come any more.
 */
async function expectNewsOnly(old: readonly string[], tokens: readonly string[]): Promise<void> {
  const seen = stage.dingtalk.requests.length;
  const canary = `canary-${++round}`;
  for (const name of old) {
    await patchApplication(stage.cp, ARGOCD, name, { metadata: { annotations: { touched: canary } } });
  }
  await applyApplication(
    stage.cp,
    application({ name: canary, namespace: ARGOCD, destination: DESTINATION }),
  );
  const at = soon();
  await patchApplication(stage.cp, ARGOCD, canary, syncFailed(at));
  for (const token of tokens) {
    await stage.dingtalk.waitForDelivery(
      (each) => each.token === token && each.rawBody.includes(`${canary} sync failed`),
    );
  }
  const titles = stage.dingtalk.requests.slice(seen).map(({ body }) => (body as Markdown).markdown.title);
  expect(titles).toEqual(tokens.map(() => `🔴 ${canary} sync failed`));
  // It was dated a little ahead; for whoever comes next it shall be the past.
  await eventually('the moment of the event to be over', () => Date.now() > at.getTime() + 1_000);
}

type Markdown = { readonly markdown: { readonly title: string } };

describe('what happened before is not told', () => {
  const old = ['old-failed', 'old-synced', 'old-unknown'];
  const where = { namespace: TEAM, name: 'first' };
  const spec = (robots: string[], more = {}) => ({
    robots: robots.map((name) => ({ name })),
    events: EVENTS,
    ...more,
  });
  const tokens: string[] = [];

  it('to a new subscription', async () => {
    await createOld(old);
    const { manifests, credentials } = realRobot(stage.dingtalk, where);
    tokens.push(credentials.token);
    await stage.apply(namespace(TEAM), ...manifests, subscription(where, spec(['first'])));
    await stage.conditions('nsub', TEAM, 'first', { Ready: 'True/Ready' });
    await expectNewsOnly(old, tokens);
  });

  it('to a robot that is added, by itself or by anybody else', async () => {
    const { manifests, credentials } = realRobot(stage.dingtalk, { namespace: TEAM, name: 'second' });
    tokens.push(credentials.token);
    await stage.apply(...manifests, subscription(where, spec(['first', 'second'])));
    await stage.conditions('nsub', TEAM, 'first', { Ready: 'True/Ready' });
    await expectNewsOnly([...old, 'canary-1'], tokens);
  });

  it('after a pause, of what happened during it', async () => {
    await stage.apply(subscription(where, spec(['first', 'second'], { suspend: true })));
    await stage.conditions('nsub', TEAM, 'first', { Ready: 'False/Suspended' });
    await applyApplication(
      stage.cp,
      application({ name: 'meanwhile', namespace: ARGOCD, destination: DESTINATION }),
    );
    await patchApplication(stage.cp, ARGOCD, 'meanwhile', syncFailed(new Date()));
    await stage.apply(subscription(where, spec(['first', 'second'])));
    await stage.conditions('nsub', TEAM, 'first', { Ready: 'True/Ready' });
    await expectNewsOnly([...old, 'meanwhile', 'canary-2'], tokens);
  });

  it('after a restart of the operator', async () => {
    await stage.restartOperator();
    await expectNewsOnly([...old, 'meanwhile', 'canary-3'], tokens);
  });
});
