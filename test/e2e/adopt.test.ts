import { readFileSync } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { newCredentials } from '../../operator/api/testing/manifests.ts';
import { operatorConfiguration } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { healthy, syncFailed, syncStatusUnknown, syncSucceeded } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { startProcess } from '../support/processes.ts';
import { cliCommand } from '../support/programs.ts';
import { type RunResult, run } from '../support/run.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';

/**
 * Somebody has the recipe of ACK's documentation in Argo CD, and other services beside it, and moves in: first the files,
 * then the switch in the middle of what happens, then the operator, and in the end out again.
 */

const CONFIG_MAP = 'argocd-notifications-cm';
const RECIPE = parse(readFileSync(new URL('ack-seed.configmap.yaml', import.meta.url), 'utf8'))
  .data as Record<string, string>;

/** What stays, whatever happens. */
const THEIRS = {
  'service.slack': 'token: $slack-token\n# kept by the platform team\n',
  'template.board':
    'message: "{{.app.metadata.name}}"\nwebhook:\n  board: { method: POST, body: "{{.app.metadata.name}}" }\n',
  'trigger.on-sync-failed':
    "- send: [app-sync-failed, board]\n  when: app.status.operationState != nil and app.status.operationState.phase in ['Error', 'Failed']\n",
};
const BEFORE_US =
  '# who hears of what\n- recipients: [dingtalk, board]  # the group and the wall\n  triggers: [on-sync-failed]\n';
const AFTER_US =
  '# who hears of what\n- recipients: [board]  # the group and the wall\n  triggers: [on-sync-failed]\n';
const SLACK_ENTRY =
  "- {recipients: ['slack:on-call'], selector: slack=yes, triggers: [on-sync-failed]}   # 24/7\n";

let stage: Stage;
let board: Server;
/** What the other service was told. */
const toldOthers: string[] = [];
let token: string;
let config: string;
let moved: string;

beforeAll(async () => {
  stage = await startStage({ operator: false });
  board = createServer((request, response) => {
    text(request).then((body) => {
      toldOthers.push(body);
      response.end();
    }, response.destroy);
  });
  await new Promise<void>((resolve) => void board.listen(0, '127.0.0.1', resolve));
  token = stage.dingtalk.addRobot({ token: newCredentials().token }).token;
  const { port } = board.address() as AddressInfo;
  const data = {
    ...RECIPE,
    ...THEIRS,
    'service.webhook.dingtalk': `url: ${stage.dingtalk.url}/robot/send?access_token=$dingtalk-token\nheaders:\n- {name: Content-Type, value: application/json}\n`,
    'service.webhook.board': `url: http://127.0.0.1:${port}/wall\n`,
    context: 'argocdUrl: https://argocd.example.com\n',
    subscriptions: `${BEFORE_US}- recipients: [dingtalk]\n  triggers: [on-sync-succeeded, on-sync-status-unknown, on-deployed]\n${SLACK_ENTRY}`,
  };
  await patch('secret', 'argocd-notifications-secret', {
    stringData: { 'dingtalk-token': token, 'slack-token': 'xoxb-1' },
  });
  await patch('configmap', CONFIG_MAP, { data });
  config = join(stage.cp.dir, 'adopt.json');
  await writeFile(config, JSON.stringify(operatorConfiguration(stage.dingtalk, {})));
  moved = join(stage.cp.dir, 'moved-in');
});
afterAll(async () => {
  board?.close();
  await stage?.[Symbol.asyncDispose]();
});

const patch = (kind: string, name: string, change: object) => stage.cp.merge(kind, ARGOCD, name, change);
const configMap = async () =>
  (await stage.get<KubernetesResource>('configmap', ARGOCD, CONFIG_MAP)).data as Record<string, string>;
const command = (...args: string[]) =>
  cliCommand(...args, '--config', config, '--kubeconfig', stage.cp.adminKubeconfig);

async function adopt(...args: string[]): Promise<RunResult> {
  const result = await run(process.execPath, command('adopt', ...args), { timeoutMs: 120_000 });
  expect(result.stderr).not.toContain(token);
  return result;
}

/** What the group has heard of an Application, in order. */
const told = (app: string) =>
  stage.dingtalk.requests
    .filter(({ token: to, rawBody }) => to === token && rawBody.includes(`/applications/${app}?`))
    .map(({ errcode, body }) => ({ errcode, body: body as { markdown: { title: string } } }));

const now = () => new Date();
const create = (name: string) => applyApplication(stage.cp, application({ name, namespace: ARGOCD }));
const happens = (name: string, change: object) => patchApplication(stage.cp, ARGOCD, name, change);
const hears = (app: string, count: number) =>
  eventually(`the group to hear ${count} times of ${app}`, () => told(app).length >= count, {
    timeoutMs: 20_000,
  });

const FAILURE = 'Argo CD application release failure';
const CHANGE = 'Argo CD application status';
const UNKNOWN = 'Unknown Argo CD application';

/** One Application that fails, is mended and then lost sight of. */
async function story(name: string): Promise<void> {
  await create(name);
  await happens(name, syncFailed(now()));
  await hears(name, 1);
  await happens(name, { status: { ...syncSucceeded(now()).status, ...healthy(now()).status } });
  await hears(name, 3);
  await happens(name, syncStatusUnknown(now()));
  await hears(name, 4);
}

/** Bodies with the name and the moments of the story taken out; the two messages of one moment have no order. */
const bodiesOf = (app: string) =>
  told(app)
    .map(({ body }) =>
      JSON.stringify(body)
        .replaceAll(app, 'APP')
        .replace(/\d{4}-\d\d-\d\dT[\d:]{8}Z/g, 'TIME'),
    )
    .sort();

