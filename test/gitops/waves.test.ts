import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialsSecret, namespace, robot, subscription } from '../../operator/api/testing/manifests.ts';
import { realRobot } from '../support/team.ts';
import { type GitopsStage, startGitopsStage } from './gitops-stage.ts';
import { isInState, syncedApplication } from './synced-application.ts';

/** What docs/gitops.md says about the order in which the resources of a team come. */

let stage: GitopsStage;
beforeAll(async () => {
  stage = await startGitopsStage({});
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** The files of a team, each with its manifest in this wave; without a number, in none. */
function files(team: string, waves: { credentials?: number; robot?: number; subscription?: number } = {}) {
  const where = { namespace: team, name: 'robot' };
  const { token, secret } = realRobot(stage.dingtalk, where).credentials;
  const inWave = <T extends { metadata: object }>(manifest: T, wave?: number): T => {
    if (wave === undefined) return manifest;
    const annotations = { 'argocd.argoproj.io/sync-wave': `${wave}` };
    return { ...manifest, metadata: { ...manifest.metadata, annotations } };
  };
  return {
    credentials: inWave(credentialsSecret(where, { webhook: token, secret }), waves.credentials),
    robot: inWave(robot(where), waves.robot),
    subscription: inWave(subscription(where), waves.subscription),
  };
}

async function push(team: string, manifests: Readonly<Record<string, object>>): Promise<string> {
  const paths = Object.entries(manifests).map(([name, each]) => [`${team}/${name}.yaml`, [each]] as const);
  return stage.repository.commit(Object.fromEntries(paths));
}

async function sync(team: string): Promise<void> {
  await stage.apply(namespace(team));
  const { url } = stage.repository;
  await stage.apply(syncedApplication({ name: team, repoURL: url, path: team, namespace: team }));
}

const exists = async (kind: string, team: string): Promise<boolean> =>
  (await stage.cp.list(kind, team)).length > 0;

describe('without sync waves', () => {
  it('all of it may come in one commit', async () => {
    const revision = await push('together', files('together'));
    await sync('together');
    await stage.application('together', 'Healthy', isInState('Healthy', revision));
  });

  it('the last may come first: the operator goes on as soon as what it refers to is there', async () => {
    const { credentials, robot: theirRobot, subscription: theirs } = files('reversed');
    await push('reversed', { subscription: theirs });
    await sync('reversed');
    const alone = await stage.application('reversed', 'Degraded', isInState('Degraded'));
    expect(alone.status?.resources?.[0]?.health?.message).toMatch(/^RobotNotFound: /);

    await push('reversed', { robot: theirRobot });
    await stage.refresh('reversed');
    await stage.conditions('robots', 'reversed', 'robot', { Ready: 'False/CredentialsNotFound' });

    const revision = await push('reversed', { credentials });
    await stage.refresh('reversed');
    await stage.application('reversed', 'Healthy', isInState('Healthy', revision));
    await stage.conditions('nsub', 'reversed', 'robot', { Ready: 'True/Ready' });
  });
});

describe('with sync waves', () => {
  it('in the order of the references, all of it becomes Healthy', async () => {
    const revision = await push('ordered', files('ordered', { credentials: -1, robot: 0, subscription: 1 }));
    await sync('ordered');
    await stage.application('ordered', 'Healthy', isInState('Healthy', revision));
  });

  it('against the order of the references, the sync stops: Argo CD waits for the health of the first wave', async () => {
    const against = files('against', { subscription: -1, robot: 0, credentials: 1 });
    await push('against', against);
    await sync('against');
    const failed = await stage.application(
      'against',
      'failed',
      ({ status }) => status?.operationState?.phase === 'Failed',
    );
    expect(failed.status?.health?.status).toBe('Degraded');
    expect(await exists('nsub', 'against')).toBe(true);
    expect(await exists('robots', 'against')).toBe(false);

    const { credentials, robot: theirRobot, subscription: theirs } = files('against');
    const revision = await push('against', { subscription: theirs, robot: theirRobot, credentials });
    await stage.refresh('against');
    await stage.application('against', 'Healthy', isInState('Healthy', revision));
  });
});
