import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  credentialsSecret,
  namespace,
  newCredentials,
  robot,
  subscription,
  typedTemplate,
} from '../../operator/api/testing/manifests.ts';
import type { Delivery } from '../../operator/dingtalk/testing/fake-dingtalk.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { OWN_MESSAGES } from '../../operator/message/testing/own-messages.ts';
import { soon } from '../support/application-states.ts';
import {
  application,
  applyApplication,
  CASCADE,
  deleteApplication,
  patchApplication,
} from '../support/applications.ts';
import { failing, ODD_APPLICATIONS, type OddApplication, waiting, well } from '../support/corpus.ts';
import { filledIn, loadExpected } from '../support/expected-messages.ts';
import { untilGraceIsOver } from '../support/grace.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';

/** Odd Applications, and all messages of the catalogue and all kinds of one's own, through the real controller. */

/** No trusted one. */
const TEAM = 'team-corpus';
/** Another one, since all messages about one Application are more than the share of a single namespace. */
const OWN_TEAM = 'team-own';
const PROJECT = 'corpus';

/** What the catalogue tells of each, by language. */
const NEWS: Readonly<Record<string, readonly [en: string, chinese: string]>> = {
  'on-created': ['created', '已创建'],
  'on-sync-failed': ['sync failed', '同步失败'],
  'on-health-degraded': ['degraded', '健康状态异常'],
  'on-sync-status-unknown': ['sync status unknown', '同步状态未知'],
  'on-sync-succeeded': ['sync succeeded', '同步成功'],
  'on-deployed': ['deployed', '已部署'],
  'on-health-recovered': ['recovered', '已恢复健康'],
  'on-sync-running': ['sync started', '开始同步'],
  'on-health-suspended': ['suspended', '已挂起，等待处理'],
  'on-deleted': ['is being deleted', '正在删除'],
};

/** Two Applications share the robots of a group, since twenty messages a minute is what each takes. */
const GROUPS = ODD_APPLICATIONS.flatMap((_, index) =>
  index % 2 === 0 ? [ODD_APPLICATIONS.slice(index, index + 2)] : [],
);

/** The robots of each group: what their owners say of them, and how the same reads in DingTalk. */
const ROBOTS: Readonly<Record<string, object>> = {
  en: {},
  zh: { locale: 'zh-CN', timeZone: 'Asia/Shanghai', keywords: ['值班', 'magician'] },
  own: { timeZone: 'Asia/Shanghai', keywords: ['magician', '值班'] },
};

/** Fires when a test has put the Application into the state that it wants. */
const READY = "app.metadata?.labels?.['corpus'] == 'ready'";
const OWN_EVENTS = [
  ...Object.keys(OWN_MESSAGES).map((name) => ({ name, when: READY, template: { name } })),
  {
    name: 'loud',
    when: READY,
    template: { name: 'note', params: { owner: 'checkout {{app.metadata.name}}' } },
    at: { all: true },
  },
];

let stage: Stage;
/** By token, which robot it is. */
const robotNames = new Map<string, string>();
/** When the Applications came into each state. */
const moments = new Map<string, Date>();

beforeAll(async () => {
  stage = await startStage({
    projects: [PROJECT],
    operator: { tenancy: { projects: { [PROJECT]: [TEAM, OWN_TEAM] } } },
  });
  await stage.apply(namespace(TEAM), namespace(OWN_TEAM));
  const templates = Object.entries(OWN_MESSAGES).map(([name, spec]) =>
    typedTemplate({ namespace: OWN_TEAM, name }, spec),
  );
  await stage.apply(...templates, ...GROUPS.flatMap(groupManifests));
  for (const index of GROUPS.keys()) {
    await stage.conditions('nsub', TEAM, `catalogue-${index}`, { Ready: 'True/Ready' });
    await stage.conditions('nsub', OWN_TEAM, `own-${index}`, { Ready: 'True/Ready' });
  }
  await untilGraceIsOver();
  await deliverAll();
}, 300_000);
afterAll(async () => stage?.[Symbol.asyncDispose]());