describe('adopt', () => {
  it('has something to move', () => story('before'));

  it('prints what says the same, and changes nothing', async () => {
    const live = await configMap();
    const { code, stdout, stderr } = await adopt('--output-dir', moved);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/trigger\.on-sync-failed: other subscribers use it, too/);
    expect(stderr).toMatch(/entry 1, board; .*\): the recipient is not a DingTalk robot/);
    expect(stderr).toMatch(/key dingtalk-token of the Secret was for these services only/);
    expect(await configMap()).toEqual(live);
    expect((await readdir(moved)).sort()).toEqual([
      'credentials.yaml',
      'robots.yaml',
      'subscriptions.yaml',
      'templates.yaml',
    ]);
    expect((await stat(join(moved, 'credentials.yaml'))).mode & 0o777).toBe(0o600);
  });

  it('refuses to take over what is not applied', async () => {
    const { code, stderr } = await adopt('--take-over');
    expect(stderr).toMatch(
      /not ready:[\s\S]*DingTalkRobot argocd\/dingtalk: the cluster has no such resource/,
    );
    expect(code).toBe(1);
  });

  it('waits until the former configuration has told of all that has happened', async () => {
    await stage.cp.kubectl(['apply', '-f', moved]);
    // Argo CD tells of a sync only once it has looked at the Application anew.
    const failed = syncFailed(now());
    await create('late');
    await happens('late', { status: { ...failed.status, reconciledAt: '2026-01-01T00:00:00Z' } });
    const { code, stderr } = await adopt('--take-over', '--wait', '4');
    expect(stderr).toContain('has not sent this notification yet: argocd/late: on-sync-failed to dingtalk');
    expect(stderr).toContain('the former configuration is still in force');
    expect(code).toBe(1);
    expect((await configMap()).subscriptions).toContain('[dingtalk, board]');
    await happens('late', failed);
    await hears('late', 1);
  });

  it('takes over in the middle of what happens, and each event is told once', async () => {
    await using switching = await startProcess({
      name: 'take-over',
      command: process.execPath,
      args: command('adopt', '--take-over', '--wait', '90', '-o', 'json'),
    });
    let exit: { readonly code: number | null } | undefined;
    void switching.exited.then((ending) => {
      exit = ending;
    });
    const apps: string[] = [];
    let afterwards = 0;
    // Something happens every five seconds; it has to be done between two of them, and two more follow.
    while (afterwards < 2) {
      const name = `stream-${apps.length}`;
      apps.push(name);
      await create(name);
      await happens(name, syncFailed(now()));
      const next = Date.now() + 5_000;
      await eventually('the next sync to be due', () => Date.now() > next);
      if (exit) afterwards += 1;
      expect(apps.length).toBeLessThan(16);
    }
    expect(switching.output()).toContain('"twice": []');
    expect(exit?.code, switching.output()).toBe(0);
    for (const app of apps) await hears(app, 1);
    const counts = (heard: (app: string) => number) =>
      Object.fromEntries(apps.map((app) => [app, heard(app)]));
    const once = Object.fromEntries(apps.map((app) => [app, 1]));
    expect(counts((app) => told(app).length)).toEqual(once);
    // Whoever else was told goes on being told, once.
    expect(counts((app) => toldOthers.filter((each) => each === app).length)).toEqual(once);
    expect(told('late')).toHaveLength(1);
  });

  it('leaves nothing to do for the operator, which then tells the same', async () => {
    const written = await stage.get<KubernetesResource>('configmap', ARGOCD, CONFIG_MAP);
    await stage.restartOperator();
    await stage.conditions('nsub', ARGOCD, 'dingtalk', { Ready: 'True/Ready' });
    const kept = await stage.get<KubernetesResource>('configmap', ARGOCD, CONFIG_MAP);
    expect(kept.data).toEqual(written.data);
    expect(kept.metadata.resourceVersion).toBe(written.metadata.resourceVersion);
    await story('after');
    expect(bodiesOf('after')).toEqual(bodiesOf('before'));
    expect(told('after').map(({ errcode }) => errcode)).toEqual([0, 0, 0, 0]);
    const titles = told('after').map(({ body }) => body.markdown.title);
    expect(titles.sort()).toEqual([FAILURE, CHANGE, CHANGE, UNKNOWN].sort());
    expect(told('before')).toHaveLength(4);
  });

  it('refuses while an operator holds its Lease, and has nothing to do afterwards', async () => {
    await stage.stopOperator();
    const renewTime = new Date().toISOString().replace('Z', '000Z');
    await stage.apply({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'argocd-dingtalk-operator', namespace: ARGOCD },
      spec: { holderIdentity: 'operator-7d9f', leaseDurationSeconds: 60, renewTime },
    });
    const { code, stderr } = await adopt('--take-over');
    expect(stderr).toContain('is held by operator-7d9f');
    expect(code).toBe(1);
    await stage.remove('lease', ARGOCD, 'argocd-dingtalk-operator');
    expect(await adopt('--take-over')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('nothing is left'),
    });
  });

  it('can be left again: what was not taken over is there as it was', async () => {
    const result = await run(process.execPath, command('uninstall'));
    expect(result, stringify(result)).toMatchObject({ code: 0 });
    const left = await configMap();
    expect(left).toEqual({
      ...THEIRS,
      'service.webhook.board': left['service.webhook.board'],
      'template.app-sync-failed': RECIPE['template.app-sync-failed'],
      context: 'argocdUrl: https://argocd.example.com\n',
      subscriptions: AFTER_US + SLACK_ENTRY,
    });
  });
});
