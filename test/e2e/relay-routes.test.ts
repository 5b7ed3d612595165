import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RelayRoute } from '../../operator/api/relay-route.ts';
import { namespace, robot, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { cliCommand } from '../support/programs.ts';
import { run } from '../support/run.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const TEAM = { namespace: 'team', name: 'payments' };
const ROUTE = 'team.payments';
const SERVICE = 'dt_team_payments';
const CONTROLLER = 'argocd-notifications-controller';
const RELAY = { relay: { url: 'http://argocd-dingtalk-relay.argocd.svc:8080' } };

let stage: Stage;
let secrets: string[];
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: RELAY });
  const { credentials, manifests } = realRobot(stage.dingtalk, TEAM);
  secrets = [credentials.token, credentials.secret];
  await stage.apply(namespace(TEAM.namespace), ...manifests.slice(0, 1), robot(TEAM, { delivery: 'Relay' }));
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const dataOf = async (kind: 'configmap' | 'secret') => {
  const { data = {} } = await stage.get<KubernetesResource>(
    kind,
    ARGOCD,
    kind === 'secret' ? 'argocd-notifications-secret' : 'argocd-notifications-cm',
  );
  return data;
};
const keysOf = async (kind: 'configmap' | 'secret') =>
  Object.keys(await dataOf(kind)).filter((key) => /(^|\.)dt_/.test(key));
const route = () => stage.get<RelayRoute>('relayroutes', ARGOCD, ROUTE);
const noRoute = () => expect(route()).rejects.toThrow('NotFound');

/** As the relay does it: it has loaded the route, and DingTalk has answered. */
async function reportAsRelay(robots: readonly object[] = []): Promise<void> {
  const { metadata } = await route();
  const status = JSON.stringify({ status: { observedGeneration: metadata.generation, robots } });
  const args = ['patch', 'relayroutes', ROUTE, '-n', ARGOCD, '--subresource=status', '--type=merge', '-p'];
  await stage.cp.kubectl([...args, status]);
}

const cli = (command: string, ...args: string[]) =>
  run(process.execPath, cliCommand(command, '--kubeconfig', stage.cp.adminKubeconfig, ...args));

const edit = (spec: Parameters<typeof subscription>[1]) => stage.apply(subscription(TEAM, spec));
const untilRoute = (what: string, isSo: (each: RelayRoute) => boolean) =>
  eventually(what, async () => {
    const each = await route();
    return isSo(each) ? each : false;
  });

