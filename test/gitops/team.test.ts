import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  credentialsSecret,
  namespace,
  newCredentials,
  robot,
  subscription,
  typedTemplate,
} from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, type KubernetesResource } from '../support/stage.ts';
import { type GitopsStage, startGitopsStage } from './gitops-stage.ts';
import { sampleManifests } from './sample-manifests.ts';
import { isInState, type SyncedApplication, syncedApplication } from './synced-application.ts';

/**
 * A team declares everything in its folder of a repository, as docs/gitops.md describes it, and the platform team has applied
 * samples/gitops once.
 */

const REPOSITORY = join(import.meta.dirname, '../..');
const WHERE = { namespace: 'team-payments', name: 'payments' };
const APP = 'notifications-payments';
const FOLDER = 'teams/payments';
const SERVICE = 'dt_team-payments_payments';
const LABELS = { 'argocd-dingtalk.io/credentials': 'true' };

let stage: GitopsStage;
const credentials = { now: newCredentials() };
beforeAll(async () => {
  stage = await startGitopsStage({ operator: false, projects: ['payments'] });
  await stage.apply(namespace(WHERE.namespace));
  await stage.cp.kubectl(['apply', '-k', join(REPOSITORY, 'config/watch-secrets')]);
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** New credentials in Git's words, known to DingTalk. */
function freshSecret(): object {
  credentials.now = newCredentials();
  const { token, secret } = credentials.now;
  stage.dingtalk.addRobot(credentials.now);
  return { ...credentialsSecret(WHERE, { webhook: token, secret }), metadata: { ...WHERE, labels: LABELS } };
}

const message = (title: string) =>
  typedTemplate(
    { ...WHERE, name: 'failed' },
    { message: { markdown: { title, text: '{{app.metadata.name}}' } } },
  );
const subscribed = (spec: Parameters<typeof subscription>[1] = {}) =>
  subscription(WHERE, { applications: { projects: ['payments'] }, ...spec });
const EVENTS = [
  { trigger: 'on-sync-failed' },
  { trigger: 'on-deployed' },
  { trigger: 'on-health-degraded', template: { name: 'failed' } },
];

/** Commits to the team's folder and waits until the Application of the team's resources is in this state of that commit. */
async function push(files: Parameters<GitopsStage['repository']['commit']>[0], health: string) {
  const paths = Object.entries(files).map(([name, content]) => [`${FOLDER}/${name}`, content] as const);
  const revision = await stage.repository.commit(Object.fromEntries(paths));
  await stage.refresh(APP);
  return stage.application(APP, `${health} at ${revision}`, isInState(health, revision));
}

const healths = ({ status }: Awaited<ReturnType<GitopsStage['application']>>) =>
  Object.fromEntries((status?.resources ?? []).map(({ kind, health }) => [kind, health]));
const dataOf = async (kind: string, name: string) =>
  (await stage.get<KubernetesResource>(kind, ARGOCD, name)).data ?? {};
const configMap = () => dataOf('configmap', 'argocd-notifications-cm');
const url = async () =>
  Buffer.from((await dataOf('secret', 'argocd-notifications-secret'))[SERVICE] ?? '', 'base64').toString();
const liveKeys = async () => Object.keys(await configMap()).filter((key) => key.includes('.dt_'));

describe('the folder of a team', () => {
  it('is synced, and Progressing while no operator has reported', async () => {
    const files = {
      'credentials.yaml': [freshSecret()],
      'robots.yaml': [robot(WHERE)],
      'templates.yaml': [message('{{app.metadata.name}} is down')],
      'subscriptions.yaml': [subscribed({ events: EVENTS.slice(1) })],
    };
    const paths = Object.entries(files).map(([name, content]) => [`${FOLDER}/${name}`, content] as const);
    const revision = await stage.repository.commit(Object.fromEntries(paths));
    await stage.apply(...sampleManifests(stage.repository.url));
    const app = await stage.application(APP, 'Progressing', isInState('Progressing', revision));
    const silent = {
      status: 'Progressing',
      message: expect.stringContaining('has not reported on the resource yet'),
    };
    expect(healths(app)).toEqual({
      DingTalkRobot: silent,
      NotificationTemplate: silent,
      NotificationSubscription: silent,
      Secret: undefined,
    });
    expect(await liveKeys()).toEqual([]);
    const { metadata } = await stage.get<{ metadata: { annotations?: object } }>(
      'secret',
      WHERE.namespace,
      WHERE.name,
    );
    expect(Object.keys(metadata.annotations ?? {})).not.toContain(
      'kubectl.kubernetes.io/last-applied-configuration',
    );
  });

  it('is Healthy once the operator has merged all of it', async () => {
    await stage.restartOperator({
      tenancy: { projects: { payments: [WHERE.namespace] } },
      credentials: { rereadInterval: '1h', watch: { matchLabels: LABELS } },
    });
    const app = await stage.application(APP, 'Healthy', isInState('Healthy'));
    const healthy = { status: 'Healthy', message: expect.any(String) };
    expect(healths(app)).toMatchObject({
      DingTalkRobot: healthy,
      NotificationTemplate: healthy,
      NotificationSubscription: healthy,
    });
    expect(await url()).toContain(credentials.now.token);
    expect((await liveKeys()).sort()).toEqual([
      `service.webhook.${SERVICE}`,
      `template.${SERVICE}`,
      `template.${SERVICE}_on-deployed`,
      `template.${SERVICE}_on-health-degraded`,
      `trigger.${SERVICE}_on-deployed`,
      `trigger.${SERVICE}_on-health-degraded`,
    ]);
    expect((await configMap()).subscriptions).toContain(SERVICE);
  });

  it('is Degraded while one resource is refused, which says why, and its previous version stays live', async () => {
    const before = await configMap();
    const app = await push({ 'templates.yaml': [message('{{#if app}}')] }, 'Degraded');
    expect(healths(app)).toMatchObject({
      DingTalkRobot: { status: 'Healthy' },
      NotificationTemplate: {
        status: 'Degraded',
        message: expect.stringMatching(/^InvalidTemplate: .*title/),
      },
    });
    await stage.conditions('nsub', WHERE.namespace, WHERE.name, { Ready: 'False/TemplateRefused' });
    expect(await configMap()).toEqual(before);
  });

  it('changes the target with a commit', async () => {
    await push({ 'templates.yaml': [message('{{app.metadata.name}} is out of order')] }, 'Healthy');
    await eventually('the new text to be live', async () =>
      JSON.stringify(await configMap()).includes('is out of order'),
    );
    await push({ 'subscriptions.yaml': [subscribed({ events: EVENTS })] }, 'Healthy');
    const triggers = Object.keys(await configMap()).filter((key) => key.startsWith('trigger.'));
    expect(triggers).toHaveLength(3);
  });

  it('rotates the credentials with a commit', async () => {
    await push({ 'credentials.yaml': [freshSecret()] }, 'Healthy');
    await eventually('the new token to be live', async () => (await url()).includes(credentials.now.token));
  });
});

describe('the AppProject of a team', () => {
  it('refuses other kinds and the namespaces of others, and with them the commit as a whole', async () => {
    const others = [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: WHERE },
      robot({ namespace: 'team-checkout', name: 'checkout' }),
      namespace('team-new'),
    ];
    const more = robot({ ...WHERE, name: 'more' });
    const files = { [`${FOLDER}/others.yaml`]: others, [`${FOLDER}/more.yaml`]: [more] };
    await stage.repository.commit(files);
    await stage.refresh(APP);
    const refusals = ({ status }: SyncedApplication) =>
      (status?.operationState?.syncResult?.resources ?? [])
        .filter((each) => each.status === 'SyncFailed')
        .map((each) => each.message)
        .sort();
    const app = await stage.application(APP, 'refused', (each) => refusals(each).length === 3);
    expect(refusals(app)).toEqual([
      "namespace team-checkout is not permitted in project 'notifications-payments'",
      'resource :ConfigMap is not permitted in project notifications-payments',
      'resource :Namespace is not permitted in project notifications-payments',
    ]);
    const robots = await stage.cp.list<{ metadata: { name: string } }>('robots', WHERE.namespace);
    expect(robots.map(({ metadata }) => metadata.name)).toEqual([WHERE.name]);
    await push({ 'others.yaml': null, 'more.yaml': null }, 'Healthy');
    const done = await stage.application(
      APP,
      'in sync',
      ({ status }) => status?.operationState?.phase === 'Succeeded',
    );
    expect(refusals(done)).toEqual([]);
  });
});

describe('another Application', () => {
  const NAME = 'checkout';
  const manifest = (limit: unknown) => ({
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: NAME },
    spec: { limits: [{ type: limit }] },
  });
  const delivered = (title: string) =>
    stage.dingtalk.waitForDelivery(
      ({ token, body }) =>
        token === credentials.now.token && (body as { markdown: { title: string } }).markdown.title === title,
      { describe: title, timeout: 30_000 },
    );
  const textOf = ({ body }: Awaited<ReturnType<typeof delivered>>) =>
    (body as { markdown: { text: string } }).markdown.text;

  it('that fails to sync is told of in DingTalk, with the words of the API server', async () => {
    const { repository } = stage;
    const revision = await repository.commit({ 'apps/checkout/limits.yaml': [manifest({ no: 'text' })] });
    await stage.apply(namespace(NAME));
    await stage.apply(
      syncedApplication({
        name: NAME,
        project: 'payments',
        repoURL: repository.url,
        path: 'apps/checkout',
        namespace: NAME,
      }),
    );
    await stage.application(NAME, 'failed', (app) => app.status?.operationState?.phase === 'Failed');
    const delivery = await delivered('🔴 checkout sync failed');
    expect(delivery).toMatchObject({ errcode: 0, errmsg: 'ok', signature: 'valid' });
    expect(textOf(delivery)).toMatch(/\*\*Reason\*\*: one or more .*LimitRange/);
    expect(textOf(delivery)).toContain(`- **Revision**: ${revision}`);
  });

  it('that is repaired in Git is told of as deployed', async () => {
    const revision = await stage.repository.commit({ 'apps/checkout/limits.yaml': [manifest('Container')] });
    await stage.refresh(NAME);
    await stage.application(NAME, 'Healthy', isInState('Healthy', revision));
    const delivery = await delivered('🟢 checkout deployed');
    expect(delivery).toMatchObject({ errcode: 0, errmsg: 'ok', signature: 'valid' });
    expect(textOf(delivery)).toContain(`- **Revision**: ${revision}`);
  });
});

