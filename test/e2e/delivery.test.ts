import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import type { Delivery } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import {
  type ApplicationPatch,
  degraded,
  healthy,
  soon,
  syncFailed,
  syncing,
  syncStatusUnknown,
  syncSucceeded,
} from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const SAMPLES = new URL('../../samples/', import.meta.url).pathname;
const TEAM = 'team-payments';
const REVISION = '53e28ff20cc530b9ada2173fbbd64d48338583ba';

/** Each trigger of the catalogue and the states that fire it. */
const EVENTS: Readonly<Record<string, (at: Date) => ApplicationPatch[]>> = {
  'on-deployed': (at) => [syncSucceeded(at), healthy(at)],
  'on-health-degraded': (at) => [degraded(at)],
  'on-sync-failed': (at) => [syncFailed(at)],
  'on-sync-status-unknown': (at) => [syncStatusUnknown(at)],
  'on-sync-running': (at) => [syncing(at)],
  'on-sync-succeeded': (at) => [syncSucceeded(at)],
};

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({
    projects: ['payments'],
    operator: { tenancy: { projects: { payments: [TEAM, 'team-hostile'] } } },
  });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** As messages tell times where nobody has chosen a zone. */
const inUtc = (time: Date) => time.toISOString().slice(0, 19).replace('T', ' ');

async function move(app: string, patches: readonly ApplicationPatch[]): Promise<void> {
  for (const patch of patches) await patchApplication(stage.cp, ARGOCD, app, patch);
}

const markdown = ({ body }: Delivery) => (body as { markdown: { title: string; text: string } }).markdown;

/** What makes a delivery one that DingTalk would have shown. */
function expectAccepted(delivery: Delivery): void {
  expect(delivery).toMatchObject({
    method: 'POST',
    contentType: 'application/json',
    errcode: 0,
    signature: 'valid',
    body: { msgtype: 'markdown' },
  });
}

describe('samples/quickstart through the real controller', () => {
  const secret = parse(readFileSync(`${SAMPLES}quickstart/credentials.yaml`, 'utf8')) as {
    stringData: { webhook: string; secret: string };
  };
  const { webhook: token, secret: signingSecret } = secret.stringData;

  beforeAll(async () => {
    stage.dingtalk.addRobot({ token, secret: signingSecret });
    await stage.cp.kubectl(['apply', '-k', `${SAMPLES}quickstart`]);
    await stage.conditions('robots', TEAM, 'payments', { Ready: 'True/Ready', Signed: 'True/Signed' });
    await stage.conditions('nsub', TEAM, 'payments', { Ready: 'True/Ready', Merged: 'True/Merged' });
  });

  const source = '- **Source**: https://gitee.com/example/guestbook.git NAME @ main';
  const revision = `- **Revision**: ${REVISION}`;
  const healthLine = '- **Health**: Healthy';
  const reason =
    '- **Reason**: one or more objects failed to apply, reason: admission webhook denied the request';
  const explanation = 'failed to load target state: failed to fetch: dial tcp: i/o timeout';
  const bySomebody = (at: string) => ['- **Started by**: admin', `- **Finished**: ${at}`];

  /** Headline, and what stands between the destination and the link, with NAME for the application's. */
  const messages: Readonly<Record<string, (at: string) => readonly [string, ...string[]]>> = {
    'on-deployed': (at) => ['🟢 NAME deployed', source, revision, ...bySomebody(at)],
    'on-health-degraded': (at) => [
      '🔴 NAME degraded',
      '- **Health**: Degraded',
      `- **Since**: ${at}`,
      '- **Sync status**: Synced',
      revision,
      '- **Last sync**: successfully synced （all tasks run）',
    ],
    'on-sync-failed': (at) => [
      '🔴 NAME sync failed',
      source,
      '- **Sync result**: Failed',
      reason,
      revision,
      ...bySomebody(at),
      healthLine,
    ],
    'on-sync-status-unknown': (at) => [
      '🟡 NAME sync status unknown',
      source,
      '- **Sync status**: Unknown',
      healthLine,
      `- **ComparisonError**: ${explanation} (${at})`,
    ],
    'on-sync-running': (at) => [
      '🔵 NAME sync started',
      source,
      '- **Started by**: admin',
      `- **Started**: ${at}`,
    ],
    'on-sync-succeeded': (at) => ['🟢 NAME sync succeeded', source, revision, ...bySomebody(at), healthLine],
  };

  it.each(Object.keys(EVENTS))('delivers %s', async (trigger) => {
    const name = `pay-${trigger}`;
    const at = soon();
    const started = Date.now();
    await applyApplication(stage.cp, application({ name, namespace: ARGOCD, project: 'payments' }));
    const yesterday = new Date(at.getTime() - 24 * 3_600_000);
    await move(name, [syncSucceeded(yesterday), healthy(yesterday), ...(EVENTS[trigger]?.(at) ?? [])]);
    const [title = '', ...lines] =
      messages[trigger]?.(inUtc(at)).map((line) => line.replace('NAME', name)) ?? [];
    const delivery = await stage.dingtalk.waitForDelivery(
      (each) => each.token === token && markdown(each)?.title === title,
      { describe: title },
    );
    expectAccepted(delivery);
    const stamp = Number(delivery.query.timestamp);
    expect(stamp).toBeLessThanOrEqual(Date.now());
    expect(stamp).toBeGreaterThan(started - 3_600_000);
    const link = `${encodeURIComponent('https://argocd.example.com/applications/')}argocd%2F${name}`;
    const text = [
      `### ${title}`,
      '',
      '- **Project**: payments',
      `- **Destination**: https://kubernetes.default.svc / ${name}`,
      ...lines,
      '',
      `[Open in Argo CD](dingtalk://dingtalkclient/page/link?url=${link}&pc_slide=false)`,
    ];
    expect(markdown(delivery).text.trimEnd().split('\n')).toEqual(text);
  });

  it('shows what is live in the columns of kubectl get', async () => {
    const robots = await stage.cp.kubectl(['get', 'robots', '-n', TEAM]);
    expect(robots).toMatch(/NAME +READY +REASON +SIGNED-UNTIL +AGE\npayments +True +Ready +\d{4}-\d\d-\d\dT/);
    const subscriptions = await stage.cp.kubectl(['get', 'subscriptions', '-n', TEAM]);
    expect(subscriptions).toMatch(
      /NAME +ROBOTS +EVENTS +READY +REASON +AGE\npayments +payments +on-deployed,on-h/,
    );
  });

  it('tells of the new robot by an event', async () => {
    const items = await stage.cp.list<{ reason: string; regarding: { kind: string } }>(
      'events.events.k8s.io',
      TEAM,
    );
    const told = items.map(({ reason, regarding }) => `${regarding.kind} ${reason}`);
    expect(told).toEqual(expect.arrayContaining(['DingTalkRobot Ready', 'NotificationSubscription Ready']));
  });
});

