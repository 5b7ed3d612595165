import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription, typedTemplate } from '../../operator/api/testing/manifests.ts';
import { type CommitClient, createCommitClient } from '../../operator/relay/commits/client.ts';
import { untilGraceIsOver } from '../support/grace.ts';
import type { RunningProcess } from '../support/processes.ts';
import { startOperatorForRelay, startRelay } from '../support/relay.ts';
import { ARGOCD, type KubernetesResource } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';
import { accountToken } from './account-token.ts';
import { type GitopsStage, startGitopsStage } from './gitops-stage.ts';
import { isSynced, syncedApplication } from './synced-application.ts';

/** Commits in messages by Argo CD's real API server, prepared as docs/relay.md says. */

const TEAM = 'team';
const APP = 'shop';
const ACCOUNT = 'dingtalk';

let stage: GitopsStage;
let url: string;
let tokenFile: string;
let caFile: string;
let revision: string;
let client: CommitClient;
let relay: RunningProcess | undefined;

const manifest = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: TEAM },
});
const push = (name: string) => stage.repository.commit({ 'shop/objects.yaml': [manifest(name)] });

beforeAll(async () => {
  stage = await startGitopsStage({ operator: false });
  [tokenFile, caFile] = [join(stage.cp.dir, 'token'), join(stage.cp.dir, 'ca.crt')];
  await stage.cp.merge('configmaps', ARGOCD, 'argocd-cm', { data: { [`accounts.${ACCOUNT}`]: 'apiKey' } });
  const policy = `p, ${ACCOUNT}, applications, get, default/*, allow\n`;
  await stage.cp.merge('configmaps', ARGOCD, 'argocd-rbac-cm', { data: { 'policy.csv': policy } });
  await stage.apply(namespace(TEAM));
  revision = await push('first');
  const { url: repoURL } = stage.repository;
  await stage.apply(syncedApplication({ name: APP, repoURL, path: 'shop', namespace: TEAM }));
  await stage.application(APP, 'synced', isSynced(revision));
  url = await stage.startServer();
  const { data } = await stage.get<KubernetesResource>('secret', ARGOCD, 'argocd-secret');
  await writeFile(caFile, Buffer.from(data?.['tls.crt'] ?? '', 'base64'));
  await writeFile(tokenFile, await accountToken(stage, { url, caFile }, ACCOUNT));
  client = createCommitClient({ url, tokenFile, caFile });
}, 180_000);
afterAll(async () => {
  await client?.close();
  await relay?.stop();
  await stage?.[Symbol.asyncDispose]();
});

const ask = (
  changes: { revision?: string; application?: string; project?: string } = {},
  by: CommitClient = client,
) =>
  by.ask(
    {
      ...{ application: APP, namespace: ARGOCD, project: 'default', revision },
      ...{ repository: stage.repository.url, ...changes },
    },
    AbortSignal.timeout(20_000),
  );

describe('Argo CD’s API server', () => {
  it('has the author, the message and the date of a commit', async () => {
    expect(await ask()).toEqual({
      kind: 'found',
      commit: {
        author: 'Team',
        message: 'shop/objects.yaml',
        date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/),
      },
    });
  });

  it('knows no other commit and no other Application, and forbids what the account may not get', async () => {
    expect(await ask({ revision: 'a'.repeat(40) })).toEqual({ kind: 'unknown' });
    expect(await ask({ application: 'other' })).toEqual({ kind: 'unknown' });
    expect(await ask({ application: 'other', project: 'secret' })).toEqual({ kind: 'forbidden' });
    await stage.apply({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'secret', namespace: ARGOCD },
      spec: { sourceRepos: ['*'], destinations: [{ namespace: '*', server: '*' }] },
    });
    const { url: repoURL } = stage.repository;
    const other = { name: 'hidden', project: 'secret', repoURL, path: 'shop', namespace: TEAM };
    await stage.apply(syncedApplication(other));
    expect(await ask({ application: 'hidden', project: 'secret' })).toEqual({ kind: 'forbidden' });
  });

  it('refuses a token that it has not made', async () => {
    const wrong = join(stage.cp.dir, 'wrong-token');
    await writeFile(wrong, 'tok-feedfacefeedfacefeedface');
    const stranger = createCommitClient({ url, tokenFile: wrong, caFile });
    const answer = await ask({}, stranger);
    await stranger.close();
    expect(answer).toEqual({ kind: 'unavailable', words: expect.stringContaining('HTTP 401') });
  });
});

it('a message about a sync shows who made the commit', async () => {
  const fields = {
    tenancy: { projects: { default: [TEAM] } },
    argocd: { url: 'https://argocd.example.com', api: { url, tokenFile, caFile } },
  };
  const place = await startOperatorForRelay(stage, fields);
  relay = await startRelay(stage, place, fields);
  const content = '{{app.metadata.name}}: {{commit.author}} wrote {{commit.message}}';
  const robot = realRobot(stage.dingtalk, { namespace: TEAM, name: 'robot' }, { delivery: 'Relay' });
  await stage.apply(
    typedTemplate({ namespace: TEAM, name: 'commit' }, { message: { text: { content } } }),
    ...robot.manifests,
    subscription({ namespace: TEAM, name: 'commits' }, {
      robots: [{ name: 'robot' }],
      applications: { projects: ['default'] },
      events: [{ trigger: 'on-deployed', template: { name: 'commit' } }],
    } as never),
  );
  await stage.conditions('nsub', TEAM, 'commits', { Ready: 'True/Ready' });
  await untilGraceIsOver();
  const next = await push('second');
  await stage.refresh(APP);
  await stage.application(APP, 'synced', isSynced(next));
  const isTold = ({ body }: { readonly body?: unknown }) =>
    (body as { text?: { content: string } } | undefined)?.text?.content ===
    `${APP}: Team wrote shop/objects.yaml`;
  await stage.dingtalk.waitForDelivery(isTold, {
    describe: 'the message with the commit',
    timeout: 60_000,
  });
});
