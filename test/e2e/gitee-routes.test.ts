import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RelayRoute } from '../../operator/api/relay-route.ts';
import { namespace, robot, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { cliCommand } from '../support/programs.ts';
import { run } from '../support/run.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const TEAM = { namespace: 'team', name: 'payments' };
const ROUTE = 'team.payments';
const SETTINGS = {
  relay: { url: 'http://argocd-dingtalk-relay.argocd.svc:8080' },
  gitee: { publicURL: 'https://hooks.example.com' },
};

let stage: Stage;
let secrets: string[];
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: SETTINGS });
  const { credentials, manifests } = realRobot(stage.dingtalk, TEAM);
  secrets = [credentials.token, credentials.secret];
  await stage.apply(namespace(TEAM.namespace), ...manifests.slice(0, 1), robot(TEAM, { delivery: 'Relay' }));
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** The subscription, about a repository. */
const toGitee = ({ gitee = {}, ...more }: { gitee?: object } & Record<string, unknown> = {}) => ({
  ...subscription(TEAM),
  spec: {
    robots: [{ name: TEAM.name }],
    gitee: {
      repository: 'payments/shop',
      token: { secretKeyRef: { name: 'gitee', key: 'token' } },
      ...gitee,
    },
    events: [{ trigger: 'gitee-push' }, { trigger: 'gitee-tag' }],
    ...more,
  },
});

const edit = (spec: Parameters<typeof toGitee>[0]) => stage.apply(toGitee(spec));
const route = () => stage.get<RelayRoute>('relayroutes', ARGOCD, ROUTE);
const untilRoute = (what: string, isSo: (each: RelayRoute) => boolean) =>
  eventually(what, async () => {
    const each = await route();
    return isSo(each) ? each : false;
  });
const untilNoRoute = () =>
  eventually('the route to be gone', async () =>
    (await route().catch(String)).toString().includes('NotFound'),
  );

async function reportAsRelay(): Promise<void> {
  const { metadata } = await route();
  const status = JSON.stringify({ status: { observedGeneration: metadata.generation } });
  const args = ['patch', 'relayroutes', ROUTE, '-n', ARGOCD, '--subresource=status', '--type=merge', '-p'];
  await stage.cp.kubectl([...args, status]);
}

const conditions = (wanted: Readonly<Record<string, string>>) =>
  stage.conditions('nsub', TEAM.namespace, TEAM.name, wanted);
const ourKeys = async () => {
  const { data = {} } = await stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm');
  return Object.keys(data).filter((key) => /(^|\.)dt_/.test(key));
};
const cli = (command: string, ...args: string[]) =>
  run(process.execPath, cliCommand(command, '--kubeconfig', stage.cp.adminKubeconfig, ...args));

