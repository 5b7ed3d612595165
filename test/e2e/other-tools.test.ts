import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { ConflictError } from '../../operator/kubernetes/api-error.ts';
import { type Connection, connect } from '../../operator/kubernetes/connection.ts';
import type { DataObject } from '../../operator/kubernetes/objects.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { soon, syncFailed } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { freePorts } from '../support/ports.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const CONFIG_MAP = 'argocd-notifications-cm';
const SECRET = 'argocd-notifications-secret';
const PATH = `/api/v1/namespaces/${ARGOCD}/configmaps/${CONFIG_MAP}`;
const TEAM = { namespace: 'team', name: 'robot' };
const DESTINATION = { server: 'https://kubernetes.default.svc', namespace: 'team' };
const THEIRS = '- recipients: [slack:x]\n  triggers: [t]\n';

let stage: Stage;
let connection: Connection;
let metricsUrl: string;
let token: string;
beforeAll(async () => {
  const [port] = await freePorts(1);
  metricsUrl = `http://127.0.0.1:${port}/metrics`;
  stage = await startStage({
    operator: { metrics: { listen: `127.0.0.1:${port}` }, limits: { writeInterval: '100ms' } },
  });
  connection = connect({ kubeconfig: stage.cp.adminKubeconfig });
  const { manifests, credentials } = realRobot(stage.dingtalk, TEAM);
  token = credentials.token;
  await stage.apply(namespace('team'), ...manifests);
  await stage.conditions('robots', 'team', 'robot', { Ready: 'True/Ready' });
});
afterAll(async () => {
  await connection?.close();
  await stage?.[Symbol.asyncDispose]();
});

const configMap = () => stage.get<KubernetesResource>('configmap', ARGOCD, CONFIG_MAP);
const shared = async () => (await configMap()).data?.subscriptions;
const patch = (data: object) => stage.cp.merge('configmap', ARGOCD, CONFIG_MAP, { data });

/** What Helm 4 does on an upgrade with these values. */
async function helm(data: Readonly<Record<string, string>>): Promise<void> {
  const metadata = { name: CONFIG_MAP, namespace: ARGOCD };
  await stage.cp.apply([{ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }], 'helm');
}

/** The notes of the events on a target object that have this reason. */
async function notes(kind: string, reason: string): Promise<string[]> {
  const items = await stage.cp.list<{ reason: string; note: string; regarding: { kind: string } }>(
    'events.events.k8s.io',
    ARGOCD,
  );
  return items
    .filter((each) => each.reason === reason && each.regarding.kind === kind)
    .map(({ note }) => note);
}
const message = ({ status }: KubernetesResource, type: string) =>
  status?.conditions?.find((each) => each.type === type)?.message ?? '';

describe('a tool that applies the shared key as a whole', () => {
  const value = `# of the chart\n${THEIRS}`;

  it('is not written over; who needs the key says so, and nobody else', async () => {
    await helm({ subscriptions: value, context: 'region: x\n' });
    await stage.apply(subscription(TEAM));
    const shown = await stage.conditions('nsub', 'team', 'robot', {
      Ready: 'False/SharedKeyOwned',
      Accepted: 'True/Accepted',
      Merged: 'False/SharedKeyOwned',
    });
    expect(message(shown, 'Merged')).toMatch(/field manager helm .* Leave the key subscriptions out/);
    await stage.conditions('robots', 'team', 'robot', { Ready: 'True/Ready' });
    expect(await shared()).toBe(value);
    expect((await configMap()).data?.['trigger.dt_team_robot_on-sync-failed']).toBeDefined();
    expect(await notes('ConfigMap', 'SharedKeyOwned')).toEqual([expect.stringContaining('helm')]);
  });

  it('and then lets go of it is followed by our entries', async () => {
    await helm({ context: 'region: x\n' });
    await stage.conditions('nsub', 'team', 'robot', { Ready: 'True/Ready' });
    expect(await shared()).toContain('"managedBy":"argocd-dingtalk"');
  });

  it('is no problem where our entries are in it already', async () => {
    const before = (await shared()) ?? '';
    await helm({ subscriptions: before, context: 'region: x\n' });
    const { metadata } = await configMap();
    await stage.apply(subscription(TEAM, { applications: { all: true } }));
    // What is written for somebody else tells that it was looked at.
    const { manifests } = realRobot(stage.dingtalk, { ...TEAM, name: 'other' });
    await stage.apply(...manifests);
    await stage.conditions('robots', 'team', 'other', { Ready: 'True/Ready' });
    await stage.conditions('nsub', 'team', 'robot', { Ready: 'True/Ready' });
    expect(Number((await configMap()).metadata.resourceVersion)).toBeGreaterThan(
      Number(metadata.resourceVersion),
    );
    expect(await shared()).toBe(before);
  });

  it('keeps the entries of what is deleted, which have no effect any more, until it lets go', async () => {
    const before = (await shared()) ?? '';
    await stage.remove('nsub', 'team', 'robot');
    await eventually('the trigger to go', async () => {
      const { data = {} } = await configMap();
      return !Object.keys(data).some((key) => key.startsWith('trigger.dt_'));
    });
    expect(await shared()).toBe(before);
    await helm({ context: 'region: x\n' });
    await eventually('our entries to go', async () => !(await shared())?.includes('managedBy'));
  });
});

