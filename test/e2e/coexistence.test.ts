import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { ConflictError } from '../../operator/kubernetes/api-error.ts';
import { connect } from '../../operator/kubernetes/connection.ts';
import type { DataObject } from '../../operator/kubernetes/objects.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { soon, syncFailed } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';
import { locateTools } from '../support/tools.ts';

const CONFIG_MAP = 'argocd-notifications-cm';
const SECRET = 'argocd-notifications-secret';
const TEAM = { namespace: 'team', name: 'robot' };
const SERVICE = 'dt_team_robot';
const TRIGGER = `trigger.${SERVICE}_on-sync-failed`;

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
  await patch('configmap', CONFIG_MAP, { data: FOREIGN });
  await patch('secret', SECRET, { stringData: { 'slack-token': 'xoxb-1' } });
  await stage.restartOperator();
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const configMap = () => stage.get<KubernetesResource>('configmap', ARGOCD, CONFIG_MAP);
const secret = () => stage.get<KubernetesResource>('secret', ARGOCD, SECRET);

const KINDS = { configmap: 'ConfigMap', secret: 'Secret' } as const;
const base64 = (text: string, kind: string) =>
  kind === 'secret' ? Buffer.from(text).toString('base64') : text;
const patch = (kind: string, name: string, change: object) => stage.cp.merge(kind, ARGOCD, name, change);
/** Plain text, empty if there is none. */
async function textOf(kind: string, name: string, key: string): Promise<string> {
  const value = (await stage.get<KubernetesResource>(kind, ARGOCD, name)).data?.[key] ?? '';
  return kind === 'secret' ? Buffer.from(value, 'base64').toString() : value;
}
/** Another tool's forced server-side apply of some keys. */
async function applyAs(manager: string, kind: keyof typeof KINDS, name: string, data: object): Promise<void> {
  const metadata = { name, namespace: ARGOCD };
  await stage.cp.apply([{ apiVersion: 'v1', kind: KINDS[kind], metadata, data }], manager);
}
async function managersOf(kind: string, name: string, key: string): Promise<(string | undefined)[]> {
  const args = ['get', kind, name, '-n', ARGOCD, '-o', 'json', '--show-managed-fields'];
  const { metadata } = JSON.parse(await stage.cp.kubectl(args)) as DataObject;
  const holders = (metadata.managedFields ?? []).filter(
    ({ fieldsV1 }) => (fieldsV1?.['f:data'] as object | undefined)?.[`f:${key}` as never] !== undefined,
  );
  return holders.map(({ manager }) => manager).sort();
}

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
    await stage.cp.merge('robots', 'team', 'robot', {
      metadata: { annotations: { 'argocd-dingtalk.io/reconcile-at': '1' } },
    });
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

  it('puts back what somebody changes or deletes of ours, in both objects', async () => {
    const url = /sign=/;
    for (const [kind, name, key, right] of [
      ['configmap', CONFIG_MAP, TRIGGER, /^\[\{.*"send"/],
      ['secret', SECRET, SERVICE, url],
    ] as const) {
      for (const value of [base64('edited', kind), null]) {
        await patch(kind, name, { data: { [key]: value } });
        await eventually(`${key} to be put back`, async () => right.test(await textOf(kind, name, key)));
      }
    }
  });

  it('puts back what somebody else has come to own, and removes it when its time has come', async () => {
    const foreign = foreignPart((await configMap()).data);
    for (const [kind, name, key] of [
      ['configmap', CONFIG_MAP, TRIGGER],
      ['secret', SECRET, SERVICE],
    ] as const) {
      const before = await textOf(kind, name, key);
      await applyAs('tool', kind, name, { [key]: base64('not ours', kind) });
      await eventually(`${key} to be put back`, async () => (await textOf(kind, name, key)).length > 20);
      // The same value: now both hold it, and an apply of ours without it would leave it where it is.
      const now = await textOf(kind, name, key);
      await applyAs('tool', kind, name, { [key]: base64(now, kind) });
      expect(await managersOf(kind, name, key)).toEqual(['argocd-dingtalk', 'tool']);
      expect(before.length).toBeGreaterThan(20);
    }
    await stage.remove('nsub', 'team', 'robot');
    await stage.remove('robots', 'team', 'robot');
    await stage.remove('robots', 'team', 'other');
    await eventually('our keys to be gone', async () => {
      expect((await configMap()).data).toEqual(foreign);
      expect(Object.keys((await secret()).data ?? {})).toEqual(['slack-token']);
      return true;
    });
  });
});

