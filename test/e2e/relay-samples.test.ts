import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NotificationSubscription } from '../../operator/api/kinds.ts';
import {
  credentialsSecret,
  newCredentials,
  robot,
  subscription,
  template,
  typedTemplate,
} from '../../operator/api/testing/manifests.ts';
import type { Delivery } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import {
  application,
  applyApplication,
  CASCADE,
  deleteApplication,
  patchApplication,
  soon,
} from '../support/applications.ts';
import { untilGraceIsOver } from '../support/grace.ts';
import type { RunningProcess } from '../support/processes.ts';
import { startOperatorForRelay, startRelay, withoutMsgUuid } from '../support/relay.ts';
import { SCENES } from '../support/sample-scenes.ts';
import { readSample, SAMPLE_PROJECTS, SAMPLE_TENANCY, SAMPLES, SEED, STORY } from '../support/samples.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';

/**
 * Every sample, and what no sample shows: each of their events is told to a direct robot and to a relayed one of the same
 * subscription, and both groups read the same bytes. The events of a subscription are shared out to several relayed robots, since the
 * fourth message within ten seconds would be part of a digest.
 */

/** So many messages can come within ten seconds without a digest. */
const EACH = 3;
const KINDS = 'kinds';

/** A part of a subscription: some of its events, told to its direct robot and to a relayed one. */
interface Slice {
  readonly sample: string;
  readonly direct: string;
  readonly relayed: string;
  readonly triggers: readonly string[];
}

/** The conditions of this test hold when a sync fails. */
const OWN_HAPPENS_WITH = 'on-sync-failed';

type Event = NotificationSubscription['spec']['events'][number];
type Spec = NotificationSubscription['spec'];

let stage: Stage;
let relay: RunningProcess;
const slices: Slice[] = [];

/** Has a robot made on both sides; returns its token. */
async function makeRobot(
  where: { readonly namespace: string; readonly name: string },
  spec: object,
  keywords?: readonly string[],
) {
  const { token, secret } = newCredentials();
  const { webhook, signing } = robot(where).spec;
  stage.dingtalk.addRobot({ token, secret, ...(keywords && { keywords }) });
  await stage.apply(
    credentialsSecret(where, { webhook: token, secret }),
    robot(where, { ...spec, webhook, signing }),
  );
  return token;
}

/** Puts a subscription on the stage in slices, each with the direct robot and a relayed one of its own. */
async function inSlices(
  sample: string,
  { metadata, spec }: Pick<NotificationSubscription, 'metadata' | 'spec'>,
  direct: { readonly token: string; readonly namespace: string; readonly spec: object },
): Promise<void> {
  const { keywords } = direct.spec as { readonly keywords?: readonly string[] };
  for (const [index, events] of portions(spec.events).entries()) {
    const name = `${metadata.name}-${index}`;
    const where = { namespace: direct.namespace, name: `${name}-relayed` };
    const relayed = await makeRobot(where, { ...direct.spec, delivery: 'Relay' }, keywords);
    const robots = spec.robots.flatMap((each) => [each, { ...each, name: where.name }]);
    const at = { namespace: metadata.namespace, name };
    await stage.apply(subscription(at, { ...spec, robots, events } as Spec));
    const triggers = events.map((event) => event.trigger ?? OWN_HAPPENS_WITH);
    slices.push({ sample, direct: direct.token, relayed, triggers });
  }
  for (const [index] of portions(spec.events).entries())
    await stage.conditions('nsub', metadata.namespace, `${metadata.name}-${index}`, { Ready: 'True/Ready' });
}

/** An event that follows another one stays with it. */
function portions(events: readonly Event[]): Event[][] {
  const rank = ({ trigger = '' }: Event) => (trigger.startsWith('on-health-') ? 0 : 1);
  const all = events.toSorted(
    (a, b) => rank(a) - rank(b) || ((a.trigger ?? '') < (b.trigger ?? '') ? -1 : 1),
  );
  return Array.from({ length: Math.ceil(all.length / EACH) }, (_, index) =>
    all.slice(index * EACH, (index + 1) * EACH),
  );
}

const to = (token: string): Delivery[] => stage.dingtalk.requests.filter((each) => each.token === token);

/** What the group reads. */
function content(delivery: Delivery): string {
  return JSON.stringify(withoutMsgUuid(delivery));
}

async function installSample(name: string): Promise<void> {
  const { manifests, robot: cr, credentials, subscriptions, scene } = await readSample(stage.cp, name);
  stage.dingtalk.addRobot(credentials);
  // samples/relay has a relayed robot.
  const spec = { ...cr.spec, delivery: 'Direct' };
  const others = manifests.filter(({ kind }) => kind !== 'NotificationSubscription');
  await stage.apply(...others.map((each) => (each.kind === 'DingTalkRobot' ? { ...each, spec } : each)));
  const direct = { token: credentials.token, namespace: cr.metadata.namespace, spec };
  // That one hears of all Applications.
  const only = name === SEED ? { applications: { names: [scene.app.name] } } : {};
  for (const each of subscriptions)
    await inSlices(name, { ...each, spec: { ...each.spec, ...only } as Spec }, direct);
}