function groupManifests(applications: readonly OddApplication[], index: number): object[] {
  const criteria = { projects: [PROJECT], names: applications.map(({ name }) => name) };
  const robots = Object.entries(ROBOTS).flatMap(([kind, spec]) => {
    const where = { namespace: kind === 'own' ? OWN_TEAM : TEAM, name: `${kind}-${index}` };
    const { token, secret } = newCredentials();
    stage.dingtalk.addRobot({ token, secret, ...spec });
    robotNames.set(token, where.name);
    return [credentialsSecret(where, { webhook: token, secret }), robot(where, spec)];
  });
  return [
    ...robots,
    subscription({ namespace: TEAM, name: `catalogue-${index}` }, {
      robots: [{ name: `en-${index}` }, { name: `zh-${index}` }],
      applications: criteria,
      events: Object.keys(NEWS).map((trigger) => ({ trigger })),
    } as never),
    subscription({ namespace: OWN_TEAM, name: `own-${index}` }, {
      robots: [{ name: `own-${index}` }],
      applications: criteria,
      events: OWN_EVENTS,
    } as never),
  ];
}

interface Message {
  readonly markdown?: { readonly title: string; readonly text: string };
  readonly actionCard?: { readonly title: string; readonly text: string };
  readonly link?: { readonly title: string };
  readonly text?: { readonly content: string };
  readonly feedCard?: { readonly links: readonly { readonly title: string }[] };
}

/** What a message is about: its title without icon, or of one of the team's own, the event and the Application. */
function subjectOf({ token, body }: Delivery): string {
  const { markdown, actionCard, link, text, feedCard } = body as Message;
  const head =
    markdown?.title ?? actionCard?.title ?? link?.title ?? text?.content ?? feedCard?.links[0]?.title ?? '';
  const words = head.split(/\s+/);
  const robotName = robotNames.get(`${token}`);
  return `${robotName}: ${(robotName?.startsWith('own') ? words.slice(0, 2) : words.slice(1)).join(' ')}`;
}

/** Everything that is to arrive for an Application and some triggers, or the team's own events. */
function expected(app: OddApplication, triggers: readonly string[]): string[] {
  const group = GROUPS.findIndex((each) => each.includes(app));
  return triggers.flatMap((trigger) => {
    const [en, chinese] = NEWS[trigger] ?? [];
    return en === undefined
      ? [`own-${group}: ${trigger} ${app.name}`]
      : [`en-${group}: ${app.name} ${en}`, `zh-${group}: ${app.name} ${chinese}`];
  });
}

/** Waits until there is a message for each of these triggers and events. */
async function waitFor(apps: readonly OddApplication[], triggers: readonly string[]): Promise<void> {
  const wanted = apps.flatMap((app) => expected(app, triggers));
  await eventually(
    `the messages of ${triggers.join(', ')}`,
    () => {
      const arrived = new Set(stage.dingtalk.requests.map(subjectOf));
      const missing = wanted.filter((each) => !arrived.has(each));
      if (missing.length > 0) throw new Error(`these are missing: ${missing.join('; ')}`);
      return true;
    },
    { timeoutMs: 60_000 },
  );
  await stage.argocd().untilIdle();
}

const patch = (app: OddApplication, change: object) => patchApplication(stage.cp, ARGOCD, app.name, change);
const synced = ODD_APPLICATIONS.filter(({ isSynced }) => isSynced);
const unsynced = ODD_APPLICATIONS.filter(({ isSynced }) => !isSynced);

async function create(app: OddApplication): Promise<void> {
  const { name, annotations } = app;
  const options = { name, namespace: ARGOCD, project: PROJECT, finalizers: [CASCADE] };
  await applyApplication(stage.cp, application(options));
  // By patch, since kubectl turns an apply into YAML, in which some of these can't be written.
  await patch(app, { metadata: { annotations }, spec: app.spec });
}

async function creationOf(name: string): Promise<Date> {
  const { metadata } = await stage.get<{ metadata: { creationTimestamp: string } }>(
    'applications.argoproj.io',
    ARGOCD,
    name,
  );
  return new Date(metadata.creationTimestamp);
}

async function move(name: string, change: (app: OddApplication, at: Date) => object): Promise<void> {
  const at = soon();
  moments.set(name, at);
  await Promise.all(synced.map((app) => patch(app, change(app, at))));
}

const READY_PATCH = { metadata: { labels: { corpus: 'ready' } } };
const OWN = OWN_EVENTS.map(({ name }) => name);