describe('hostile values', () => {
  /** Values, and how a message shows them: the text cannot be told from what was there, and means nothing. */
  const HOSTILE = [
    ['quotes', `"'\`\\"{{.secrets}} \${x} $y %s %!d`, `"'\`\\"{{.secrets}} \${x} $y %s %!d`],
    ['newlines', 'first\nsecond\r\n# third\n\n> fourth\t', 'first second # third > fourth\t'],
    ['lists', '- first * second', '\u200b- first * second'],
    [
      'markup',
      '</font><font color="red">x</font> [a](http://evil.example) ![b](c)',
      '＜/font>＜font color="red">x＜/font> ［a］（http://evil.example） !［b］（c）',
    ],
    ['mentions', '@all @13800000000 (@you) me@example.com', '＠all ＠13800000000 （＠you） me@example.com'],
    [
      'emoji',
      '🔥👩‍👩‍👧‍👦 发布失败 \u202e\u0007\u007f\u0085\u2028',
      '🔥👩‍👩‍👧‍👦 发布失败 \u202e\u0007\u007f\u0085\u2028',
    ],
    ['length', '长"'.repeat(7_500), `${'长"'.repeat(500)}…`],
  ] as const;

  it.each(HOSTILE)('of %s break no message of the catalogue', async (kind, value, shown) => {
    const name = `hostile-${kind}`;
    const team = { namespace: 'team-hostile', name };
    const { credentials, manifests } = realRobot(stage.dingtalk, team);
    const events = Object.keys(EVENTS).map((trigger) => ({ trigger }));
    await stage.apply(namespace(team.namespace));
    await stage.apply(...manifests, subscription(team, { applications: { names: [name] }, events }));
    await stage.conditions('nsub', team.namespace, name, { Ready: 'True/Ready' });

    await applyApplication(stage.cp, application({ name, namespace: ARGOCD, project: 'payments' }));
    const source = { repoURL: `https://gitee.com/${value}`, path: value, targetRevision: value };
    // By patch, since kubectl turns an apply into YAML, in which some of these can't be written.
    const spec = { source, destination: { server: null, name: value, namespace: value } };
    await patchApplication(stage.cp, ARGOCD, name, { spec });
    const at = soon();
    await eventually('the time of the events to have come', () => Date.now() > at.getTime());
    const details = { message: value, username: value };
    const run = [syncing(at, details), syncStatusUnknown(at, details), syncFailed(at, details), degraded(at)];
    const titles = [
      'sync started',
      'sync status unknown',
      'sync failed',
      'degraded',
      'sync succeeded',
      'deployed',
    ];
    for (const [index, patch] of [
      ...run,
      syncSucceeded(at, { ...details, startedAt: at }),
      healthy(at),
    ].entries()) {
      await move(name, [patch]);
      const title = `${name} ${titles[index]}`;
      const delivery = await stage.dingtalk.waitForDelivery(
        (each) => each.token === credentials.token && JSON.stringify(each.body)?.includes(title),
        { describe: title },
      );
      expectAccepted(delivery);
      expect(delivery.size).toBeLessThan(20_000);
      const text = markdown(delivery).text;
      expect(text.trimEnd().split('\n').length).toBeLessThan(15);
      expect(text).toContain(`- **Destination**: ${shown} / ${shown}\n`);
      expect(Object.keys(delivery.body as object)).toEqual(['msgtype', 'markdown']);
      if (title.endsWith('sync failed')) {
        expect(text).toContain(`- **Reason**: ${shown}\n`);
        expect(text).toContain(`- **Started by**: ${shown}\n`);
      }
    }
    const refused = stage.dingtalk.requests.filter(
      (each) => each.token === credentials.token && each.errcode !== 0,
    );
    expect(refused).toEqual([]);
  });
});

