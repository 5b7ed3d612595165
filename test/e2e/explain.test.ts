import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, robot, subscription, template } from '../../operator/api/testing/manifests.ts';
import { type CommandResult, run } from '../../operator/commands/testing/command-line.ts';
import { operatorConfiguration } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { soon, syncFailed } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const CONFIG_MAP = 'argocd-notifications-cm';
const TEAM = { namespace: 'team', name: 'robot' };
const EVENT = 'dt_team_robot_on-sync-failed';
const SERVER = 'https://kubernetes.default.svc';
/** Grants and settings without which the defaults would raise alarms. */
const FIELDS = {
  tenancy: { projects: { 'granted-*': ['team'] }, trustedNamespaces: ['argocd', 'team'] },
  robots: { verify: 'Never', locale: 'zh-CN' },
};

let stage: Stage;
/** Whatever must not be printed. */
let secrets: string[] = ['access_token=', 'sign='];
let token: string;
beforeAll(async () => {
  stage = await startStage({ projects: ['billing'], operator: FIELDS });
  const team = realRobot(stage.dingtalk, TEAM);
  const paused = realRobot(stage.dingtalk, { ...TEAM, name: 'paused' });
  token = team.credentials.token;
  secrets = [
    ...secrets,
    ...[team, paused].flatMap(({ credentials }) => [credentials.token, credentials.secret]),
  ];
  const to = (name: string, destination: string, project = 'default') =>
    applyApplication(
      stage.cp,
      application({
        name,
        namespace: ARGOCD,
        project,
        destination: { server: SERVER, namespace: destination },
      }),
    );
  await to('shop', 'team');
  await to('old', 'team');
  await to('invoices', 'billing', 'billing');
  await patchApplication(stage.cp, ARGOCD, 'old', syncFailed(new Date(Date.now() - 3_600_000)));
  await stage.apply(
    namespace('team'),
    ...team.manifests,
    ...paused.manifests.slice(0, 1),
    robot({ ...TEAM, name: 'paused' }, { suspend: true }),
    subscription(TEAM),
    subscription({ ...TEAM, name: 'paused' }),
    subscription(
      { ...TEAM, name: 'billing' },
      { robots: [{ name: 'robot' }], applications: { projects: ['billing'] } },
    ),
  );
  await stage.apply(
    template({ ...TEAM, name: 'raw' }, '{"msgtype":"text","text":{"content":"a"}}'),
    subscription(
      { ...TEAM, name: 'raw' },
      {
        robots: [{ name: 'robot' }],
        applications: { projects: ['granted-shop'] },
        events: [{ trigger: 'on-sync-failed', template: { name: 'raw' } }],
      },
    ),
  );
  await stage.conditions('nsub', 'team', 'raw', { Ready: 'True/Ready' });
  await stage.conditions('nsub', 'team', 'robot', { Ready: 'True/Ready' });
  await stage.conditions('nsub', 'team', 'paused', { Ready: 'False/RobotSuspended' });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

async function explainPublishedAs(kubeconfig: string, ...args: string[]): Promise<CommandResult> {
  const result = await run('explain', ...args, '--kubeconfig', kubeconfig);
  for (const secret of secrets) expect(result.stdout + result.stderr).not.toContain(secret);
  return result;
}

/** A user with the role `view` in a namespace, and no other right. */
async function memberOf(where: string, name: string): Promise<string> {
  await stage.cp.kubectl(['create', 'serviceaccount', name, '-n', where]);
  await stage.cp.kubectl([
    ...['create', 'rolebinding', name, '-n', where, '--clusterrole=argocd-dingtalk-view'],
    `--serviceaccount=${where}:${name}`,
  ]);
  return stage.cp.serviceAccountKubeconfig(where, name);
}

async function explainAs(kubeconfig: string, ...args: string[]): Promise<CommandResult> {
  const config = join(stage.cp.dir, 'explain.json');
  await writeFile(config, JSON.stringify(operatorConfiguration(stage.dingtalk, FIELDS)));
  const result = await run('explain', ...args, '--config', config, '--kubeconfig', kubeconfig);
  for (const secret of secrets) expect(result.stdout + result.stderr).not.toContain(secret);
  return result;
}
/** Waits until the operator has published its configuration. */
const published = () =>
  eventually('the operator to publish', async () => {
    const names = ['argocd-dingtalk-installation', 'argocd-dingtalk-installation-grants'];
    const all = await Promise.all(
      names.map((name) => stage.get<KubernetesResource>('configmap', ARGOCD, name)),
    );
    return all.every(({ data }) => data?.['configuration.yaml'] !== undefined);
  });
const explain = (...args: string[]) => explainAs(stage.cp.adminKubeconfig, ...args);

interface Explained {
  readonly verdict: string;
  readonly sections: {
    readonly about: string;
    readonly steps: { readonly verdict: string; readonly message: string }[];
  }[];
  readonly applications: {
    readonly seen: number | null;
    readonly matching: number;
    readonly shown: {
      readonly application: string;
      readonly events: {
        readonly outcome: string;
        readonly message: string;
        readonly robots: { readonly robot: string; readonly sentAt?: string }[];
      }[];
    }[];
  };
}
const parsed = ({ stdout }: CommandResult) => JSON.parse(stdout) as Explained;
const patch = (data: Readonly<Record<string, string | null>>) =>
  stage.cp.merge('configmap', ARGOCD, CONFIG_MAP, { data });

describe('explain', () => {
  it('follows a subscription in which nothing is in the way, and names what excludes the nearest application', async () => {
    const { code, stdout, stderr } = await explain('team/robot');
    expect(stdout).not.toMatch(/PROBLEM/);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines).toContain(`  ok      trigger.${EVENT} and template.${EVENT} are live and as wanted`);
    expect(lines).toContain(`  ok      subscriptions sends ${EVENT} to dt_team_robot`);
    expect(lines).toContain(`  ok      Argo CD's engine loads all of ConfigMap argocd/${CONFIG_MAP}`);
    expect(stdout).toMatch(
      /ok {6}Secret argocd\/\S+, key dt_team_robot: the URL is signed until \d{4}-\S+Z\n/,
    );
    expect(stdout).toMatch(/about 2 of the 3 that were checked\n/);
    expect(stdout).toMatch(
      / argocd\/old\n {4}on-sync-failed: not now: the event happened at \S+Z, before it began to count/,
    );
    expect(stdout).toMatch(
      / argocd\/shop\n {4}on-sync-failed: not now: on-sync-failed is sent when the last sync ended as Error/,
    );
    expect(stdout).toMatch(
      / argocd\/invoices: not: namespace team may not be notified about the Application: project billing is not granted to team/,
    );
  });

  it.each(['team/robot', 'team/raw', 'robot team/robot', 'template team/raw'])(
    'knows the configuration that the operator has published: no alarm about %s, for an admin and for a member',
    async (subject) => {
      await published();
      const admin = await explainPublishedAs(stage.cp.adminKubeconfig, ...subject.split(' '));
      expect(admin.stderr).toBe('');
      expect(admin.stdout).not.toMatch(/PROBLEM|made with other grants|differs from/);
      const member = await explainPublishedAs(
        await memberOf('team', `m-${subject.replace(/\W/g, '-')}`),
        ...subject.split(' '),
      );
      expect(member.stderr).toMatch(
        /^note: the grants of the installation are not known: ConfigMap argocd\/\S+ cannot be read with your rights/,
      );
      expect(member.stdout).not.toMatch(/PROBLEM|other grants|differs from|NotTrusted|NotGranted/);
      expect(member.code).toBe(0);
      for (const { stdout } of [admin, member])
        expect(stdout).toMatch(
          /\n {2}ok {6}the operator runs: Lease argocd\/argocd-dingtalk-operator is held by \S+, version \d\S+\n/,
        );
    },
  );

  it('says in one sentence that nothing is published, and raises no alarm by defaults', async () => {
    await published();
    const name = 'argocd-dingtalk-installation';
    const configMap = await stage.get<KubernetesResource>('configmap', ARGOCD, name);
    await stage.cp.merge('configmap', ARGOCD, name, { data: null });
    for (const subject of ['team/robot', 'team/raw']) {
      const { stdout, stderr } = await explainPublishedAs(stage.cp.adminKubeconfig, subject);
      expect(stderr).toMatch(
        /^note: the operator's configuration is not known.*has no data.*as --config\.\n$/,
      );
      expect(stdout).not.toMatch(/PROBLEM|NotTrusted|NotGranted/);
    }
    await stage.cp.merge('configmap', ARGOCD, name, { data: configMap.data });
  });

  it('tells when Argo CD has sent what was asked for', async () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    await patchApplication(stage.cp, ARGOCD, 'shop', syncFailed(soon()));
    await stage.dingtalk.waitForDelivery((each) => each.token === token);
    await stage.cp.kubectl([
      ...['wait', 'applications.argoproj.io/shop', '-n', ARGOCD, '--timeout=15s'],
      String.raw`--for=jsonpath={.metadata.annotations.notified\.notifications\.argoproj\.io}`,
    ]);
    const result = await explain(
      'team/robot',
      '--app',
      'argocd/shop',
      '--event',
      'on-sync-failed',
      '-o',
      'json',
    );
    const { verdict, applications } = parsed(result);
    expect({ code: result.code, verdict }).toEqual({ code: 0, verdict: 'ok' });
    expect(applications.shown.map(({ application, events }) => [application, events[0]?.outcome])).toEqual([
      ['argocd/shop', 'sent'],
    ]);
    const [sent] = applications.shown[0]?.events[0]?.robots ?? [];
    expect(sent?.robot).toBe('team/robot');
    expect(Date.parse(sent?.sentAt ?? '')).toBeGreaterThanOrEqual(before);
    expect(Date.parse(sent?.sentAt ?? '')).toBeLessThanOrEqual(Date.now());
  });

  it('tells that a project is not granted', async () => {
    const { code, stdout } = await explain('team/billing', '--app', 'argocd/invoices');
    expect(stdout).toMatch(/WARNING Accepted is True, ProjectNotGranted: .*\n *→ Ask the platform team/);
    expect(stdout).toMatch(/argocd\/invoices: not: .*project billing is not granted to team/);
    expect(code).toBe(1);
  });

  it('tells that a robot is suspended', async () => {
    const { code, stdout } = await explain('team/paused');
    expect(stdout).toMatch(/robot team\/paused\n.*\n {2}PROBLEM the resource is suspended/);
    expect(stdout).toMatch(/event on-sync-failed\n {2}PROBLEM no key of the event may be live/);
    expect(code).toBe(1);
    expect(await explain('robot', 'team/paused')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('subscriptions that send to it\n  ok      team/paused\n'),
    });
  });

  it("names somebody else's key that stops Argo CD for everybody", async () => {
    await patch({ 'trigger.by-hand': '- when: app.status ==\n  send: [x]\n' });
    const { code, stdout } = await explain('team/robot', '--app', 'argocd/shop');
    await patch({ 'trigger.by-hand': null });
    expect(stdout).toMatch(
      /PROBLEM ConfigMap argocd\/\S+, key trigger\.by-hand, \[0\]\.when, line 1, column \d+: Argo CD sends no notifications for anybody/,
    );
    expect(code).toBe(1);
  });

  it('names a key that was removed by hand while no operator runs', async () => {
    await stage.stopOperator();
    await patch({ [`trigger.${EVENT}`]: null });
    const result = await explain('team/robot', '--app', 'argocd/shop', '-o', 'json');
    const { verdict, sections } = parsed(result);
    expect({ code: result.code, verdict }).toEqual({ code: 1, verdict: 'problem' });
    const problems = sections.flatMap(({ steps }) => steps.filter((step) => step.verdict === 'problem'));
    expect(problems).toEqual([
      {
        verdict: 'problem',
        message: `ConfigMap argocd/${CONFIG_MAP} has no key trigger.${EVENT}`,
        hint: 'Is the operator running? nobody holds Lease argocd/argocd-dingtalk-operator.',
      },
    ]);
    await stage.restartOperator();
  });

  it('says what a caller with few rights can not see, and guesses nothing', async () => {
    const kubeconfig = await memberOf('team', 'member');
    const result = await explainAs(kubeconfig, 'team/robot', '-o', 'json');
    expect(result.stderr).toMatch(
      /^missing right: GET \/api\/v1\/namespaces\/argocd\/configmaps\/argocd-notifications-cm: 403/m,
    );
    const { sections, applications } = parsed(result);
    const of = (about: string) =>
      sections.find((each) => each.about === about)?.steps.map((step) => step.verdict);
    expect(of('event on-sync-failed')).toEqual(['unknown']);
    expect(of("Argo CD's configuration")).toEqual(['unknown']);
    expect(applications.seen).toBeNull();
    expect(result.code).toBe(0);
    expect(await explainAs(kubeconfig, 'argocd/robot')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Forbidden/),
    });
  });

  it('names what was perhaps meant', async () => {
    const { code, stderr } = await explain('team/rebot');
    expect(stderr).toBe('there is no NotificationSubscription team/rebot; did you mean team/robot?\n');
    expect(code).toBe(2);
    const configMap = await stage.get<KubernetesResource>('configmap', ARGOCD, CONFIG_MAP);
    expect(Object.keys(configMap.data ?? {})).toContain('subscriptions');
  });
});