describe('a subscription to a Gitee repository', () => {
  it('becomes a RelayRoute with the templates of its messages, and nothing of it reaches Argo CD', async () => {
    await edit({ gitee: { branches: ['main', 'release/*'] } });
    const { spec } = await untilRoute('the route', () => true);
    expect(spec).toMatchObject({
      subscription: { ...TEAM, generation: 1 },
      gitee: { baseUrl: 'https://gitee.com', repository: 'payments/shop', branches: ['main', 'release/*'] },
      events: [
        { name: 'gitee-push', catalogueName: 'gitee-push' },
        { name: 'gitee-tag', catalogueName: 'gitee-tag' },
      ],
      robots: [{ ...TEAM, service: 'dt_team_payments' }],
    });
    for (const { templates = [] } of spec.gitee ? spec.events : [])
      for (const name of templates) expect(spec.configMap).toHaveProperty([`template.${name}`]);
    for (const secret of secrets) expect(JSON.stringify(spec)).not.toContain(secret);
    expect(await ourKeys()).toEqual([]);
    await conditions({ Accepted: 'True/Accepted', Merged: 'False/AwaitsRelay' });
    await reportAsRelay();
    const { status } = await conditions({ Accepted: 'True/Accepted', Merged: 'True/Merged' });
    expect(status).toMatchObject({
      ...{ installation: ARGOCD, liveGeneration: 1 },
      ...{ robotNames: 'payments', eventNames: 'gitee-push,gitee-tag' },
    });
    expect((status?.conditions ?? []).map(({ type }) => type).sort()).toEqual([
      'Accepted',
      'Hooked',
      'Merged',
      'Ready',
    ]);
  });

  it('is shown with its repository by kubectl, and explained', async () => {
    const table = await stage.cp.kubectl(['get', 'subscriptions', '-n', TEAM.namespace, '-o', 'wide']);
    expect(table).toMatch(/^NAME +ROBOTS +EVENTS +READY +REASON +REPOSITORY/);
    expect(table).toContain('payments/shop');
    const { stdout } = await cli('explain', 'team/payments');
    expect(stdout).toContain('Gitee posts to the relay, at https://hooks.example.com/gitee/team/payments');
    expect(stdout).toContain(`RelayRoute ${ARGOCD}/${ROUTE} has the event for the relay`);
  });

  it('keeps its route when a newer generation has a mistake', async () => {
    const before = await route();
    await edit({ events: [{ trigger: 'gitee-push', actions: ['merge'] }] });
    const { status } = await conditions({
      Ready: 'False/UnknownAction',
      Accepted: 'False/UnknownAction',
      Merged: 'False/PreviousVersionLive',
    });
    expect(status).toMatchObject({ liveGeneration: 1, observedGeneration: 2 });
    expect((await route()).spec).toEqual(before.spec);
  });

  it('leaves the part of the status alone that the keeper of hooks writes', async () => {
    const hooks = [{ id: 7, robot: '', baseUrl: 'https://gitee.com', repository: 'payments/shop' }];
    const status = JSON.stringify({ status: { gitee: { installation: 'another', hooks } } });
    const args = [
      'patch',
      'nsub',
      TEAM.name,
      '-n',
      TEAM.namespace,
      '--subresource=status',
      '--type=merge',
      '-p',
    ];
    await stage.cp.kubectl([...args, status]);
    await edit({});
    const after = await conditions({ Accepted: 'True/Accepted', Merged: 'False/AwaitsRelay' });
    expect(after.status).toMatchObject({ gitee: { hooks }, observedGeneration: 3 });
    await stage.cp.kubectl([...args, JSON.stringify({ status: { gitee: null } })]);
  });

  it('overwrites what somebody else has written into the route', async () => {
    const before = await route();
    await stage.cp.merge('relayroutes', ARGOCD, ROUTE, { spec: { gitee: { repository: 'evil/shop' } } });
    const after = await untilRoute(
      'the route to be right again',
      ({ metadata }) => metadata.generation > before.metadata.generation + 1,
    );
    expect(after.spec).toEqual(before.spec);
  });

  it('has no route while it is suspended, or once Gitee itself sends', async () => {
    await edit({ suspend: true });
    await untilNoRoute();
    await conditions({ Ready: 'False/Suspended', Merged: 'False/Suspended' });
    await edit({});
    await untilRoute('the route', () => true);
    await edit({ gitee: { delivery: 'Native' } });
    await untilNoRoute();
    const { status } = await conditions({ Accepted: 'True/Accepted' });
    expect((status?.conditions ?? []).map(({ type }) => type)).not.toContain('Merged');
  });

  it('becomes one about applications, and back', async () => {
    await stage.remove('nsub', TEAM.namespace, TEAM.name);
    await edit({});
    await untilRoute('the route about the repository', ({ spec }) => spec.gitee !== undefined);
    await stage.cp.merge('nsub', TEAM.namespace, TEAM.name, {
      spec: { gitee: null, applications: { all: true }, events: [{ trigger: 'on-deployed' }] },
    });
    await untilRoute('the route about applications', ({ spec }) => spec.scope !== undefined);
    await conditions({ Accepted: 'True/Accepted' });
    await stage.cp.merge('nsub', TEAM.namespace, TEAM.name, {
      spec: { ...toGitee({}).spec, applications: null },
    });
    await untilRoute('the route about the repository again', ({ spec }) => spec.gitee !== undefined);
    await eventually('Argo CD to have nothing of it', async () => (await ourKeys()).length === 0);
  });

  it('leaves nothing behind when it is deleted', async () => {
    await stage.remove('nsub', TEAM.namespace, TEAM.name);
    await untilNoRoute();
  });
});