/** Messages of all kinds, raw ones and own conditions among them, in Argo CD's own namespace, which is trusted. */
async function installKinds(): Promise<void> {
  const where = { namespace: ARGOCD, name: KINDS };
  const spec = { locale: 'zh-CN', timeZone: 'Asia/Shanghai', keywords: ['发布', 'release'] };
  const token = await makeRobot(where, spec, spec.keywords);
  const typed = (name: string, message: object, fields: object = {}) =>
    typedTemplate({ namespace: ARGOCD, name }, { message, ...fields } as never);
  const url = 'https://example.com/?a={{urlencode app.metadata.name}}';
  await stage.apply(
    typed('words', { text: { content: '{{context.environment}}, {{event.name}}' } }),
    typed('page', { link: { title: '{{app.metadata.name}}', text: '{{context.none}} x', url } }),
    typed('feed', { feedCard: { links: [{ title: 'release', url, pictureUrl: url }] } }),
    typed('card', { actionCard: { title: 't', text: '{{appUrl}}', buttons: [{ title: 'b', url }] } }),
    typed('mark', { markdown: { title: 't', text: '{{params.who}}' } }, { params: { who: '"someone"' } }),
    template({ namespace: ARGOCD, name: 'raw' }, RAW),
  );
  const failed = { when: "app.status?.operationState?.phase == 'Failed'" };
  const once = { ...failed, oncePer: 'app.status.operationState.startedAt' };
  const events = [
    { trigger: 'on-sync-failed', template: { name: 'words' }, at: { all: true } },
    { trigger: 'on-sync-running', template: { name: 'feed' } },
    { trigger: 'on-health-degraded', template: { name: 'card' } },
    { trigger: 'on-deployed', template: { name: 'raw' } },
    {
      trigger: 'on-sync-status-unknown',
      template: { name: 'mark' },
      at: { userIds: ['u1'], mobiles: ['13800000000'] },
    },
    { name: 'own', ...failed, template: { name: 'page' } },
    { name: 'own-once', ...once, template: { name: 'raw' } },
    { trigger: 'on-health-suspended' },
  ];
  const cr = subscription(where, { applications: { names: [KINDS] }, events } as never);
  await inSlices(KINDS, cr as never, { token, namespace: ARGOCD, spec });
}

/** What a raw template alone can see. */
const RAW = `{"msgtype":"text","text":{"content":{{toJson (printf "release %s|%v|%v|%v" .context.environment
  (hasPrefix "dt_argocd_kinds" .context.notificationType)
  (omit .appProject.metadata "managedFields" | keys | sortAlpha) .appProject.spec.destinations)}}}}`;

beforeAll(async () => {
  stage = await startStage({ projects: [...SAMPLE_PROJECTS, KINDS], operator: false });
  await stage.cp.merge('configmap', ARGOCD, 'argocd-notifications-cm', {
    data: { context: 'argocdUrl: https://argocd.example.com\nenvironment: \'"live" <1>\'' },
  });
  const place = await startOperatorForRelay(stage, { tenancy: SAMPLE_TENANCY });
  relay = await startRelay(stage, place);
  await Promise.all([...SAMPLES.map(installSample), installKinds()]);
  await untilGraceIsOver();
});
afterAll(async () => {
  await relay?.stop();
  await stage?.[Symbol.asyncDispose]();
});

/** Has something happen to the Applications of all samples with this event, and waits until both ways have told it. */
async function happen(trigger: string, change: (app: string) => Promise<void>): Promise<void> {
  const hit = slices.filter(({ triggers }) => triggers.includes(trigger));
  const wanted = new Map<string, number>();
  for (const { direct, relayed, triggers } of hit) {
    const count = triggers.filter((each) => each === trigger).length;
    for (const token of [direct, relayed]) wanted.set(token, (wanted.get(token) ?? to(token).length) + count);
  }
  for (const sample of new Set(hit.map((each) => each.sample))) await change(sample);
  const missing = () => [...wanted].filter(([token, count]) => to(token).length < count);
  await stage.dingtalk.waitForDelivery(() => missing().length === 0, { describe: `all of ${trigger}` });
  await stage.argocd().untilIdle();
}

it('each event of each sample is told by the relay as Argo CD tells it, byte for byte', async () => {
  const create = (sample: string) => {
    const options = SCENES[sample]?.app ?? { name: KINDS, project: KINDS };
    return applyApplication(stage.cp, application({ ...options, namespace: ARGOCD, finalizers: [CASCADE] }));
  };
  const nameOf = (sample: string) => SCENES[sample]?.app.name ?? KINDS;
  const hasCreated = (sample: string) =>
    slices.some((each) => each.sample === sample && each.triggers.includes('on-created'));
  for (const sample of [...SAMPLES, KINDS]) if (!hasCreated(sample)) await create(sample);
  await happen('on-created', create);
  const synced = soon();
  for (const [trigger, patches] of STORY) {
    const at = soon();
    await happen(trigger, async (sample) => {
      for (const patch of patches(at, synced))
        await patchApplication(stage.cp, ARGOCD, nameOf(sample), patch);
    });
  }
  await happen('on-deleted', (sample) => deleteApplication(stage.cp, ARGOCD, nameOf(sample)));

  const directs = new Set(slices.map(({ direct }) => direct));
  for (const token of directs) {
    const same = slices.filter(({ direct }) => direct === token);
    const relayed = same.flatMap((each) => to(each.relayed));
    const count = same.flatMap(({ triggers }) => triggers).length;
    expect(relayed.map(content).sort()).toEqual(to(token).map(content).sort());
    expect(relayed.map(({ errcode, errmsg }) => ({ errcode, errmsg }))).toEqual(
      Array.from({ length: count }, () => ({ errcode: 0, errmsg: 'ok' })),
    );
  }
  const raw = slices
    .flatMap(({ relayed }) => to(relayed).map(({ rawBody }) => rawBody))
    .filter((each) => each.includes('release \\"live'));
  expect(raw).toHaveLength(2);
});
