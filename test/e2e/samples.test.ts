import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { DingTalkRobot, NotificationSubscription } from '../../operator/api/kinds.ts';
import { run } from '../../operator/commands/testing/command-line.ts';
import { operatorConfiguration } from '../../operator/dingtalk/testing/fake-configuration.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import type { PreviewedMessage } from '../../operator/tools/preview/message.ts';
import {
  type ApplicationOptions,
  type ApplicationPatch,
  application,
  applyApplication,
  CASCADE,
  degraded,
  deleteApplication,
  healthy,
  patchApplication,
  soon,
  suspended,
  syncFailed,
  syncing,
  syncStatusUnknown,
  syncSucceeded,
} from '../support/applications.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';

/**
 * Each sample as it is in the repository: all that it subscribes to happens to one Application, DingTalk takes a message of
 * each event, and one of them is the very one that `argocd-dingtalk preview` shows for the Application as it was then.
 */

const SAMPLES = new URL('../../samples/', import.meta.url).pathname;
const { tenancy } = parse(readFileSync(`${SAMPLES}config.yaml`, 'utf8')) as {
  tenancy: { projects: Readonly<Record<string, readonly string[]>> };
};

/** An Application that a sample is about, and one message that shows what the sample is there for. */
interface Scene {
  readonly app: Omit<ApplicationOptions, 'namespace' | 'finalizers'>;
  readonly trigger: string;
  /** At that moment it happened. */
  readonly body: (at: Date) => object;
}

const markdown = (title: string, text: unknown) => ({ msgtype: 'markdown', markdown: { title, text } });
const deploysTo = (namespace: string) => ({
  destination: { server: 'https://kubernetes.default.svc', namespace },
});
/** `MM-DD HH:mm` in a zone so many hours east of Greenwich. */
const inZone = (at: Date, hours: number) =>
  new Date(at.getTime() + hours * 3_600_000).toISOString().slice(5, 16).replace('T', ' ');

const SCENES: Readonly<Record<string, Scene>> = {
  'across-namespaces': {
    app: { name: 'invoices', ...deploysTo('team-invoices') },
    trigger: 'on-deployed',
    body: () =>
      markdown('Invoices: invoices on-deployed', '### Invoices: invoices\n\nRevision 53e28ff, on-deployed'),
  },
  'ack-seed': {
    app: { name: 'recipe' },
    trigger: 'on-sync-failed',
    body: () =>
      markdown(
        'Argo CD application release failure',
        expect.stringMatching(
          /^### Argo CD application release failure\n> - <font color="danger">Application name<\/font>: recipe\n/,
        ),
      ),
  },
  'action-card': {
    app: { name: 'search', labels: { delivery: 'canary' }, ...deploysTo('team-search') },
    trigger: 'on-health-suspended',
    body: (at) => ({
      msgtype: 'actionCard',
      actionCard: {
        title: 'search waits for approval',
        text:
          '### 🟠 search waits for approval\n\n' +
          `- **Paused since**: ${at.toISOString().slice(0, 16).replace('T', ' ')}\n` +
          '- **Revision**: 53e28ff\n- **Destination**: team-search',
        btnOrientation: '1',
        btns: [
          { title: 'Approve', actionURL: 'https://deploy.example.com/approve?application=search' },
          {
            title: 'Open in Argo CD',
            actionURL: expect.stringMatching(/^dingtalk:.*argocd%2Fsearch&pc_slide=false$/),
          },
        ],
      },
    }),
  },
  catalogue: {
    app: { name: 'orders', ...deploysTo('team-orders') },
    trigger: 'on-health-recovered',
    body: () => markdown('🟢 orders recovered', expect.stringContaining('\n- **Health**: Healthy\n')),
  },
  'custom-handlebars': {
    app: { name: 'checkout-web', ...deploysTo('team-checkout') },
    trigger: 'on-sync-failed',
    body: (at) =>
      markdown(
        'checkout-web: Failed',
        expect.stringContaining(
          '### ❌ checkout-web\n\n**Checkout on-call**, on-sync-failed\n\n' +
            `- failed at ${berlin(at)}\n- revision 53e28ff, by admin\n` +
            '- one or more objects failed to apply, reason: admission webhook denied the request\n',
        ),
      ),
  },
  'keyword-robot': {
    app: { name: 'inventory', ...deploysTo('team-inventory') },
    trigger: 'on-deployed',
    body: () => markdown('🟢 inventory deployed', expect.stringMatching(/\n— inventory release$/)),
  },
  quickstart: {
    app: { name: 'payments', project: 'payments' },
    trigger: 'on-sync-failed',
    body: () => markdown('🔴 payments sync failed', expect.stringContaining('- **Project**: payments\n')),
  },
  'shared-robot': {
    app: { name: 'web', project: 'storefront-web', labels: { tier: 'gold' } },
    trigger: 'on-sync-failed',
    body: () => ({
      ...markdown('🔴 web sync failed', expect.stringMatching(/\n@manager4220 @duty\.storefront$/)),
      at: { atMobiles: [], atUserIds: ['manager4220', 'duty.storefront'], isAtAll: false },
    }),
  },
  'zh-cn': {
    app: { name: 'wuliu', project: 'logistics' },
    trigger: 'on-sync-failed',
    body: (at) => {
      const [month, day, hour, minute] = inZone(at, 8).split(/[- :]/);
      return markdown(
        'wuliu 发布失败',
        expect.stringContaining(
          `- **时间**：${month}月${day}日 ${hour}时${minute}分\n\n[查看详情](dingtalk:`,
        ),
      );
    },
  },
};

