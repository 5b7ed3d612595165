import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { operatorConfiguration } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { syncFailed } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { cliCommand } from '../support/programs.ts';
import { type RunResult, run } from '../support/run.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const CONFIG_MAP = 'argocd-notifications-cm';
const SECRET = 'argocd-notifications-secret';
const TEAM = { namespace: 'team', name: 'robot' };
const EVENT = 'dt_team_robot_on-sync-failed';
const FOREIGN = '- recipients: [slack:x] # theirs\n  triggers: [on-deployed]\n';
/** Without a time: what holds already counts. */
const TIMELESS = { name: 'failed', when: "app.status?.operationState?.phase == 'Failed'" };

let stage: Stage;
/** Whatever must not be printed. */
let secrets: string[] = ['access_token', 'sign='];
let credentials: readonly object[];
beforeAll(async () => {
  stage = await startStage({ argocd: false });
  await stage.cp.merge('configmap', ARGOCD, CONFIG_MAP, { data: { subscriptions: FOREIGN } });
  const { manifests, credentials: own } = realRobot(stage.dingtalk, TEAM);
  secrets = [...secrets, own.token, own.secret];
  credentials = manifests;
  await stage.apply(namespace('team'), ...manifests.slice(0, 1));
  const destination = { server: 'https://kubernetes.default.svc', namespace: 'team' };
  await applyApplication(stage.cp, application({ name: 'shop', namespace: ARGOCD, destination }));
  await applyApplication(stage.cp, application({ name: 'calm', namespace: ARGOCD, destination }));
  // Before anything of ours is there: an event that has a time leaves it out.
  await patchApplication(stage.cp, ARGOCD, 'shop', syncFailed(new Date(Date.now() - 60_000)));
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

async function diffAs(
  kubeconfig: string,
  manifests: readonly object[],
  ...args: string[]
): Promise<RunResult> {
  const [file, config] = [join(stage.cp.dir, 'files.yaml'), join(stage.cp.dir, 'diff.json')];
  await writeFile(file, manifests.map((each) => JSON.stringify(each)).join('\n---\n'));
  await writeFile(config, JSON.stringify(operatorConfiguration(stage.dingtalk, {})));
  const options = ['-f', file, '--config', config, '--kubeconfig', kubeconfig];
  const result = await run(process.execPath, cliCommand('diff', ...options, ...args));
  for (const secret of secrets) expect(result.stdout + result.stderr).not.toContain(secret);
  return result;
}
const diff = (manifests: readonly object[], ...args: string[]) =>
  diffAs(stage.cp.adminKubeconfig, manifests, ...args);
const keys = async () => {
  const configMap = await stage.get<KubernetesResource>('configmap', ARGOCD, CONFIG_MAP);
  const secret = await stage.get<KubernetesResource>('secret', ARGOCD, SECRET);
  return { configMap: configMap.data ?? {}, secret: secret.data ?? {} };
};

interface Changes {
  readonly configMap: readonly { readonly key: string; readonly change: string; readonly diff: string[] }[];
  readonly secret: readonly { readonly key: string; readonly change: string }[];
  readonly notifiedAtOnce: readonly { readonly trigger: string; readonly applications: string[] }[] | null;
}
const parsed = ({ stdout }: RunResult) => JSON.parse(stdout) as Changes;

describe('diff', () => {
  it('names what the operator then writes, and nothing else', async () => {
    const manifests = [...credentials, subscription(TEAM)];
    const before = await keys();
    const result = await diff(manifests, '--output', 'json');
    expect(result).toMatchObject({ code: 1, stderr: '' });
    expect(await keys()).toEqual(before);
    const { configMap, secret, notifiedAtOnce } = parsed(result);
    expect(notifiedAtOnce).toEqual([]);

    await stage.apply(...manifests);
    await stage.conditions('nsub', 'team', 'robot', { Ready: 'True/Ready' });
    const after = await keys();
    expect(configMap.map(({ key, change }) => [key, change])).toEqual([
      ['service.webhook.dt_team_robot', 'added'],
      ['subscriptions', 'changed'],
      [`template.${EVENT}`, 'added'],
      [`trigger.${EVENT}`, 'added'],
    ]);
    expect(configMap.map(({ key }) => key)).toEqual(Object.keys(after.configMap).sort());
    expect(secret).toEqual([{ key: 'dt_team_robot', change: 'added' }]);
    expect(Object.keys(after.secret)).toEqual(['dt_team_robot']);
    const block = configMap[1]?.diff.filter((line) => line.startsWith('+')).map((line) => line.slice(1));
    expect(after.configMap.subscriptions).toContain(block?.join('\n'));

    expect(await diff(manifests)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('knows the configuration that the operator has published', async () => {
    const edited = subscription(TEAM, { events: [{ trigger: 'on-deployed' }] });
    const file = join(stage.cp.dir, 'published.yaml');
    await writeFile(file, JSON.stringify(edited));
    const options = ['-f', file, '--kubeconfig', stage.cp.adminKubeconfig];
    const result = await run(process.execPath, cliCommand('diff', ...options));
    const withoutTimes = (text: string) => text.replaceAll(/'\d{4}-\d\d-\d\dT[\d:]+Z'/g, 'TIME');
    expect(withoutTimes(result.stdout)).toBe(withoutTimes((await diff([edited])).stdout));
    // The URL is of the configuration, and the default one has none.
    expect(result.stdout).toContain('argocd.example.com');
    expect(result).toMatchObject({ code: 1, stderr: '' });
  });

  it('shows an edit in lines, and whom it would notify at once', async () => {
    const edited = subscription(TEAM, { events: [{ trigger: 'on-sync-failed' }, TIMELESS] });
    const { code, stdout, stderr } = await diff([edited]);
    expect(stderr).toMatch(
      /^\S+: warning: NotificationSubscription team\/robot: ReplayPossible: .*\n {2}hint: .*\n$/,
    );
    expect(stdout).toContain(`--- /dev/null\n+++ argocd/${CONFIG_MAP} trigger.dt_team_robot_failed\n`);
    expect(stdout).toMatch(/\n\+ +- dt_team_robot_failed\n/);
    expect(stdout).toContain('notified at once by dt_team_robot_failed, to dt_team_robot: argocd/shop\n');
    expect(stdout).not.toContain('argocd/calm');
    expect(stdout).not.toContain(SECRET);
    expect(code).toBe(1);
  });

  it('shows what a grant on an AppProject would change, and what the one in the cluster has changed', async () => {
    const grant = (to: string) => ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: {
        name: 'default',
        namespace: ARGOCD,
        annotations: { 'argocd-dingtalk.io/namespaces': to },
      },
      spec: { sourceRepos: ['*'] },
    });
    const { code, stdout, stderr } = await diff([grant('te?m')], '-o', 'json');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const { configMap } = parsed({ code, stdout, stderr });
    // The template carries the mark of what the subscription may hear of.
    expect(configMap.map(({ key }) => key)).toEqual([`template.${EVENT}`, `trigger.${EVENT}`]);
    expect(configMap[1]?.diff.join('')).toContain("project ?? '') in ['default']");

    await stage.apply(grant('team'));
    await eventually('the grant to be live', async () =>
      (await keys()).configMap[`trigger.${EVENT}`]?.includes("in ['default']"),
    );
    expect(await diff([subscription(TEAM)])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('shows what another configuration would change, and which events may repeat what they have told', async () => {
    const where = { ...TEAM, name: 'timeless' };
    const { manifests } = realRobot(stage.dingtalk, where);
    const own = subscription(where, { events: [{ trigger: 'on-sync-failed' }, TIMELESS] });
    await stage.apply(...manifests, own);
    await stage.conditions('nsub', 'team', 'timeless', { Ready: 'True/Ready' });
    const next = join(stage.cp.dir, 'next.json');
    const tenancy = { destinations: 'Ignored' };
    await writeFile(next, JSON.stringify(operatorConfiguration(stage.dingtalk, { tenancy })));
    expect(await diff([own])).toMatchObject({ code: 0, stdout: '' });
    const { code, stdout } = await diff([own], '--new-config', next);
    expect(code).toBe(1);
    expect(stdout.match(/^\+{3} .*trigger\S+/gm)).toHaveLength(3);
    expect(stdout.match(/^may repeat: .*/gm)).toEqual([
      expect.stringMatching(
        /^may repeat: dt_team_timeless_failed, to dt_team_timeless: its condition changes/,
      ),
    ]);

    const target = { namespace: 'gitops' };
    await writeFile(next, JSON.stringify(operatorConfiguration(stage.dingtalk, { target })));
    const other = await diff([own], '--new-config', next);
    expect(other).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('target') });
    await stage.remove('nsub', 'team', 'timeless');
    await stage.remove('robots', 'team', 'timeless');
  });

  it('refuses what the operator would refuse', async () => {
    const { code, stderr, stdout } = await diff([
      subscription(TEAM, { events: [{ trigger: 'on-sync-fialed' }] }),
    ]);
    expect(stderr).toContain('UnknownTrigger');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('says what a caller with few rights can not see', async () => {
    await stage.cp.kubectl(['create', 'serviceaccount', 'reader', '-n', ARGOCD]);
    const subject = ['--serviceaccount', `${ARGOCD}:reader`];
    const views = ['create', 'clusterrolebinding', 'reader', '--clusterrole=argocd-dingtalk-view'];
    await stage.cp.kubectl([...views, ...subject]);
    const kubeconfig = await stage.cp.serviceAccountKubeconfig(ARGOCD, 'reader');
    expect(await diffAs(kubeconfig, [subscription(TEAM)])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/configmaps.*Forbidden/),
    });
    const may = ['--verb=get', '--resource=configmaps', `--resource-name=${CONFIG_MAP}`];
    await stage.cp.kubectl(['create', 'role', 'reader', '-n', ARGOCD, ...may]);
    await stage.cp.kubectl(['create', 'rolebinding', 'reader', '-n', ARGOCD, '--role=reader', ...subject]);
    const other = { ...TEAM, name: 'other' };
    const { code, stdout, stderr } = await diffAs(
      kubeconfig,
      [...realRobot(stage.dingtalk, other).manifests.slice(1), subscription(other)],
      '-o',
      'json',
    );
    expect(stderr.match(/^missing right: GET \S+/gm)?.sort()).toEqual([
      'missing right: GET /api/v1/namespaces/argocd/configmaps/argocd-cm:',
      `missing right: GET /api/v1/namespaces/argocd/secrets/${SECRET}:`,
      'missing right: GET /api/v1/namespaces:',
      'missing right: GET /apis/argoproj.io/v1alpha1/applications:',
      'missing right: GET /apis/argoproj.io/v1alpha1/namespaces/argocd/appprojects:',
    ]);
    expect(code).toBe(1);
    const { configMap, secret, notifiedAtOnce } = parsed({ code, stdout, stderr });
    expect(configMap.map(({ key }) => key)).toContain('service.webhook.dt_team_other');
    expect(configMap.map(({ key }) => key)).not.toContain('service.webhook.dt_team_robot');
    expect(secret).toEqual([{ key: 'dt_team_other', change: 'added' }]);
    expect(notifiedAtOnce).toBeNull();
  });
});
