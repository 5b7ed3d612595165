import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { subscription } from '../../../operator/api/testing/manifests.ts';
import { eventually } from '../../../operator/lib/testing/eventually.ts';
import { ARGOCD, type KubernetesResource } from '../../support/stage.ts';
import { loadIntoCluster } from '../cluster/load.ts';
import type { ClusterApi } from './cluster-api.ts';
import { CONTEXT } from './context.ts';
import { buildEarlierImage } from './earlier-image.ts';
import type { FakeInCluster } from './fake-in-cluster.ts';
import { OPERATOR } from './operator-pods.ts';
import { OPERATOR_IMAGE, prepareSurroundings } from './surroundings.ts';
import { applyQuickstart, failSync, signedUntil, TEAM, TOKEN, untilReady } from './team.ts';
import { WriteLog } from './write-log.ts';

/** A new signature is made every 5 s here. A leader that ends in good order leaves its Lease to another one within 3 s. */
const LONGEST_GAP_MS = 20_000;

let api: ClusterApi;
let fake: FakeInCluster;
let earlier: string;
beforeAll(async () => {
  ({ api, fake } = await prepareSurroundings());
  earlier = await buildEarlierImage(api);
  await loadIntoCluster(api.cluster, earlier, CONTEXT);
  await api.kubectl(['apply', '--server-side', '-k', join(import.meta.dirname, 'overlay')]);
  // The status of one that is there from before says that it was checked: it would get no test message.
  await api.kubectl(['delete', 'robots', 'payments', '-n', TEAM, '--ignore-not-found']);
  await applyQuickstart(api, fake);
});
afterAll(() => api?.close());

const setImage = (image: string) =>
  api.kubectl(['set', 'image', `deployment/${OPERATOR}`, `operator=${image}`, '-n', ARGOCD]);
const rolledOut = () =>
  api.kubectl(['rollout', 'status', `deployment/${OPERATOR}`, '-n', ARGOCD, '--timeout=120s']);

/** Edits, new events and looks at the signature and the writers, until the work has ended. */
async function underLoad(
  name: string,
  work: Promise<unknown>,
): Promise<{ longestGapMs: number; log: WriteLog }> {
  const log = new WriteLog(api);
  let isOver = false;
  const ended = work.finally(() => {
    isOver = true;
  });
  let longestGapMs = 0;
  let until = await signedUntil(api);
  let renewedAt = Date.now();
  for (let round = 0; !isOver; round++) {
    const events = [{ trigger: round % 2 === 0 ? 'on-deployed' : 'on-created' }];
    await api.apply([
      subscription(
        { namespace: TEAM, name: 'churn' },
        { robots: [{ name: 'payments' }], applications: { projects: ['payments'] }, events },
      ),
    ]);
    if (round < 4) await failSync(api, `${name}-${round}`);
    await log.look();
    const now = await signedUntil(api);
    if (now !== until) renewedAt = Date.now();
    until = now;
    longestGapMs = Math.max(longestGapMs, Date.now() - renewedAt);
  }
  await ended;
  await api.conditions('nsub', TEAM, 'churn', { Ready: 'True/Ready' });
  for (let round = 0; round < 4; round++) await fake.untilTold(`${name}-${round} sync failed`);
  await eventually('the new leader to write', async () => {
    await log.look();
    return log.writers().length > 1;
  });
  return { longestGapMs, log };
}

/** How often the group was told of each failed sync, and got a test message. */
async function told(): Promise<{ readonly failures: Record<string, number>; readonly tests: number }> {
  const messages = (await fake.deliveries()).filter(({ token }) => token === TOKEN);
  const titles = messages.map(({ body }) => (body as { markdown: { title: string } }).markdown.title);
  const failures: Record<string, number> = {};
  for (const title of titles) {
    const [, app] = / (\S+) sync failed$/.exec(title) ?? [];
    if (app !== undefined) failures[app] = (failures[app] ?? 0) + 1;
  }
  return { failures, tests: titles.filter((title) => title === 'Argo CD notifications').length };
}

it('a rolling upgrade and the way back leave no gap, no second writer, and tell nothing twice', async () => {
  await setImage(earlier);
  await rolledOut();
  await untilReady(api);
  const { tests } = await told();
  expect(tests).toBeGreaterThan(0);
  for (const [name, image] of [
    ['upgrade', OPERATOR_IMAGE],
    ['downgrade', earlier],
  ] as const) {
    const { longestGapMs, log } = await underLoad(name, setImage(image).then(rolledOut));
    process.stdout.write(`${name}: ${(longestGapMs / 1000).toFixed(1)} s between two renewals at most\n`);
    expect(longestGapMs).toBeLessThan(LONGEST_GAP_MS);
    expect(log.interleaved()).toEqual([]);
    const after = await told();
    const ofThis = Object.entries(after.failures).filter(([app]) => app.startsWith(`${name}-`));
    const once = [0, 1, 2, 3].map((round) => [`${name}-${round}`, 1]);
    expect(Object.fromEntries(ofThis)).toEqual(Object.fromEntries(once));
    expect(after.tests).toBe(tests);
  }
  await setImage(OPERATOR_IMAGE);
  await rolledOut();
  await eventually('the resources to be claimed again', async () => {
    const { status } = await api.get<KubernetesResource>('nsub', TEAM, 'churn');
    return status?.installation === ARGOCD;
  });
});