describe('what is removed from Git', () => {
  it('goes from the target, and nothing else does', async () => {
    await push({ 'subscriptions.yaml': null, 'templates.yaml': null }, 'Healthy');
    await eventually('the keys of the subscription to be gone', async () => (await liveKeys()).length === 1);
    expect(await liveKeys()).toEqual([`service.webhook.${SERVICE}`]);
    expect(await url()).toContain(credentials.now.token);
    expect((await configMap()).subscriptions ?? '').not.toContain(SERVICE);
  });

  it('goes completely with the folder of the team', async () => {
    await stage.repository.commit({
      [`${FOLDER}/credentials.yaml`]: null,
      [`${FOLDER}/robots.yaml`]: null,
    });
    const annotations = { 'argocd.argoproj.io/application-set-refresh': 'true' };
    await stage.cp.merge('applicationsets.argoproj.io', ARGOCD, 'notifications', {
      metadata: { annotations },
    });
    await eventually('Argo CD to have removed everything of the team', async () => {
      const apps = await stage.cp.list<{ metadata: { name: string } }>('applications.argoproj.io', ARGOCD);
      const secrets = await stage.cp.list('secrets', WHERE.namespace);
      return apps.every(({ metadata }) => metadata.name !== APP) && secrets.length === 0;
    });
    await eventually('the operator to have removed everything of the team', async () => {
      return (await liveKeys()).length === 0 && (await url()) === '';
    });
  });
});
