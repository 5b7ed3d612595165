import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import type { FaultProxy } from '../support/fault-proxy.ts';
import { FaultStage } from '../support/fault-stage.ts';
import { PATIENCE } from '../support/faults.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ACCOUNT = ['argocd', 'argocd-dingtalk-operator'] as const;
const ROLE = 'argocd-dingtalk-operator.argocd';

let stage: FaultStage;
let tokenFile: string;
beforeAll(async () => {
  stage = await FaultStage.start({
    fields: { credentials: { rereadInterval: '2s' } },
    way: (proxy) => ({
      dir: proxy.dir,
      serviceAccountKubeconfig: async (...account) => withTokenFile(proxy, await tokenOf(proxy, ...account)),
    }),
  });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

async function tokenOf(proxy: FaultProxy, ...account: readonly [string, string]): Promise<string> {
  const config = JSON.parse(await readFile(await proxy.serviceAccountKubeconfig(...account), 'utf8'));
  return config.users[0].user.token;
}

/** A kubeconfig as pods have it: the token is in a file that is replaced. */
async function withTokenFile(proxy: FaultProxy, token: string): Promise<string> {
  tokenFile = join(proxy.dir, 'token');
  await writeFile(tokenFile, token);
  const config = JSON.parse(await readFile(await proxy.serviceAccountKubeconfig(...ACCOUNT), 'utf8'));
  config.users[0].user = { tokenFile };
  const path = join(proxy.dir, 'rotating.kubeconfig');
  await writeFile(path, JSON.stringify(config));
  return path;
}

describe('access', PATIENCE, () => {
  it('the token is rotated and the old one is not valid any more', async () => {
    const old = `Bearer ${await readFile(tokenFile, 'utf8')}`;
    await writeFile(tokenFile, await tokenOf(stage.proxy, ...ACCOUNT));
    const fault = stage.proxy.answer(({ authorization }) => authorization === old, { status: 401 });
    stage.proxy.reset();
    await stage.change();
    await stage.isRight();
    expect(fault.hits).toBeGreaterThan(0);
    fault.lift();
  });

  it('credentials come and go', async () => {
    const [first = ''] = stage.teams.keys();
    for (let i = 0; i < 4; i += 1) {
      await stage.removeCredentials(first);
      await stage.rotate(first);
    }
    await stage.isRight();
  });

  it('credentials are away for a while', async () => {
    const [first = ''] = stage.teams.keys();
    await stage.removeCredentials(first);
    await stage.stage.conditions('robots', 'team', first, { Ready: 'False/CredentialsNotFound' });
    await stage.rotate(first);
    await stage.isRight();
  });

  it('a right is taken away and given back', async () => {
    const { cp } = stage.stage;
    const { rules } = await cp.get<{ rules: { resources: string[] }[] }>('clusterrole', '', ROLE);
    const without = rules.map((rule) => ({
      ...rule,
      resources: rule.resources.filter((resource) => resource !== 'notificationsubscriptions'),
    }));
    const setRules = (wanted: object) => cp.merge('clusterrole', '', ROLE, { rules: wanted });
    const missing = stage.says('a right is missing');
    await setRules(without);
    stage.proxy.reset();
    await missing;
    expect(stage.operator.output()).toContain('cannot list notificationsubscriptions.argocd-dingtalk.io');
    // The rest goes on.
    const [first = ''] = stage.teams.keys();
    await stage.rotate(first);
    await stage.isRight();
    await stage.change();
    await setRules(rules);
    await stage.isRight();
    expect(stage.operator.output().match(/a right is missing/g)).toHaveLength(1);
  });
});

describe('clocks', PATIENCE, () => {
  /** All URLs are signed for about now, by the API server's clock. */
  const isSignedFor = async (time: () => number): Promise<void> => {
    for (const at of await stage.signedAt()) expect(Math.abs(at - time())).toBeLessThan(30 * MINUTE_MS);
  };

  it.each([2 * HOUR_MS, -2 * HOUR_MS, 0])('the clock jumps to an offset of %i ms', async (offset) => {
    await stage.shiftClock(offset);
    await stage.change();
    await stage.isRight();
    await isSignedFor(Date.now);
    for (const name of stage.teams.keys()) await stage.rotate(name);
    await stage.isRight();
    await isSignedFor(Date.now);
  });

  it('the process was suspended for 70 minutes: signatures are renewed at once', async () => {
    const later = (): number => Date.now() + 70 * MINUTE_MS;
    stage.proxy.dateOffsetMs = 70 * MINUTE_MS;
    await stage.shiftClock(70 * MINUTE_MS);
    const before = performance.now();
    await eventually('new signatures', async () => {
      await isSignedFor(later);
      return true;
    });
    expect(performance.now() - before).toBeLessThan(15_000);
    await stage.change();
    await stage.isRight();
    await isSignedFor(later);
  });
});
