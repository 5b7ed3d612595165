import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { soon, syncFailed } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { installArgoCD } from '../support/argocd.ts';
import { cliCommand } from '../support/programs.ts';
import { run } from '../support/run.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const CONFIG_MAP = 'argocd-notifications-cm';
const SECRET = 'argocd-notifications-secret';
const TEAM = { namespace: 'team', name: 'robot' };
const DESTINATION = { server: 'https://kubernetes.default.svc', namespace: 'team' };
const READY = { Ready: 'True/Ready' };
const MISSING = { Ready: 'False/TargetNotFound', Merged: 'False/TargetNotFound' };
const KEYS = [
  'service.webhook.dt_team_robot',
  'subscriptions',
  'template.dt_team_robot_on-sync-failed',
  'trigger.dt_team_robot_on-sync-failed',
];

let stage: Stage;
let token: string;
beforeAll(async () => {
  stage = await startStage({ operator: false });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const empty = (kind: 'ConfigMap' | 'Secret', name: string, where = ARGOCD) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: where },
});
const keysOf = async (kind: string, name: string, where = ARGOCD) =>
  Object.keys((await stage.get<KubernetesResource>(kind, where, name)).data ?? {}).sort();
const exists = async (kind: string, name: string, where = ARGOCD) =>
  (await stage.cp.tryKubectl(['get', kind, name, '-n', where])).code === 0;
const mergedMessage = async () =>
  (await stage.get('robots', 'team', 'robot')).status?.conditions?.find(({ type }) => type === 'Merged')
    ?.message;
/** Both resources of the team show these conditions. */
const both = async (wanted: Readonly<Record<string, string>>) => {
  await stage.conditions('robots', 'team', 'robot', wanted);
  await stage.conditions('nsub', 'team', 'robot', wanted);
};
async function fail(name: string): Promise<void> {
  await applyApplication(stage.cp, application({ name, namespace: ARGOCD, destination: DESTINATION }));
  await patchApplication(stage.cp, ARGOCD, name, syncFailed(soon()));
}
const deliveryOf = (name: string) =>
  stage.dingtalk.waitForDelivery(
    (each) => each.token === token && each.rawBody.includes(`${name} sync failed`),
  );

describe('a target that is not there', () => {
  it('when the operator starts is waited for, never created, and filled when it comes, one by one', async () => {
    await stage.remove('configmap', ARGOCD, CONFIG_MAP);
    await stage.remove('secret', ARGOCD, SECRET);
    const { manifests, credentials } = realRobot(stage.dingtalk, TEAM);
    token = credentials.token;
    await stage.apply(namespace('team'), ...manifests, subscription(TEAM));
    await stage.restartOperator();
    await both(MISSING);
    expect(await mergedMessage()).toMatch(/ConfigMap argocd\/.* and Secret argocd\/.* not found/);
    expect([await exists('configmap', CONFIG_MAP), await exists('secret', SECRET)]).toEqual([false, false]);

    await stage.apply(empty('ConfigMap', CONFIG_MAP));
    await eventually('the message to tell of the Secret only', async () =>
      /^Secret argocd\/\S+ not found/.test((await mergedMessage()) ?? ''),
    );
    expect(await keysOf('configmap', CONFIG_MAP)).toEqual([]);
    await stage.apply(empty('Secret', SECRET));
    await both(READY);
    expect(await keysOf('configmap', CONFIG_MAP)).toEqual(KEYS);
    expect(await keysOf('secret', SECRET)).toEqual(['dt_team_robot']);
    await fail('first');
    await deliveryOf('first');
  });

  it.each([
    ['ConfigMap', 'configmap', CONFIG_MAP],
    ['Secret', 'secret', SECRET],
  ] as const)(
    'because somebody deletes the %s is filled again once it is back',
    async (kind, plural, name) => {
      const before = await keysOf(plural, name);
      await stage.remove(plural, ARGOCD, name);
      await both(MISSING);
      expect(await exists(plural, name)).toBe(false);
      await stage.apply(empty(kind, name));
      await both(READY);
      expect(await keysOf(plural, name)).toEqual(before);
    },
  );

  it('that is made anew in a moment is filled again, and what happened meanwhile is not told', async () => {
    await stage.remove('configmap', ARGOCD, CONFIG_MAP);
    await both(MISSING);
    // So nobody hears of this, now or later.
    await fail('meanwhile');
    const before = Date.now();
    await eventually('the moment of the event to be over', () => Date.now() > before + 4_000);
    await stage.apply(empty('ConfigMap', CONFIG_MAP), empty('Secret', SECRET));
    await both(READY);
    const touched = { metadata: { annotations: { touched: 'yes' } } };
    for (const name of ['first', 'meanwhile']) await patchApplication(stage.cp, ARGOCD, name, touched);
    await fail('last');
    await deliveryOf('last');
    // The controller works in order, so the ones before it had their turn.
    const told = stage.dingtalk.requests.filter((each) => each.token === token).map(({ rawBody }) => rawBody);
    expect(told.filter((body) => body.includes('meanwhile'))).toEqual([]);
    expect(told.filter((body) => body.includes('first sync failed'))).toHaveLength(1);
  });
});

