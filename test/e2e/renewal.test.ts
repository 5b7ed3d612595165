import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { soon, syncFailed } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { follow } from '../support/follow.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const RENEW_AFTER_MS = 2_000;
const NAMES = ['first', 'second'];

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ operator: { signing: { renewAfter: `${RENEW_AFTER_MS}ms` } } });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** Every state that the Secret goes through from now on. */
async function followSecret() {
  const { lines, stop } = await follow(
    stage.cp,
    ['secret', 'argocd-notifications-secret'],
    ARGOCD,
    '{.data}',
  );
  const parsed = () => lines().map((line) => JSON.parse(line) as Record<string, string>);
  return { states: parsed, stop };
}

describe('renewal', () => {
  it('changes the URL of all robots in one write, and every delivery before, during and after is valid', async () => {
    const robots = NAMES.map((name) => realRobot(stage.dingtalk, { namespace: 'team', name }));
    await stage.apply(namespace('team'), ...robots.flatMap(({ manifests }) => manifests));
    const both = { robots: NAMES.map((name) => ({ name })), applications: { names: ['app-*'] } };
    await stage.apply(subscription({ namespace: 'team', name: 'both' }, both));
    // The Applications deploy to the team's own namespace, which the strict fence lets through.
    const destination = { server: 'https://kubernetes.default.svc', namespace: 'team' };
    await stage.conditions('nsub', 'team', 'both', { Ready: 'True/Ready' });
    const secret = await followSecret();

    for (let renewals = 0; renewals < 4; renewals++) {
      const name = `app-${renewals}`;
      await applyApplication(stage.cp, application({ name, namespace: ARGOCD, destination }));
      const at = soon();
      await patchApplication(stage.cp, ARGOCD, name, syncFailed(at));
      for (const { credentials } of robots) {
        const delivery = await stage.dingtalk.waitForDelivery(
          (each) => each.token === credentials.token && each.rawBody.includes(`${name} sync failed`),
          { describe: `the failure of ${name}` },
        );
        expect(delivery).toMatchObject({ errcode: 0, signature: 'valid' });
      }
      await eventually('the next renewal', () => secret.states().length > renewals + 1);
    }
    await secret.stop();

    const states = secret.states();
    for (const [index, state] of states.slice(1).entries()) {
      const before = states[index] as Record<string, string>;
      for (const name of NAMES) expect(state[`dt_team_${name}`]).not.toBe(before[`dt_team_${name}`]);
    }
    const used = stage.dingtalk.requests.map(({ query }) => query.timestamp);
    expect(new Set(used).size).toBeGreaterThanOrEqual(2);
    expect(stage.dingtalk.requests.every(({ errcode }) => errcode === 0)).toBe(true);
  });

  it('is followed by signedUntil', async () => {
    const until = async () => (await stage.get('robots', 'team', 'first')).status?.signedUntil as string;
    const before = await until();
    const after = await eventually('signedUntil to move on', async () => {
      const now = await until();
      return now > before && now;
    });
    expect(Date.parse(after) - Date.now()).toBeGreaterThan(3_590_000);
  });

  it('touches nothing but the Secret', async () => {
    const version = async () =>
      (await stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm')).metadata
        .resourceVersion;
    const url = async () =>
      (await stage.get('secret', ARGOCD, 'argocd-notifications-secret')).data?.dt_team_first;
    const [versionBefore, urlBefore] = [await version(), await url()];
    await eventually('the next renewal', async () => (await url()) !== urlBefore);
    expect(await version()).toBe(versionBefore);
  });
});