describe('several messages for several groups, in one template', () => {
  const team = { namespace: 'team-payments', name: 'both' };

  it('reach each group, each of them once', async () => {
    const name = 'pay-both';
    const groups = ['first', 'second'].map((robot) => realRobot(stage.dingtalk, { ...team, name: robot }));
    await stage.apply(namespace(team.namespace), ...groups.flatMap(({ manifests }) => manifests));
    const robots = [{ name: 'first' }, { name: 'second' }];
    const events = [
      { trigger: 'on-sync-failed' },
      { trigger: 'on-health-degraded' },
      { trigger: 'on-deployed' },
    ];
    await stage.apply(subscription(team, { robots, applications: { names: [name] }, events }));
    await stage.conditions('nsub', team.namespace, team.name, { Ready: 'True/Ready' });
    const { data } = await stage.get<{ data: Record<string, string> }>(
      'configmap',
      ARGOCD,
      'argocd-notifications-cm',
    );
    // Both groups read the same, so it is said once.
    expect(data[`template.dt_${team.namespace}_${team.name}`]?.match(/sync failed/g)).toHaveLength(2);

    await applyApplication(stage.cp, application({ name, namespace: ARGOCD, project: 'payments' }));
    const at = soon();
    // Both hold by the time that Argo CD looks, so that it sends four messages in a row.
    await move(name, [{ status: { ...syncFailed(at).status, ...degraded(at).status } }]);
    const titles = [`🔴 ${name} degraded`, `🔴 ${name} sync failed`];
    for (const { credentials } of groups) {
      const isOurs = (each: Delivery) =>
        each.token === credentials.token && JSON.stringify(each.body).includes(name);
      for (const title of titles)
        expectAccepted(
          await stage.dingtalk.waitForDelivery((each) => isOurs(each) && markdown(each).title === title, {
            describe: title,
          }),
        );
      const sent = stage.dingtalk.requests.filter(isOurs).map((each) => markdown(each).title);
      expect(sent.sort()).toEqual(titles);
    }
  });
});

describe('samples/ack-seed, the recipe as custom resources', () => {
  it('sends the recipe’s own messages', async () => {
    const data = { context: 'argocdUrl: https://argocd.example.com\n' };
    await stage.cp.merge('configmap', ARGOCD, 'argocd-notifications-cm', { data });
    await stage.cp.kubectl(['apply', '-k', `${SAMPLES}ack-seed`]);
    await stage.conditions('robots', ARGOCD, 'dingtalk', { Ready: 'False/HostNotAllowed' });

    const { fake, credentials } = realRobot(stage.dingtalk, { namespace: ARGOCD, name: 'dingtalk' });
    const stringData = { webhook: fake.webhookUrl, secret: credentials.secret };
    await stage.cp.merge('secret', ARGOCD, 'dingtalk', { stringData });
    await stage.cp.merge('robots', ARGOCD, 'dingtalk', {
      metadata: { annotations: { 'argocd-dingtalk.io/reconcile-at': 'now' } },
    });
    await stage.conditions('nsub', ARGOCD, 'dingtalk', { Ready: 'True/Ready' });

    await applyApplication(stage.cp, application({ name: 'guestbook', namespace: ARGOCD }));
    const at = soon();
    await move('guestbook', [syncFailed(at), healthy(at)]);
    const failed = await stage.dingtalk.waitForDelivery((each) => each.token === credentials.token);
    expectAccepted(failed);
    expect(failed.body).toEqual({
      msgtype: 'markdown',
      markdown: {
        title: 'Argo CD application release failure',
        text: expect.stringContaining(
          '> - <font color="danger">Application URL</font>: [Click to access the Argo CD UI](https://argocd.example.com/applications/guestbook?operation=true)',
        ),
      },
    });
    await move('guestbook', [syncSucceeded(soon(), { startedAt: at })]);
    const change = await stage.dingtalk.waitForDelivery(
      (each) => each.token === credentials.token && markdown(each).title === 'Argo CD application status',
    );
    expectAccepted(change);
    expect(markdown(change).text).toContain('> - Application name: guestbook\n> - Status: Succeeded\n');
  });
});