async function deliverAll(): Promise<void> {
  await Promise.all(ODD_APPLICATIONS.map(create));
  await waitFor(ODD_APPLICATIONS, ['on-created']);
  for (const { name } of ODD_APPLICATIONS) moments.set(`created ${name}`, await creationOf(name));
  await move('failing', (app, at) => {
    const { resources, images } = app;
    return { ...READY_PATCH, status: { ...failing(app, at).status, resources, summary: { images } } };
  });
  await Promise.all(unsynced.map((app) => patch(app, READY_PATCH)));
  await waitFor(synced, ['on-sync-failed', 'on-health-degraded', 'on-sync-status-unknown']);
  await waitFor(ODD_APPLICATIONS, OWN);
  await move('well', well);
  await waitFor(synced, ['on-sync-succeeded', 'on-deployed', 'on-health-recovered']);
  await move('waiting', waiting);
  await waitFor(synced, ['on-sync-running', 'on-health-suspended']);
  await Promise.all(ODD_APPLICATIONS.map(({ name }) => deleteApplication(stage.cp, ARGOCD, name)));
  await waitFor(ODD_APPLICATIONS, ['on-deleted']);
}

describe('all messages', () => {
  it('are accepted, and small enough', () => {
    const refused = stage.dingtalk.requests.filter(({ errcode, signature, size }) => {
      return errcode !== 0 || signature !== 'valid' || size > 20_000;
    });
    expect(refused.map((each) => `${subjectOf(each)}: ${each.errcode} ${each.errmsg}`)).toEqual([]);
  });

  it('arrive, each once', () => {
    const wanted = [
      ...synced.flatMap((app) => expected(app, [...Object.keys(NEWS), ...OWN])),
      ...unsynced.flatMap((app) => expected(app, ['on-created', ...OWN, 'on-deleted'])),
    ];
    expect(stage.dingtalk.requests.map(subjectOf).sort()).toEqual(wanted.sort());
  });
});

/** The only message of that subject. */
function bodyOf(subject: string): Message {
  const delivery = stage.dingtalk.requests.find((each) => subjectOf(each) === subject);
  if (!delivery) throw new Error(`nothing came of ${subject}`);
  return delivery.body as Message;
}

/** A body with one empty line where there are several, which is how DingTalk shows it. */
const oneEmptyLine = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body), (_, value) =>
    typeof value === 'string' ? value.replace(/\n{3,}/g, '\n\n') : value,
  );

describe('a message reads as it should', () => {
  it.each(loadExpected(new URL('messages.expected.yaml', import.meta.url)))('%s', (subject, body) => {
    const application = ODD_APPLICATIONS.find(({ name }) => subject.includes(` ${name}`))?.name;
    const momentOf = (name: string): Date => {
      const at = moments.get(name) ?? moments.get(`${name} ${application}`);
      if (!at) throw new Error(`nobody knows when it was ${name}`);
      return at;
    };
    expect(oneEmptyLine(bodyOf(subject))).toEqual(oneEmptyLine(filledIn(body, momentOf)));
  });
});

describe('what is too long is cut', () => {
  it('after so many characters of a value, and says so', () => {
    const value = `${'"发布 失败" '.repeat(1_000 / 8)}…`;
    expect(bodyOf('en-0: huge sync failed').markdown?.text).toContain(`- **Reason**: ${value}\n`);
    expect(bodyOf('zh-0: huge 同步状态未知').markdown?.text).toContain(`- **ComparisonError**：${value} (`);
    expect(bodyOf('own-0: plain huge').text?.content).toContain(`\n${value.replaceAll(' 失', '\n失')}\n`);
  });

  it('where the author says so', () => {
    const value = `${'"发布 失败" '.repeat(7)}"发布 …`;
    expect(bodyOf('own-0: note huge').markdown?.text).toContain(`\n> ${value}\n`);
  });

  it('when the message is full, which keeps what is added at its end', () => {
    const content = bodyOf('own-2: all crowded').text?.content ?? '';
    const lines = content.split('\n');
    expect(lines.slice(0, 3)).toEqual(['all crowded', 'Pod/web-0000 Synced', ', ConfigMap/web-0001 Synced']);
    expect(lines.slice(-2)).toEqual(['…', '— magician']);
    expect(lines.length).toBeGreaterThan(300);
  });

  it('and what is long only to read is not', () => {
    const sick = Array.from({ length: 100 }, (_, index) => {
      const name = `web-${String(index * 50).padStart(4, '0')}`;
      return `- Pod ${name}${index % 2 === 0 ? ': CrashLoopBackOff （exit code 1）' : ''}`;
    });
    expect(bodyOf('own-2: sick crowded').markdown?.text).toBe(
      ['#### sick crowded', '5000 resources', ...sick, '\n\n— magician'].join('\n'),
    );
  });
});
