import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { soon, syncFailed } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { eventually } from '../support/eventually.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { namespace, realRobot, subscription } from '../support/team.ts';
import { locateTools } from '../support/tools.ts';

const CONFIG_MAP = 'argocd-notifications-cm';
const SECRET = 'argocd-notifications-secret';
const TEAM = { namespace: 'team', name: 'robot' };
const TRIGGER = 'trigger.dt_team_robot_on-sync-failed';

/** What people and tools have put there before we came. */
const FOREIGN = {
  'service.slack': 'token: $slack-token\n# kept by the platform team\n',
  context: 'argocdUrl: https://argocd.example.com\nregion: cn-hangzhou # the other one is cn-beijing\n',
  defaultTriggers: '- on-sync-status-unknown\n',
  'foo.bar': 'no key that Argo CD knows',
  subscriptions: [
    '# who hears of what; ask #platform before you change this',
    '- recipients:',
    '  - slack:deployments  # all of us',
    '  triggers: [on-sync-failed, on-deployed]',
    '',
    '- recipients: ["slack:on-call"]',
    '  selector: tier=gold',
    "  triggers: ['on-health-degraded']   # 24/7",
    '# the end',
  ].join('\n'),
};

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ operator: false });
  const catalogue = locateTools().notificationsCatalog;
  await stage.cp.kubectl(['apply', '-n', ARGOCD, '--server-side', '--force-conflicts', '-f', catalogue]);
  const patch = JSON.stringify({ data: FOREIGN });
  await stage.cp.kubectl(['patch', 'configmap', CONFIG_MAP, '-n', ARGOCD, '--type=merge', '-p', patch]);
  const secret = JSON.stringify({ stringData: { 'slack-token': 'xoxb-1' } });
  await stage.cp.kubectl(['patch', 'secret', SECRET, '-n', ARGOCD, '-p', secret]);
  await stage.restartOperator();
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const configMap = () => stage.get<KubernetesResource>('configmap', ARGOCD, CONFIG_MAP);
const secret = () => stage.get<KubernetesResource>('secret', ARGOCD, SECRET);

/** The ConfigMap without our keys and our block, as somebody would find it who knows nothing of us. */
function foreignPart(data: Readonly<Record<string, string>> = {}): Record<string, string> {
  const others = Object.entries(data).filter(([key]) => !/\.dt_/.test(key));
  const { subscriptions = '', ...rest } = Object.fromEntries(others);
  const lines = subscriptions.split('\n');
  const [begin, end] = ['BEGIN', 'END'].map((word) =>
    lines.findIndex((line) => line.startsWith(`# ${word} argocd-dingtalk`)),
  );
  if (begin === undefined || end === undefined || begin < 0) return { ...rest, subscriptions };
  return {
    ...rest,
    subscriptions: [...lines.slice(0, begin), ...lines.slice(end + 1)].join('\n').replace(/\n$/, ''),
  };
}

describe('beside Argo CD’s catalogue, Slack and hand-written subscriptions', () => {
  it('a foreign key survives create, edit and delete byte by byte, and a key removed from a resource goes', async () => {
    const before = { configMap: (await configMap()).data, secret: (await secret()).data };
    expect(Object.keys(before.configMap ?? {}).filter((key) => key.startsWith('template.app-')).length).toBe(
      8,
    );

    const { manifests } = realRobot(stage.dingtalk, TEAM);
    await stage.apply(namespace('team'), ...manifests, subscription(TEAM));
    await stage.conditions('nsub', 'team', 'robot', { Ready: 'True/Ready' });
    const created = await configMap();
    expect(created.data?.[TRIGGER]).toBeDefined();
    expect(foreignPart(created.data)).toEqual(before.configMap);
    const entries = parse(created.data?.subscriptions ?? '') as { recipients: string[] }[];
    expect(entries.map(({ recipients }) => recipients[0])).toEqual([
      'slack:deployments',
      'slack:on-call',
      'dt_team_robot',
    ]);

    await stage.apply(subscription(TEAM, { events: [{ trigger: 'on-deployed' }] }));
    await stage.conditions('nsub', 'team', 'robot', { Ready: 'True/Ready' });
    const edited = await configMap();
    expect(edited.data?.[TRIGGER]).toBeUndefined();
    expect(foreignPart(edited.data)).toEqual(before.configMap);

    await stage.remove('nsub', 'team', 'robot');
    await stage.remove('robots', 'team', 'robot');
    await eventually('our keys to be gone', async () => {
      expect((await configMap()).data).toEqual(before.configMap);
      expect((await secret()).data).toEqual(before.secret);
      return true;
    });
  });

  it('writes nothing when the same is applied again, the operator restarts, or a label changes', async () => {
    const { manifests, credentials } = realRobot(stage.dingtalk, TEAM);
    const all = [...manifests, subscription(TEAM)];
    await stage.apply(...all);
    await stage.conditions('nsub', 'team', 'robot', { Ready: 'True/Ready' });
    const states = async () => [await configMap(), await secret(), await stage.get('nsub', 'team', 'robot')];
    const before = await states();

    await stage.apply(...all);
    await stage.cp.kubectl([
      'annotate',
      'robots',
      'robot',
      '-n',
      'team',
      'argocd-dingtalk.io/reconcile-at=1',
    ]);
    await stage.restartOperator();
    // A later change that does have to be written tells that all that came before has been looked at.
    const { manifests: other } = realRobot(stage.dingtalk, { namespace: 'team', name: 'other' });
    expect((await states()).map(({ metadata, data }) => [metadata.resourceVersion, data])).toEqual(
      before.map(({ metadata, data }) => [metadata.resourceVersion, data]),
    );
    await stage.apply(...other);
    await stage.conditions('robots', 'team', 'other', { Ready: 'True/Ready' });
    const after = (await configMap()).data ?? {};
    const { 'service.webhook.dt_team_other': added, ...rest } = after;
    expect(added).toBeDefined();
    expect(rest).toEqual(before[0]?.data);

    // And the engine takes all of it together.
    const destination = { server: 'https://kubernetes.default.svc', namespace: 'team' };
    await applyApplication(stage.cp, application({ name: 'app', namespace: ARGOCD, destination }));
    const at = soon();
    await patchApplication(stage.cp, ARGOCD, 'app', syncFailed(at));
    const delivery = await stage.dingtalk.waitForDelivery(({ token }) => token === credentials.token);
    expect(delivery).toMatchObject({ errcode: 0, signature: 'valid' });
  });

  it('puts a hand edit of ours back, and a key that somebody deleted', async () => {
    const before = (await configMap()).data;
    for (const value of [`${before?.[TRIGGER]} # edited`, null]) {
      const patch = JSON.stringify({ data: { [TRIGGER]: value } });
      await stage.cp.kubectl(['patch', 'configmap', CONFIG_MAP, '-n', ARGOCD, '--type=merge', '-p', patch]);
      await eventually('the edit to be undone', async () => {
        const now = (await configMap()).data?.[TRIGGER];
        return now !== undefined && now !== value && JSON.parse(now)[0].send.length === 1;
      });
    }
  });
});
