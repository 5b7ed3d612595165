import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  namespace,
  subscription,
  typedTemplate,
} from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { soon, syncFailed } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { restoreObjects, type StoredObjects, storedObjects } from '../support/stored-objects.ts';
import { realRobot } from '../support/team.ts';

/**
 * Objects that the first release wrote, as etcd stored them: `RECORD=1 vitest run --project e2e test/e2e/first-release.test.ts`
 * of that release made the file. It is never made again: later releases must take over these very objects.
 */
const FILE = join(import.meta.dirname, 'first-release.json');
const TEAM = 'team-first';
const APP = 'shop';
const RECORDED = new RegExp(
  `^/registry/(namespaces/${TEAM}$|secrets/${TEAM}/|argocd-dingtalk\\.io/|(configmaps|secrets)/${ARGOCD}/argocd-notifications-|argoproj\\.io/applications/)`,
);
const EVENTS = [
  { trigger: 'on-sync-failed', template: { name: 'short' } },
  { trigger: 'on-deployed' },
  {
    name: 'slow',
    when: "app.status?.operationState?.phase == 'Running'",
    eventTime: 'app.status?.operationState?.startedAt',
  },
];

interface Release {
  readonly credentials: Credentials;
  readonly objects: Readonly<Record<string, string>>;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = (text: string): string => Buffer.from(text, 'base64').toString();

/** Has the operator write everything, and Argo CD's controller report an event. */
async function record(): Promise<void> {
  await using stage = await startStage({
    projects: ['first'],
    operator: { tenancy: { projects: { first: [TEAM] } } },
  });
  const where = { namespace: TEAM, name: 'team' };
  const { manifests, credentials } = realRobot(stage.dingtalk, where);
  await stage.apply(
    namespace(TEAM),
    ...manifests,
    typedTemplate(
      { namespace: TEAM, name: 'short' },
      { message: { text: { content: '{{app.metadata.name}} failed' } } },
    ),
    subscription(where, { applications: { projects: ['first'] }, events: EVENTS }),
  );
  await stage.conditions('nsub', TEAM, 'team', { Ready: 'True/Ready' });
  await stage.conditions('robots', TEAM, 'team', { Ready: 'True/Ready' });
  await applyApplication(stage.cp, application({ name: APP, namespace: ARGOCD, project: 'first' }));
  await patchApplication(stage.cp, ARGOCD, APP, syncFailed(soon()));
  await stage.dingtalk.waitForDelivery(({ rawBody }) => rawBody.includes(`${APP} failed`));
  await eventually('Argo CD to remember it', async () =>
    JSON.stringify(await stage.get('application', ARGOCD, APP)).includes(
      'notified.notifications.argoproj.io',
    ),
  );
  const stored = [...(await storedObjects(stage.cp.etcd))].map(
    ([key, value]) => [plain(key), value] as const,
  );
  const objects = Object.fromEntries(stored.filter(([key]) => RECORDED.test(key)));
  await writeFile(FILE, `${JSON.stringify({ credentials, objects } satisfies Release, null, 2)}\n`);
}

let stage: Stage;
let release: Release;
beforeAll(async () => {
  if (process.env.RECORD) await record();
  release = JSON.parse(await readFile(FILE, 'utf8'));
  stage = await startStage({ projects: ['first'], operator: false });
  stage.dingtalk.addRobot(release.credentials);
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const put = async (isOne: (key: string) => boolean) => {
  const stored: StoredObjects = new Map(
    Object.entries(release.objects).map(([key, value]) => [base64(key), value]),
  );
  await restoreObjects(stage.cp.etcd, stored, Object.keys(release.objects).filter(isOne));
};
const configMap = async () =>
  (await stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm')).data;
const isApplication = (key: string) => key.includes('/applications/');

describe('objects of the first release', () => {
  it('are taken over without a changed byte in what Argo CD remembers its messages by', async () => {
    await put((key) => !isApplication(key));
    const before = await configMap();
    expect(Object.keys(before ?? {})).toHaveLength(9);
    await stage.restartOperator({ tenancy: { projects: { first: [TEAM] } } });
    await eventually('a new URL of this DingTalk', async () => {
      const { data } = await stage.get<KubernetesResource>('secret', ARGOCD, 'argocd-notifications-secret');
      return plain(data?.[`dt_${TEAM}_team`] ?? '').startsWith(stage.dingtalk.url);
    });
    await stage.conditions('robots', TEAM, 'team', { Ready: 'True/Ready', Signed: 'True/Signed' });
    await stage.conditions('nsub', TEAM, 'team', { Ready: 'True/Ready', Merged: 'True/Merged' });
    expect(await configMap()).toEqual(before);
  });

  it('send nothing again that was sent, and the next event once', async () => {
    await put(isApplication);
    await patchApplication(stage.cp, ARGOCD, APP, syncFailed(soon(), { message: 'the second time' }));
    await stage.dingtalk.waitForDelivery(({ rawBody }) => rawBody.includes(`${APP} failed`));
    await applyApplication(stage.cp, application({ name: 'canary', namespace: ARGOCD, project: 'first' }));
    await patchApplication(stage.cp, ARGOCD, 'canary', syncFailed(soon()));
    await stage.dingtalk.waitForDelivery(({ rawBody }) => rawBody.includes('canary failed'));
    expect(
      stage.dingtalk.requests.map(({ rawBody, errcode }) => [errcode, /(\w+) failed/.exec(rawBody)?.[1]]),
    ).toEqual([
      [0, APP],
      [0, 'canary'],
    ]);
  });
});
