import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, robot, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { soon, syncFailed } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { installArgoCD } from '../support/argocd.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const PROJECT = 'shared';
const GRANT = 'argocd-dingtalk.io/namespaces';
const IN_CLUSTER = 'https://kubernetes.default.svc';
/** One team is served, one is not though it has the label, and one watches that something goes on meanwhile. */
const [TEAM, DENIED, WITNESS] = ['team', 'denied-team', 'witness'];
const TENANCY = {
  namespaceSelector: { matchLabels: { notify: 'on' } },
  deniedNamespaces: ['denied-*'],
  clusters: { staging: ['te*'] },
};
const TRIGGER = `trigger.dt_${TEAM}_robot_on-sync-failed`;

let stage: Stage;
let deniedToken: string;
beforeAll(async () => {
  stage = await startStage({ projects: [PROJECT], operator: { tenancy: TENANCY } });
  for (const team of [TEAM, DENIED, WITNESS]) {
    const where = { namespace: team, name: 'robot' };
    const { manifests, credentials } = realRobot(stage.dingtalk, where);
    // Nobody else's robot is sent a test message, so the denied one would be noticed.
    const spec = team === DENIED ? { verify: 'OnChange' } : {};
    if (team === DENIED) deniedToken = credentials.token;
    await stage.apply(labelled(team), ...manifests.slice(0, 1), robot(where, spec), subscription(where));
  }
  await stage.conditions('nsub', TEAM, 'robot', { Ready: 'True/Ready' });
  await stage.conditions('nsub', WITNESS, 'robot', { Ready: 'True/Ready' });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const labelled = (name: string) => {
  const { metadata, ...rest } = namespace(name);
  return { ...rest, metadata: { ...metadata, labels: { notify: 'on' } } };
};

const keys = async (): Promise<Readonly<Record<string, string>>> => {
  const { data = {} } = await stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm');
  return data;
};
/** Waits until the team's condition reads so. */
const condition = (what: string, holds: (text: string) => boolean) =>
  eventually(`the condition ${what}`, async () => {
    const text = (await keys())[TRIGGER];
    return text !== undefined && holds(text) && text;
  });
const annotate = (value: string | null) =>
  stage.cp.merge('appproject', ARGOCD, PROJECT, { metadata: { annotations: { [GRANT]: value } } });

type Where = Partial<Parameters<typeof application>[0]>;
const create = (name: string, where: Where) =>
  applyApplication(stage.cp, application({ name, namespace: ARGOCD, ...where }));

/**
 * Lets the syncs of these applications fail, touches others, and then has something happen that everybody who is served
 * hears of: Argo CD works through its queue in order, so what was not heard by then is not to come any more.
 * @returns of which applications was heard, once the moment of the failures is over
 */
async function heardOf(failing: readonly string[], touched: readonly string[] = []): Promise<string[]> {
  const seen = stage.dingtalk.requests.length;
  const canary = `canary-${seen}`;
  for (const name of touched) {
    await patchApplication(stage.cp, ARGOCD, name, { metadata: { annotations: { touched: canary } } });
  }
  const at = soon();
  for (const name of failing) await patchApplication(stage.cp, ARGOCD, name, syncFailed(at));
  await create(canary, { destination: { server: IN_CLUSTER, namespace: WITNESS } });
  await patchApplication(stage.cp, ARGOCD, canary, syncFailed(at));
  await stage.dingtalk.waitForDelivery(({ rawBody }) => rawBody.includes(`${canary} sync failed`));
  await eventually('the moment of the failures to be over', () => Date.now() > at.getTime() + 1_000);
  return stage.dingtalk.requests
    .slice(seen)
    .map(({ body }) => (body as { markdown: { title: string } }).markdown.title.split(' ')[1] ?? '')
    .filter((name) => name !== canary);
}

const NOBODYS = { server: IN_CLUSTER, namespace: 'nobodys' };

describe('a namespace', () => {
  it('hears of its name in another cluster where the admin says so, and of no project without a grant', async () => {
    for (const name of ['granted', 'granted-before']) {
      await create(name, { project: PROJECT, destination: NOBODYS });
    }
    await create('abroad', { destination: { name: 'staging', namespace: TEAM } });
    await create('far', { destination: { name: 'production', namespace: TEAM } });
    await create('farther', { destination: { server: 'https://10.0.0.1:6443', namespace: TEAM } });
    expect(await heardOf(['granted', 'granted-before', 'abroad', 'far', 'farther'])).toEqual(['abroad']);
  });
});

describe('a grant on the AppProject', () => {
  it('takes effect at once, tells nothing of before, and names what is wrong in it', async () => {
    await annotate(`${TEAM},Team B`);
    await condition('to have the grant', (text) => text.includes(`in ['${PROJECT}']`));
    expect(await heardOf(['granted'], ['granted-before'])).toEqual(['granted']);

    const items = await stage.cp.list<{ reason: string }>('events.events.k8s.io', ARGOCD);
    expect(items.filter(({ reason }) => reason === 'InvalidGrant')).toEqual([
      expect.objectContaining({
        regarding: expect.objectContaining({ kind: 'AppProject', name: PROJECT }),
        note: expect.stringContaining('grant nothing: "Team B"'),
      }),
    ]);
  });

  it('is over as soon as it is withdrawn, whatever a Namespace or an Application says, and may come back', async () => {
    await stage.cp.merge('namespace', '', TEAM, { metadata: { annotations: { [GRANT]: '*' } } });
    await create('granted', { project: PROJECT, annotations: { [GRANT]: TEAM }, destination: NOBODYS });
    await annotate(null);
    await condition('to be without the grant', (text) => !text.includes(PROJECT));
    expect(await heardOf(['granted'])).toEqual([]);
    await annotate('te?m');
    await condition('to have the grant again', (text) => text.includes(PROJECT));
    expect(await heardOf([], ['granted'])).toEqual([]);
  });
});

describe('a namespace that is not served', () => {
  const CRS = [
    ['robots', 'robot'],
    ['nsub', 'robot'],
  ] as const;
  const versions = (team: string) =>
    Promise.all(
      CRS.map(async ([kind, name]) => {
        const { metadata, status } = await stage.get<KubernetesResource>(kind, team, name);
        return { version: metadata.resourceVersion, status };
      }),
    );
  /** How many Secrets the API server has given out so far, one by one. */
  async function secretReads(): Promise<number> {
    const metrics = (await stage.cp.kubectl(['get', '--raw', '/metrics'])).split('\n');
    return metrics
      .filter((line) => /^apiserver_request_total\{.*resource="secrets".*verb="GET"/.test(line))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }
  /** Has the operator do something that comes after all that it has to do now. */
  async function later(name: string): Promise<void> {
    const where = { namespace: WITNESS, name };
    await stage.apply(...realRobot(stage.dingtalk, where).manifests);
    await stage.conditions('robots', WITNESS, name, { Ready: 'True/Ready' });
  }

  it('because it is denied, has its Secrets left alone, even if somebody asks for them to be read', async () => {
    const before = await secretReads();
    const readAgain = (team: string, value: string) =>
      stage.cp.merge('robots', team, 'robot', {
        metadata: { annotations: { 'argocd-dingtalk.io/reconcile-at': value } },
      });
    await readAgain(DENIED, '1');
    for (const count of [1, 2]) {
      await readAgain(TEAM, `${count}`);
      await eventually('its Secret to be read again', async () => (await secretReads()) >= before + count);
    }
    // The second reading comes after all that the first round could have read.
    expect(await secretReads()).toBe(before + 2);
  });

  it('because it is denied, is left alone', async () => {
    await later('first');
    expect((await versions(DENIED)).map(({ status }) => status)).toEqual([undefined, undefined]);
    expect(Object.keys(await keys()).filter((key) => key.includes(DENIED))).toEqual([]);
    expect(stage.dingtalk.requests.filter(({ token }) => token === deniedToken)).toEqual([]);
  });

  it('because it lost its label, loses its keys and is told so once; with the label, all is back but the past', async () => {
    for (const name of ['shop', 'shop-before']) {
      await create(name, { destination: { server: IN_CLUSTER, namespace: TEAM } });
    }
    await stage.cp.merge('namespace', '', TEAM, { metadata: { labels: { notify: null } } });
    const ours = async () => {
      const { data: secret = {} } = await stage.get<KubernetesResource>(
        'secret',
        ARGOCD,
        'argocd-notifications-secret',
      );
      return [...Object.entries(await keys()), ...Object.entries(secret)].filter((pair) =>
        pair.join().includes(`dt_${TEAM}_`),
      );
    };
    await eventually('its keys to be gone', async () => (await ours()).length === 0);
    const { status } = await stage.conditions('nsub', TEAM, 'robot', { Ready: 'False/NamespaceNotSelected' });
    expect(status).not.toHaveProperty('installation');
    await stage.conditions('robots', TEAM, 'robot', { Ready: 'False/NamespaceNotSelected' });
    const told = await versions(TEAM);
    await later('second');
    expect(await versions(TEAM)).toEqual(told);
    expect(await heardOf(['shop-before'])).toEqual([]);

    const reloads = () =>
      stage
        .argocd()
        .output()
        .split('invalidated cache for resource in namespace: argocd with the name: argocd-notifications-cm')
        .length;
    const before = reloads();
    await stage.cp.merge('namespace', '', TEAM, { metadata: { labels: { notify: 'on' } } });
    await condition('to be back', () => true);
    await eventually('Argo CD to have loaded it', () => reloads() > before);
    expect(await heardOf(['shop'], ['shop-before'])).toEqual(['shop']);
  });

  it('is told so where the configuration wants it', async () => {
    await stage.restartOperator({ tenancy: { ...TENANCY, reportUnselected: true, mode: 'open' } });
    const shown = { Ready: 'False/NamespaceNotSelected', Accepted: 'False/NamespaceNotSelected' };
    await stage.conditions('robots', DENIED, 'robot', shown);
    await stage.conditions('nsub', DENIED, 'robot', { ...shown, Merged: 'False/NotAccepted' });
  });
});

describe('an open installation', () => {
  it('lets every namespace that is served hear of every application', async () => {
    await condition('to be without a fence', (text) => text.includes('"(true) and '));
    await create('anywhere', { project: PROJECT, destination: { name: 'far', namespace: 'nobodys' } });
    // Once for each of the two teams.
    expect(await heardOf(['anywhere'])).toEqual(['anywhere', 'anywhere']);
  });
});

describe('an installation that does not trust destinations', () => {
  it('has no message about an application whose author claims a namespace, and those of granted projects', async () => {
    const claimed = { project: 'elsewhere', destination: { server: IN_CLUSTER, namespace: TEAM } };
    for (const name of ['claimed', 'claimed-before']) await create(name, claimed);
    const { clusters: _, ...tenancy } = TENANCY;
    const projects = { default: [WITNESS] };
    await stage.restartOperator({ tenancy: { ...tenancy, projects, destinations: 'Ignored' } });
    // Of an open installation's, which was before, neither is in the condition.
    await condition(
      'to be without destinations',
      (text) => text.includes("namespace == 'team'") && !text.includes('destination'),
    );
    expect(await heardOf(['claimed', 'granted'], ['claimed-before'])).toEqual(['granted']);
  });
});

describe('without AppProjects', () => {
  it('the operator runs, and takes them into account once there are any', async () => {
    await stage.cp.kubectl(['delete', 'crd', 'appprojects.argoproj.io']);
    await stage.restartOperator({ tenancy: TENANCY });
    await condition('to have no grant', (text) => text.includes("namespace == 'team'"));
    const lines = stage
      .operator()
      .output()
      .split('\n')
      .filter((line) => line.includes('appprojects'));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'info', cache: 'appprojects' }),
    ]);
    await installArgoCD(stage.cp, { namespace: ARGOCD, projects: [PROJECT] });
    await annotate(TEAM);
    await condition('to have the grant', (text) => text.includes(`in ['${PROJECT}']`));
  });
});