describe('two writers of the shared key', () => {
  it('lose nothing of each other’s, whatever they do at the same time', async () => {
    const { manifests } = realRobot(stage.dingtalk, TEAM);
    const steady = { ...TEAM, name: 'steady' };
    const robots = [{ name: 'robot' }];
    await stage.apply(...manifests, subscription(steady, { robots }));
    await stage.conditions('nsub', 'team', 'steady', { Ready: 'True/Ready' });

    await using connections = new AsyncDisposableStack();
    const { request, close } = connect({ kubeconfig: stage.cp.adminKubeconfig });
    connections.defer(close);
    const until = Date.now() + 6_000;
    const mine = new Set<string>();
    let writes = 0;
    /** A machine on which much else runs takes longer for the same. */
    const isOn = (): boolean => Date.now() < until || writes <= 10;
    /** Another tool that gets, changes and puts the list, and so writes our lines anew in its own way. */
    const other = async (): Promise<void> => {
      for (let count = 0; isOn() || mine.size === 0; count++) {
        const object = (await request<DataObject>({ method: 'GET', path: CONFIG_MAP_PATH })).body;
        const before = object.data?.subscriptions ?? '';
        const list = parse(before) as Entry[];
        const recipients = list.flatMap((entry) => entry.recipients);
        expect(recipients.filter((each) => each.startsWith('other:'))).toEqual([...mine]);
        expect(list.filter(isSteady).length).toBe(1);
        const leaves = mine.size > 3 ? [...mine][count % 3] : undefined;
        const name = `other:${count}`;
        const kept = list.filter((entry) => !entry.recipients.includes(leaves ?? ''));
        const next = leaves ? kept : [...kept, { recipients: [name], triggers: ['on-deployed'] }];
        // By turns as a program does it, and as a person does who adds a line.
        const text =
          leaves || count % 2 === 0
            ? stringify(next)
            : `${before}\n- {recipients: ['${name}'], triggers: [on-deployed]}\n`;
        const body = { ...object, data: { ...object.data, subscriptions: text } };
        try {
          await request({ method: 'PUT', path: CONFIG_MAP_PATH, body });
        } catch (error) {
          if (error instanceof ConflictError) continue;
          throw error;
        }
        writes++;
        if (leaves) mine.delete(leaves);
        else mine.add(name);
      }
    };
    const team = async (): Promise<void> => {
      const busy = { ...TEAM, name: 'busy' };
      for (let count = 0; isOn(); count++) {
        const events = [{ trigger: count % 2 === 0 ? 'on-sync-failed' : 'on-deployed' }];
        await stage.apply(subscription(busy, { robots, events }));
        if (count % 4 === 3) await stage.remove('nsub', 'team', 'busy');
      }
      await stage.apply(subscription(busy, { robots, events: [{ trigger: 'on-deployed' }] }));
    };
    await Promise.all([other(), team()]);
    expect(writes).toBeGreaterThan(10);

    await stage.conditions('nsub', 'team', 'busy', { Ready: 'True/Ready' });
    const list = parse((await configMap()).data?.subscriptions ?? '') as Entry[];
    const recipients = list.flatMap((entry) => entry.recipients);
    expect(recipients.filter((each) => !each.startsWith('dt_')).sort()).toEqual(
      ['slack:deployments', 'slack:on-call', ...mine].sort(),
    );
    expect(list.flatMap(({ triggers }) => triggers).filter((each) => each.startsWith('dt_'))).toEqual([
      'dt_team_busy_on-deployed',
      'dt_team_steady_on-sync-failed',
    ]);
  });
});

interface Entry {
  readonly recipients: readonly string[];
  readonly triggers: readonly string[];
}
const isSteady = ({ triggers }: Entry) => triggers.includes('dt_team_steady_on-sync-failed');
const CONFIG_MAP_PATH = `/api/v1/namespaces/${ARGOCD}/configmaps/${CONFIG_MAP}`;