function berlin(at: Date): string {
  const options = { timeZone: 'Europe/Berlin', dateStyle: 'medium', timeStyle: 'medium' } as const;
  const [date, time] = at.toLocaleString('de-DE', options).split(', ');
  return `${time}, ${date}`;
}

/** What happens in turn, and the trigger that it fires. `synced`: when the only sync that succeeds does so. */
const STORY: readonly (readonly [string, (at: Date, synced: Date) => readonly ApplicationPatch[]])[] = [
  ['on-sync-running', (at) => [syncing(at)]],
  ['on-sync-succeeded', (_, synced) => [syncSucceeded(synced)]],
  ['on-deployed', (at, synced) => [syncSucceeded(synced), healthy(at)]],
  ['on-health-suspended', (at) => [suspended(at)]],
  ['on-health-degraded', (at) => [degraded(at)]],
  ['on-health-recovered', (at) => [healthy(at)]],
  ['on-sync-failed', (at) => [syncFailed(at)]],
  ['on-sync-status-unknown', (at) => [syncStatusUnknown(at)]],
];

/** A sample on the stage. */
interface Sample {
  readonly dir: string;
  readonly token: string;
  readonly scene: Scene;
  readonly subscriptions: readonly NotificationSubscription[];
}

let stage: Stage;
let config: string;
const samples = new Map<string, Sample>();
/** Has no robot: it is for Argo CD, and test/gitops/team.test.ts has Argo CD take it. */
const FOR_ARGOCD = 'gitops';
const folders = readdirSync(SAMPLES, { withFileTypes: true })
  .filter((each) => each.isDirectory() && each.name !== FOR_ARGOCD)
  .map(({ name }) => name);
/** Hears of all Applications, so it comes when the others are done. */
const SEED = 'ack-seed';