describe('a subscription of a relayed robot', () => {
  it('becomes a RelayRoute, and the keys by which Argo CD posts to the relay', async () => {
    await edit({});
    const { spec } = await untilRoute('the route', () => true);
    expect(Object.keys(spec.configMap).sort()).toEqual([
      `template.${SERVICE}_on-sync-failed`,
      `trigger.${SERVICE}_on-sync-failed`,
    ]);
    expect(spec).toMatchObject({
      subscription: { namespace: 'team', name: 'payments', generation: 1 },
      events: [{ name: 'on-sync-failed', catalogueName: 'on-sync-failed' }],
      robots: [{ namespace: 'team', name: 'payments', service: SERVICE, webhook: { name: 'payments' } }],
    });
    await eventually('the shared keys', async () => (await keysOf('configmap')).length === 3);
    expect((await keysOf('configmap')).sort()).toEqual([
      'service.webhook.dt__relay',
      'template.dt__on-sync-failed',
      'trigger.dt__on-sync-failed',
    ]);
    const sealed = await dataOf('secret');
    expect(await keysOf('secret')).toEqual(['dt__relay']);
    const capability = Buffer.from(sealed.dt__relay ?? '', 'base64').toString();
    expect(Buffer.from(capability, 'base64url')).toHaveLength(32);
    const everything = JSON.stringify([spec, await dataOf('configmap')]) + stage.operatorOutput();
    for (const secret of [...secrets, capability]) expect(everything).not.toContain(secret);
  });

  it('is live once the relay has loaded the route', async () => {
    await stage.conditions('nsub', 'team', 'payments', { Merged: 'False/AwaitsRelay' });
    await reportAsRelay();
    await stage.conditions('nsub', 'team', 'payments', { Merged: 'True/Merged', Ready: 'True/Ready' });
  });

  it('changes the route with an edit, and counts from the same moment where the event is the same', async () => {
    const before = await route();
    await edit({ events: [{ trigger: 'on-sync-failed' }, { trigger: 'on-deployed' }] });
    const after = await untilRoute('the new event', ({ spec }) => spec.events.length === 2);
    const key = `trigger.${SERVICE}_on-sync-failed`;
    expect(sinceOf(after.spec.configMap[key])).toBe(sinceOf(before.spec.configMap[key]));
    expect(after.spec.subscription.generation).toBe(2);
    expect(after.metadata.uid).toBe(before.metadata.uid);
    await eventually(
      'its shared trigger',
      async () => 'trigger.dt__on-deployed' in (await dataOf('configmap')),
    );
    await reportAsRelay();
    await stage.conditions('nsub', 'team', 'payments', { Merged: 'True/Merged' });
  });

  it('overwrites what somebody else has written into the route', async () => {
    const before = await route();
    const hack = { spec: { configMap: { [`trigger.${SERVICE}_added`]: 'x' }, scope: { open: true } } };
    await stage.cp.merge('relayroutes', ARGOCD, ROUTE, hack);
    const after = await untilRoute('the route to be right again', ({ spec }) => !spec.scope?.open);
    expect(after.metadata.generation).toBe(before.metadata.generation + 2);
    expect(after.spec).toEqual(before.spec);
    await reportAsRelay();
  });

  it('keeps the last good route while an edit is broken', async () => {
    const before = await route();
    await edit({ events: [{ name: 'own', when: 'no such(' }] });
    await stage.conditions('nsub', 'team', 'payments', {
      Accepted: 'False/EngineRefused',
      Merged: 'False/PreviousVersionLive',
    });
    expect((await route()).spec).toEqual(before.spec);
    await edit({});
    await untilRoute('the good edit', ({ spec }) => spec.events.length === 1);
  });

  it('moves to the keys of Argo CD beside the route, and back to the route alone', async () => {
    const key = `trigger.${SERVICE}_on-sync-failed`;
    await reportAsRelay();
    const before = await route();
    await stage.apply(robot(TEAM, { delivery: 'Direct' }));
    await eventually('the mark', async () =>
      (await dataOf('configmap'))['service.webhook.dt__relay']?.includes('X-Told-Directly'),
    );
    expect((await keysOf('configmap')).sort()).toEqual([
      'service.webhook.dt__relay',
      `service.webhook.${SERVICE}`,
      'template.dt__on-sync-failed',
      `template.${SERVICE}_on-sync-failed`,
      'trigger.dt__on-sync-failed',
      key,
    ]);
    const since = sinceOf((await dataOf('configmap'))[key]);
    expect(Date.parse(since)).toBeGreaterThan(Date.parse(sinceOf(before.spec.configMap[key])));
    expect((await keysOf('secret')).sort()).toEqual(['dt__relay', SERVICE]);
    await stage.conditions('nsub', 'team', 'payments', { Merged: 'True/Merged' });

    await stage.apply(robot(TEAM, { delivery: 'Relay' }));
    await eventually('the keys to go', async () => !(key in (await dataOf('configmap'))));
    await eventually('the URL to go', async () => (await keysOf('secret')).join() === 'dt__relay');
    await stage.conditions('nsub', 'team', 'payments', { Merged: 'True/Merged' });
    expect((await dataOf('configmap'))['service.webhook.dt__relay']).not.toContain('X-Told-Directly');
    expect((await route()).spec).toEqual(before.spec);
  });

  it('is explained, as far as the relay has got', async () => {
    const at = '2026-11-23T08:00:00Z';
    await edit({
      events: [{ trigger: 'on-sync-failed' }, { name: 'own', when: 'app.metadata.name == "x"' }],
    });
    await untilRoute('the own event', ({ spec }) => spec.events.length === 2);
    const refused = { namespace: 'team', name: 'payments', at, reason: 'KeywordMissing', errcode: 310000 };
    await reportAsRelay([refused]);
    await stage.conditions('robots', 'team', 'payments', { Delivering: 'False/KeywordMissing' });
    await reportAsRelay([{ ...refused, at: '2026-11-23T08:01:00Z', reason: 'ok', errcode: 0 }]);
    await stage.conditions('robots', 'team', 'payments', { Delivering: 'True/Delivering' });
    await stage.conditions('nsub', 'team', 'payments', { Merged: 'True/Merged' });
    const { stdout, code } = await cli('explain', 'team/payments');
    expect(stdout).toContain(`the relay has loaded RelayRoute argocd/${ROUTE}, which has generation`);
    expect(stdout).toContain("DingTalk accepted the relay's last message, at 2026-11-23T08:01:00Z");
    expect(stdout).toContain('subscriptions sends dt__on-sync-failed to the relay');
    expect(stdout).toContain('subscriptions sends dt_team_payments_own_relay to the relay');
    expect(code).toBe(0);
  });

  it('is explained with the proxy to which Argo CD would post', async () => {
    const proxy = { name: 'HTTP_PROXY', value: 'http://user:password@proxy.example.com:3128' };
    await stage.apply(controllerWith(proxy));
    const problem = await cli('explain', 'robot', 'team/payments');
    expect(problem.stdout).toContain(`Deployment argocd/${CONTROLLER} sets HTTP_PROXY, so Argo CD posts`);
    expect(problem.stdout).toContain('Add argocd-dingtalk-relay.argocd.svc to NO_PROXY of the Deployment.');
    expect(problem.stdout).not.toContain('password');
    expect(problem.code).toBe(1);
    await stage.apply(controllerWith(proxy, { name: 'NO_PROXY', value: 'localhost,.svc' }));
    expect(await cli('explain', 'robot', 'team/payments')).toMatchObject({
      stdout: expect.stringContaining('its NO_PROXY excepts argocd-dingtalk-relay.argocd.svc'),
      code: 0,
    });
    await stage.remove('deployment', ARGOCD, CONTROLLER);
  });

  it('takes the route and all keys with it', async () => {
    await stage.remove('nsub', 'team', 'payments');
    await eventually('the route to go', noRoute);
    await eventually('the keys to go', async () => (await keysOf('configmap')).length === 0);
    await eventually('the capability to go', async () => (await keysOf('secret')).length === 0);
  });
});

describe('uninstall', () => {
  it('leaves nothing of the relay', async () => {
    await edit({});
    await untilRoute('the route', () => true);
    await eventually('the capability', async () => (await keysOf('secret')).length === 1);
    await stage.stopOperator();
    const dryRun = await cli('uninstall', '--dry-run');
    expect(dryRun.stdout).toContain(`  dt__relay\nRelayRoutes of argocd:\n  ${ROUTE}\n`);
    expect(await cli('uninstall')).toMatchObject({ code: 0 });
    await noRoute();
    expect([await keysOf('configmap'), await keysOf('secret')]).toEqual([[], []]);
  });
});

/** Argo CD's Deployment, as far as the API server asks for it. */
function controllerWith(...env: readonly object[]): object {
  const labels = { 'app.kubernetes.io/name': CONTROLLER };
  const containers = [{ name: CONTROLLER, image: 'argocd', env }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: CONTROLLER, namespace: ARGOCD, labels },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

/** The moment from which the events of a trigger count. */
function sinceOf(trigger: string | undefined): string {
  return /> '(\d{4}-[^']*)'/.exec(trigger ?? '')?.[1] ?? expect.fail(`no moment in ${trigger}`);
}