describe('a target in a namespace of its own', () => {
  const WHERE = 'notifications';
  const target = { namespace: WHERE, configMap: CONFIG_MAP, secret: SECRET };

  /** The shipped rights, for another namespace. */
  async function grant(): Promise<void> {
    for (const kind of ['role', 'rolebinding']) {
      const { metadata: _, ...rest } = await stage.get<object & { metadata: object }>(
        kind,
        ARGOCD,
        'argocd-dingtalk-operator',
      );
      await stage.apply({ ...rest, metadata: { name: 'argocd-dingtalk-operator', namespace: WHERE } });
    }
  }
  /** As the namespace controller does, which a bare API server lacks. */
  async function empties(): Promise<void> {
    for (const kind of ['configmap', 'secret', 'rolebinding', 'role'])
      await stage.cp.kubectl(['delete', kind, '--all', '-n', WHERE]);
  }
  async function finalize(): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: WHERE }, spec: { finalizers: [] } };
    const path = `/api/v1/namespaces/${WHERE}/finalize`;
    await stage.cp.kubectl(['replace', '--raw', path, '-f', '-'], JSON.stringify(body));
    await eventually('the namespace to be gone', async () => !(await exists('namespace', WHERE)));
  }

  it('is waited for from before there is a namespace, through its end, to the next one', async () => {
    await stage.stopOperator();
    const args = cliCommand('uninstall', '--kubeconfig', stage.cp.adminKubeconfig);
    expect(await run(process.execPath, args)).toMatchObject({ code: 0 });
    // It may read nothing there until it is granted, and so does not come up before.
    const started = stage.restartOperator({ target });
    await stage.apply(namespace(WHERE));
    await grant();
    await started;
    await both(MISSING);
    await installArgoCD(stage.cp, { namespace: WHERE });
    await both(READY);
    expect(await keysOf('configmap', CONFIG_MAP, WHERE)).toEqual(KEYS);

    await stage.cp.kubectl(['delete', 'namespace', WHERE, '--wait=false']);
    await stage.remove('configmap', WHERE, CONFIG_MAP);
    await both(MISSING);
    await empties();
    await finalize();
    // Whatever the API server refuses in the meantime, it goes on.
    await stage.apply(subscription(TEAM, { events: [{ trigger: 'on-deployed' }] }));

    await stage.apply(namespace(WHERE));
    await grant();
    await installArgoCD(stage.cp, { namespace: WHERE });
    await both(READY);
    expect(await keysOf('configmap', CONFIG_MAP, WHERE)).toContain('trigger.dt_team_robot_on-deployed');
  });
});
