import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { installArgoCD } from '../support/argocd.ts';
import { startOperator } from '../support/operator.ts';
import type { RunningProcess } from '../support/processes.ts';
import { cliCommand } from '../support/programs.ts';
import { run } from '../support/run.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const OVERLAY = join(import.meta.dirname, '../../config/another-namespace');
/** The namespace of the second Argo CD in that overlay. */
const SECOND = 'argocd-second';
const LABEL = 'argocd-dingtalk.io/argocd';
const TEAMS = { [ARGOCD]: 'team-of-first', [SECOND]: 'team-of-second' } as const;
const selecting = (...values: string[]) => ({
  tenancy: { namespaceSelector: { matchExpressions: [{ key: LABEL, operator: 'In', values }] } },
});

let stage: Stage;
let second: RunningProcess | undefined;

async function restartSecond(...values: string[]): Promise<void> {
  await second?.stop();
  const fields = { target: { namespace: SECOND }, ...selecting(...values) };
  second = await startOperator(stage.cp, stage.dingtalk, fields, {}, SECOND);
}

beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: selecting(ARGOCD) });
  await installArgoCD(stage.cp, { namespace: SECOND });
  await stage.cp.kubectl(['apply', '--server-side', '-k', OVERLAY]);
  await restartSecond(SECOND);
  for (const [installation, team] of Object.entries(TEAMS)) {
    const where = { namespace: team, name: 'r' };
    const { manifests } = realRobot(stage.dingtalk, where);
    await stage.apply(namespace(team, { [LABEL]: installation }), ...manifests, subscription(where));
  }
});
afterAll(async () => {
  await second?.stop();
  await stage?.[Symbol.asyncDispose]();
});

/** The names of the operator's keys in the Secret of an Argo CD. */
async function robotsOf(installation: string): Promise<string[]> {
  const secret = await stage.get<KubernetesResource>('secret', installation, 'argocd-notifications-secret');
  return Object.keys(secret.data ?? {}).sort();
}
const servedIn = (team: string, installation: string) =>
  eventually(`${installation} to serve ${team}`, async () => {
    for (const kind of ['robots', 'nsub']) {
      const { status } = await stage.get<KubernetesResource>(kind, team, 'r');
      expect(status).toMatchObject({ installation });
      expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    }
    expect(await robotsOf(installation)).toContain(`dt_${team}_r`);
    return true;
  });

describe('two installations in a cluster', () => {
  it('serve their own namespaces, and do not touch each other', async () => {
    for (const [installation, team] of Object.entries(TEAMS)) await servedIn(team, installation);
    expect(await robotsOf(ARGOCD)).toEqual([`dt_${TEAMS[ARGOCD]}_r`]);
    expect(await robotsOf(SECOND)).toEqual([`dt_${TEAMS[SECOND]}_r`]);
  });

  it('do not fight over a namespace that both select: the one that serves it goes on, the other one reports it', async () => {
    const before = await Promise.all(
      ['robots', 'nsub'].map((kind) => stage.get<KubernetesResource>(kind, TEAMS[ARGOCD], 'r')),
    );
    await restartSecond(ARGOCD, SECOND);
    const events = await eventually('the report', async () => {
      const all = await stage.cp.read<{ items: { reason: string; note: string }[] }>(
        `apis/events.k8s.io/v1/namespaces/${SECOND}/events`,
      );
      const about = all.items.filter(({ reason }) => reason === 'InstallationsOverlap');
      return about.length > 0 && about;
    });
    expect(events.map(({ note }) => note)).toEqual([
      expect.stringContaining(
        `installation of the operator in namespace ${ARGOCD} serves resources in ${TEAMS[ARGOCD]}`,
      ),
    ]);
    // A later change of its own shows that it has looked at everything.
    await stage.apply(subscription({ namespace: TEAMS[SECOND], name: 'later' }, { robots: [{ name: 'r' }] }));
    await stage.conditions('nsub', TEAMS[SECOND], 'later', { Ready: 'True/Ready' });
    expect(await robotsOf(SECOND)).toEqual([`dt_${TEAMS[SECOND]}_r`]);
    const after = await Promise.all(
      ['robots', 'nsub'].map((kind) => stage.get<KubernetesResource>(kind, TEAMS[ARGOCD], 'r')),
    );
    expect(after).toEqual(before);
  });

  it('hand a namespace over when the one that serves it stops selecting it', async () => {
    await stage.restartOperator(selecting('nobody'));
    await servedIn(TEAMS[ARGOCD], SECOND);
    expect(await robotsOf(ARGOCD)).toEqual([]);
  });

  it('release all that they serve when they are uninstalled', async () => {
    await second?.stop();
    const args = cliCommand(
      'uninstall',
      '--argocd-namespace',
      SECOND,
      '--kubeconfig',
      stage.cp.adminKubeconfig,
    );
    const { code, stderr } = await run(process.execPath, args);
    expect(stderr).toContain('the statuses of 5 custom resources do not name this installation any more.');
    expect(code).toBe(0);
    await stage.restartOperator(selecting(ARGOCD, SECOND));
    for (const team of Object.values(TEAMS)) await servedIn(team, ARGOCD);
  });
});