describe('a legacy config.yaml with subscriptions', () => {
  const canary = { ...TEAM, name: 'canary' };

  it('makes ours void, which their subscription says, until it is gone', async () => {
    const { manifests, credentials } = realRobot(stage.dingtalk, canary);
    await stage.apply(...manifests, subscription(TEAM));
    await stage.conditions('nsub', 'team', 'robot', { Ready: 'True/Ready' });
    await stage.conditions('robots', 'team', 'canary', { Ready: 'True/Ready' });
    // An entry of the legacy key that sends, too, tells when Argo CD's controller has come by.
    const body = '{"msgtype":"text","text":{"content":"canary {{.app.metadata.name}}"}}';
    await patch({
      'template.canary': JSON.stringify({ webhook: { dt_team_canary: { method: 'POST', body } } }),
      'trigger.canary': JSON.stringify([
        { when: "app.status?.operationState?.phase == 'Failed'", send: ['canary'] },
      ]),
      'config.yaml': 'subscriptions:\n- recipients: [dt_team_canary]\n  triggers: [canary]\n',
    });
    const shown = await stage.conditions('nsub', 'team', 'robot', {
      Ready: 'False/EngineIgnoresSubscriptions',
      Accepted: 'True/Accepted',
      Merged: 'False/EngineIgnoresSubscriptions',
    });
    expect(message(shown, 'Merged')).toContain('config.yaml');
    await stage.conditions('robots', 'team', 'robot', { Ready: 'True/Ready' });
    expect(await notes('ConfigMap', 'EngineIgnoresSubscriptions')).toHaveLength(1);
    expect(await notes('ConfigMap', 'ForeignKeyBroken')).toEqual([]);

    await applyApplication(
      stage.cp,
      application({ name: 'app', namespace: ARGOCD, destination: DESTINATION }),
    );
    await patchApplication(stage.cp, ARGOCD, 'app', syncFailed(soon()));
    await stage.dingtalk.waitForDelivery((each) => each.token === credentials.token);
    expect(stage.dingtalk.requests.filter((each) => each.token === token)).toEqual([]);

    await patch({ 'config.yaml': null, 'template.canary': null, 'trigger.canary': null });
    await stage.conditions('nsub', 'team', 'robot', { Ready: 'True/Ready' });
    await applyApplication(
      stage.cp,
      application({ name: 'next', namespace: ARGOCD, destination: DESTINATION }),
    );
    await patchApplication(stage.cp, ARGOCD, 'next', syncFailed(soon()));
    await stage.dingtalk.waitForDelivery(
      (each) => each.token === token && each.rawBody.includes('next sync failed'),
    );
  });
});

describe('an owner that replaces what it owns', () => {
  it('is warned of in advance, on the object', async () => {
    const owner = {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      name: 'notifications',
      uid: '0b0e2c4c-52a7-4f2a-9c0e-9c5d51ad2f5c',
    };
    await stage.cp.merge('secret', ARGOCD, SECRET, { metadata: { ownerReferences: [owner] } });
    await eventually('the warning', async () => (await notes('Secret', 'TargetOwned')).length > 0);
    expect(await notes('Secret', 'TargetOwned')).toEqual([expect.stringContaining('creationPolicy: Merge')]);
    await stage.cp.merge('secret', ARGOCD, SECRET, { metadata: { ownerReferences: null } });
  });
});

describe('a tool that replaces the ConfigMap again and again', () => {
  /** As an Application with Replace=true and self-heal does: whenever there is more than in Git. */
  async function replaceOnSight(until: () => boolean): Promise<number> {
    let replaced = 0;
    while (!until()) {
      const object = (await connection.request<DataObject>({ method: 'GET', path: PATH })).body;
      const isOurs = (key: string) => key.includes('.dt_') || key === 'subscriptions';
      const theirs = Object.entries(object.data ?? {}).filter(([key]) => !isOurs(key));
      if (theirs.length === Object.keys(object.data ?? {}).length) continue;
      const data = { ...Object.fromEntries(theirs), 'of.git': `revision ${replaced + 1}` };
      try {
        await connection.request({
          method: 'PUT',
          path: PATH,
          query: { fieldManager: 'argocd-controller' },
          body: { ...object, data },
        });
        replaced += 1;
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
      }
    }
    return replaced;
  }

  it('is named, with the remedy, not fought in a hot loop, and forgotten when it stops', async () => {
    let over = false;
    const fight = replaceOnSight(() => over);
    const concerned = { Merged: 'False/TargetContested', Ready: 'False/TargetContested' };
    const shown = await stage.conditions('nsub', 'team', 'robot', concerned).finally(() => {
      over = true;
    });
    const replaced = await fight;
    expect(message(shown, 'Merged')).toMatch(/argocd-controller .*Replace=true/);
    await stage.conditions('robots', 'team', 'robot', concerned);
    expect(await notes('ConfigMap', 'TargetContested')).toEqual([
      expect.stringContaining('argocd-controller'),
    ]);
    expect(await (await fetch(metricsUrl)).text()).toMatch(/target_contested\{object="ConfigMap"\} 1/);
    // Five in a row are a fight; the next comes after five seconds.
    expect(replaced).toBeLessThanOrEqual(7);
    const losses =
      stage.operatorOutput().match(/"another writer changed or removed the operator's keys"/g)?.length ?? 0;
    expect(losses).toBeGreaterThanOrEqual(5);
    // What is taken away twice before it was put back is one loss.
    expect(losses).toBeLessThanOrEqual(replaced);

    await eventually('our keys to be put back', async () => (await shared())?.includes('managedBy'));
    const options = { Merged: 'True/Merged', Ready: 'True/Ready' };
    await eventually('the fight to be over', () => stage.conditions('nsub', 'team', 'robot', options), {
      timeoutMs: 40_000,
    });
    await stage.conditions('robots', 'team', 'robot', { Ready: 'True/Ready' });
    expect(await (await fetch(metricsUrl)).text()).toMatch(/target_contested\{object="ConfigMap"\} 0/);
    expect(parse((await shared()) ?? '')).toHaveLength(1);
  });
});
