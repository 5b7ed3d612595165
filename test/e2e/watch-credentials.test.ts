import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  credentialsSecret,
  namespace,
  newCredentials,
  robot,
} from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { auditedReads } from '../support/audit-log.ts';
import { type Replica, startReplica } from '../support/replicas.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';

const REPOSITORY = new URL('../../', import.meta.url).pathname;
const LABEL = 'argocd-dingtalk.io/credentials';
const BY_LABEL = { credentials: { rereadInterval: '1h', watch: { matchLabels: { [LABEL]: 'true' } } } };
const BY_NAMESPACE = { credentials: { rereadInterval: '1h', watch: { namespaces: ['team-*'] } } };
/** The longest time until a change is live. */
const PROMPT = { timeoutMs: 5_000, intervalMs: 20 };

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: false, audit: true });
  await stage.apply(namespace('team'), namespace('team-a'));
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

interface Where {
  readonly namespace: string;
  readonly name: string;
}

/** Applies a Secret with new credentials; returns them. */
async function rotate(where: Where): Promise<Credentials> {
  const credentials = newCredentials();
  const { token, secret } = credentials;
  const metadata = { ...where, labels: { [LABEL]: 'true' } };
  await stage.apply({ ...credentialsSecret(where, { webhook: token, secret }), metadata });
  return credentials;
}

/** The robot's URL in the target; undefined if there is none. */
async function live({ namespace: team, name }: Where): Promise<string | undefined> {
  const { data = {} } = await stage.get('secret', ARGOCD, 'argocd-notifications-secret');
  const url = data[`dt_${team}_${name}`];
  return url && Buffer.from(url, 'base64').toString();
}

const isLive = (where: Where, { token }: Credentials, options = {}) =>
  eventually(
    `the newest credentials of ${where.name} to be live`,
    async () => (await live(where))?.includes(token),
    options,
  );
const isGone = (where: Where) =>
  eventually(
    `the credentials of ${where.name} to be gone`,
    async () => (await live(where)) === undefined,
    PROMPT,
  );
const reads = ({ namespace: team, name }: Where) => auditedReads(stage.cp.dir, team, name);
const apply = (overlay: string, ...args: string[]) =>
  stage.cp.kubectl(['apply', '--server-side', '-k', join(REPOSITORY, 'config', overlay), ...args]);

/** The Secret is rotated, is deleted and comes back. */
async function expectPromptness(where: Where): Promise<void> {
  await isLive(where, await rotate(where), PROMPT);
  await stage.remove('secret', where.namespace, where.name);
  await isGone(where);
  await isLive(where, await rotate(where), PROMPT);
}

describe('a watch of Secrets by their labels', () => {
  beforeAll(async () => {
    await apply('watch-secrets');
    await stage.restartOperator(BY_LABEL);
  });

  it('makes a change live within seconds, not within the hour of the next read', async () => {
    const where = { namespace: 'team', name: 'rotated' };
    const first = await rotate(where);
    await stage.apply(robot(where));
    await isLive(where, first);
    await expectPromptness(where);
  });

  it('ends the wait for a Secret that is applied later than its robot', async () => {
    const where = { namespace: 'team', name: 'late' };
    await stage.apply(robot(where));
    await stage.conditions('robots', 'team', 'late', { Ready: 'False/CredentialsNotFound' });
    // After the fourth attempt, the operator would not look for the Secret for eight seconds.
    await eventually('four attempts', async () => (await reads(where)).length === 4);
    await isLive(where, await rotate(where), PROMPT);
  });

  it('reads a Secret once, however many Secrets there are', async () => {
    const where = { namespace: 'team', name: 'rotated' };
    const before = [await reads(where), await reads({ namespace: 'team', name: 'late' })];
    await rotate({ namespace: 'team', name: 'of-nobody' });
    await isLive(where, await rotate(where), PROMPT);
    const after = [await reads(where), await reads({ namespace: 'team', name: 'late' })];
    expect(after.map(({ length }) => length)).toEqual([
      (before[0] as string[]).length + 1,
      (before[1] as string[]).length,
    ]);
    expect(await reads({ namespace: 'team', name: 'of-nobody' })).toEqual([]);
  });
});

describe('a watch of Secrets by namespace', () => {
  const where = { namespace: 'team-a', name: 'robot' };

  it('that is not allowed is named, and the Secrets are read as without a watch', async () => {
    await stage.cp.kubectl(['delete', 'clusterrolebinding', 'argocd-dingtalk-watch-secrets.argocd']);
    await stage.restartOperator(BY_NAMESPACE);
    await stage.apply(robot(where));
    await stage.conditions('robots', 'team-a', 'robot', { Ready: 'False/CredentialsNotFound' });
    await isLive(where, await rotate(where));
    const lines = stage.operatorOutput().split('\n');
    const complaints = lines.filter((line) => line.includes('cannot list secrets in the namespace team-a'));
    expect(complaints).toHaveLength(1);
    expect(lines.filter((line) => line.includes('in the namespace team"'))).toEqual([]);
  });

  it('begins by itself when it is allowed', async () => {
    await apply('watch-secrets-in-namespace', '-n', 'team-a');
    await eventually(
      'the right to be there',
      () => stage.operatorOutput().includes('the missing right is there'),
      { timeoutMs: 40_000 },
    );
    await expectPromptness(where);
  });
});

describe('of two replicas', () => {
  const replicas: Replica[] = [];
  afterAll(async () => {
    for (const { process } of replicas) await process.stop();
  });

  it('only the one that leads reads credentials, and the other is as prompt after it', async () => {
    const where = { namespace: 'team-a', name: 'robot' };
    await stage.stopOperator();
    for (let count = 0; count < 2; count++)
      replicas.push(await startReplica(stage.cp, stage.dingtalk, BY_NAMESPACE));
    const [first, second] = replicas as [Replica, Replica];
    await eventually('the second to wait', () => second.process.output().includes('another replica leads'));
    await expectPromptness(where);
    expect(await reads(where)).toContain(first.token);
    expect(await reads(where)).not.toContain(second.token);
    await first.process.stop();
    await isLive(where, await rotate(where), { timeoutMs: 20_000 });
    await expectPromptness(where);
    expect(await reads(where)).toContain(second.token);
  });
});