beforeAll(async () => {
  const projects = ['payments', 'logistics', 'storefront-web'];
  const fields = { tenancy, robots: { verify: 'OnChange' } };
  stage = await startStage({ projects, operator: fields });
  // Where a sample has DingTalk's own URL, preview may know it.
  const { dingtalk, ...other } = operatorConfiguration(stage.dingtalk, fields) as {
    readonly dingtalk: { readonly allowedHosts: readonly string[] };
  };
  config = join(stage.cp.dir, 'preview.json');
  const allowedHosts = [...dingtalk.allowedHosts, 'oapi.dingtalk.com'];
  await writeFile(config, JSON.stringify({ ...other, dingtalk: { ...dingtalk, allowedHosts } }));

  for (const name of folders.filter((each) => each !== SEED)) samples.set(name, await install(name));
  const live = Date.now();
  await eventually('messages by a former subscription to be out of the question', () => {
    return Date.now() > live + 11_000;
  });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** Applies a sample and has its robot made in DingTalk, with what the sample says of it. */
async function install(name: string): Promise<Sample> {
  const dir = `${SAMPLES}${name}`;
  const scene = SCENES[name];
  if (!scene) throw new Error(`samples/${name} has no scene in this test`);
  const documents = parseAllDocuments(await stage.cp.kubectl(['kustomize', dir]));
  const all = documents.map((each) => each.toJS() as Manifest);
  const robot = all.find(({ kind }) => kind === 'DingTalkRobot') as unknown as DingTalkRobot;
  const credentials = all.find(({ kind }) => kind === 'Secret')?.stringData ?? {};
  const { webhook = '', secret } = credentials;
  const token = URL.parse(webhook)?.searchParams.get('access_token') ?? webhook;
  const { keywords, signing } = robot.spec;
  stage.dingtalk.addRobot({
    token,
    ...(signing && secret !== undefined && { secret }),
    ...(keywords && { keywords }),
  });
  // The fake has another host than DingTalk; a token alone is completed with the right one.
  const stringData = { ...credentials, webhook: token };
  await stage.apply(...all.map((each) => (each.kind === 'Secret' ? { ...each, stringData } : each)));
  const { namespace } = robot.metadata;
  const subscriptions = all.filter(({ kind }) => kind === 'NotificationSubscription');
  await stage.conditions('robots', namespace, robot.metadata.name, {
    Ready: 'True/Ready',
    Delivering: 'True/Delivering',
  });
  for (const { metadata } of subscriptions)
    await stage.conditions('nsub', metadata.namespace, metadata.name, {
      Ready: 'True/Ready',
      Accepted: 'True/Accepted',
    });
  return { dir, token, scene, subscriptions: subscriptions as unknown as NotificationSubscription[] };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly stringData?: Readonly<Record<string, string>>;
}

/** What the robot was sent after its test message. */
const received = ({ token }: Sample) =>
  stage.dingtalk.requests.filter((each) => each.token === token).slice(1);

/** What preview prints for the Application as it is now. */
async function previewed({ dir, scene }: Sample): Promise<PreviewedMessage[]> {
  const file = join(stage.cp.dir, `${scene.app.name}.json`);
  await writeFile(file, JSON.stringify(await stage.get('applications.argoproj.io', ARGOCD, scene.app.name)));
  const { code, stdout, stderr } = await run(
    ...['preview', '-f', dir, '--config', config, '--app', file, '-o', 'json'],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as PreviewedMessage[];
}

const expected = ({ subscriptions }: Sample, trigger: string): string[] =>
  subscriptions.flatMap(({ metadata, spec }) =>
    spec.events.filter((each) => each.trigger === trigger).map(() => metadata.name),
  );

/** Has one thing happen and expects DingTalk to take a message of it; that of the scene is the one that preview shows. */
async function expectMessages(sample: Sample, trigger: string, happen: (at: Date) => Promise<void>) {
  const count = expected(sample, trigger).length;
  if (count === 0) return;
  const before = received(sample).length;
  const at = soon();
  await happen(at);
  await stage.dingtalk.waitForDelivery(() => received(sample).length >= before + count, {
    describe: `${sample.scene.app.name} ${trigger}`,
  });
  const messages = received(sample).slice(before);
  expect(messages.map(({ errcode, errmsg }) => ({ errcode, errmsg }))).toEqual(
    messages.map(() => ({ errcode: 0, errmsg: 'ok' })),
  );
  await stage.argocd().untilIdle();
  if (trigger !== sample.scene.trigger) return;
  const bodies = (await previewed(sample)).filter(({ event }) => event === trigger).map(({ body }) => body);
  expect(messages.map(({ body }) => body)).toEqual(bodies);
  expect(bodies).toEqual([sample.scene.body(at)]);
}

async function play(sample: Sample): Promise<void> {
  const { name } = sample.scene.app;
  const app = application({ ...sample.scene.app, namespace: ARGOCD, finalizers: [CASCADE] });
  const create = () => applyApplication(stage.cp, app);
  if (expected(sample, 'on-created').length === 0) await create();
  await expectMessages(sample, 'on-created', create);
  const synced = soon();
  for (const [trigger, patches] of STORY) {
    await expectMessages(sample, trigger, async (at) => {
      for (const patch of patches(at, synced)) await patchApplication(stage.cp, ARGOCD, name, patch);
    });
  }
  await expectMessages(sample, 'on-deleted', () => deleteApplication(stage.cp, ARGOCD, name));

  const events = sample.subscriptions.flatMap(({ spec }) => spec.events);
  expect(received(sample)).toHaveLength(events.length);
  expect(events.map(({ trigger }) => trigger)).toContain(sample.scene.trigger);
}

it('each sample has a robot of its own', () => {
  expect(Object.keys(SCENES).sort()).toEqual([...folders].sort());
  expect(new Set([...samples.values()].map(({ token }) => token)).size).toBe(folders.length - 1);
});

it.each(folders.filter((each) => each !== SEED))('samples/%s', async (name) => {
  await play(samples.get(name) as Sample);
});

it(`samples/${SEED}`, async () => {
  await play(await install(SEED));
});
