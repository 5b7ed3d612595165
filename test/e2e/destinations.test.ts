import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NotificationSubscription } from '../../operator/api/kinds.ts';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { soon, syncFailed } from '../support/application-states.ts';
import { application, applyApplication, patchApplication } from '../support/applications.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/**
 * A hundred and twenty subscriptions to one application. Argo CD remembers a hundred sends for an application: with all of
 * them in its configuration it sent 3 887 messages about one failed sync within twenty seconds, and did not stop.
 */

const PROJECT = 'shared';
const GREEDY = { team: 'team-greedy', subscriptions: 40 };
const OTHERS = Array.from({ length: 8 }, (_, index) => ({ team: `team-${index}`, subscriptions: 10 }));
/** DingTalk takes twenty messages a minute from a robot, and there are three syncs. */
const PER_ROBOT = 5;
const BIG = 'big';
const WATCHED = 'watched';

let stage: Stage;
let canaryToken: string;
const tokens = new Set<string>();

beforeAll(async () => {
  const tenancy = { projects: { [PROJECT]: ['team-*'] } };
  stage = await startStage({ projects: [PROJECT], operator: { tenancy } });
  await applyApplication(stage.cp, application({ name: BIG, namespace: ARGOCD, project: PROJECT }));
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** A team's namespace, with its robots and subscriptions to the project. */
function teamOf({ team, subscriptions }: typeof GREEDY): object[] {
  const robots = Array.from({ length: Math.ceil(subscriptions / PER_ROBOT) }, (_, index) =>
    realRobot(stage.dingtalk, { namespace: team, name: `r${index}` }),
  );
  for (const { credentials } of robots) tokens.add(credentials.token);
  const all = Array.from({ length: subscriptions }, (_, index) =>
    subscription(
      { namespace: team, name: `s${index}` },
      {
        robots: [{ name: `r${Math.floor(index / PER_ROBOT)}` }],
        applications: { projects: [PROJECT] },
      },
    ),
  );
  return [namespace(team), ...robots.flatMap(({ manifests }) => manifests), ...all];
}

type Judged = NotificationSubscription & KubernetesResource;

/** Ready's reason and message of all subscriptions to the project, once they all have one and it is final. */
const judged = (count: number) =>
  eventually(
    `${count} subscriptions to be judged`,
    async () => {
      const items = await stage.cp.list<Judged>('nsub');
      const ready = items
        .filter(({ metadata }) => metadata.namespace !== WATCHED)
        .flatMap(({ metadata, status }) =>
          (status?.conditions ?? [])
            .filter(({ type, reason }) => type === 'Ready' && reason !== 'Pending')
            .map(({ reason, message }) => ({ namespace: metadata.namespace, reason, message })),
        );
      const isFinal = ready.every(({ reason }) => reason === 'Ready' || reason === 'TooManyDestinations');
      if (ready.length === count && isFinal) return ready;
      throw new Error(JSON.stringify(ready.map(({ reason }) => reason)));
    },
    { timeoutMs: 30_000 },
  );

const aboutBig = () => stage.dingtalk.requests.filter(({ token = '' }) => tokens.has(token));
const versionOfBig = async () =>
  (await stage.get('applications.argoproj.io', ARGOCD, BIG)).metadata.resourceVersion;

/**
 * Argo CD's controller learns of a configuration a little after it was written, and does not look at its Applications for it. The
 * canary's subscription is the newest; once Argo CD knows it, it knows all others.
 */
async function untilArgoCDKnowsAll(): Promise<void> {
  const elsewhere = { namespace: WATCHED, name: 'canary' };
  const { manifests, credentials } = realRobot(stage.dingtalk, elsewhere);
  canaryToken = credentials.token;
  await stage.apply(namespace(WATCHED), ...manifests, subscription(elsewhere));
  await stage.conditions('nsub', WATCHED, 'canary', { Ready: 'True/Ready' });
  await failOne('first');
  await eventually('a message about the first one', async () => {
    await patchApplication(stage.cp, ARGOCD, 'first', {
      metadata: { annotations: { touched: `${Date.now()}` } },
    });
    return stage.dingtalk.requests.some(({ token }) => token === canaryToken);
  });
  await stage.argocd().untilIdle();
}

/** An Application that only the canary's subscription is about, with a sync that has failed. */
async function failOne(name: string): Promise<void> {
  const destination = { server: 'https://kubernetes.default.svc', namespace: WATCHED };
  await applyApplication(stage.cp, application({ name, namespace: ARGOCD, destination }));
  await patchApplication(stage.cp, ARGOCD, name, syncFailed(soon()));
}

let round = 0;
/**
 * Has Argo CD's controller look at the application again and then at another one. It works through its queue in order,
 * so once the message about the other one is there, all that the first one was to cause has come.
 */
async function settle(): Promise<{ readonly touched: string; readonly settled: string }> {
  const canary = `canary-${++round}`;
  await patchApplication(stage.cp, ARGOCD, BIG, { metadata: { annotations: { touched: canary } } });
  const touched = await versionOfBig();
  await failOne(canary);
  await stage.dingtalk.waitForDelivery(
    ({ token, rawBody }) => token === canaryToken && rawBody.includes(`${canary} sync failed`),
  );
  return { touched, settled: await versionOfBig() };
}

it('refuses one team what is more than its share, and all teams what is more than Argo CD remembers', async () => {
  await stage.apply(...teamOf(GREEDY));
  const first = await judged(GREEDY.subscriptions);
  expect(first.filter(({ reason }) => reason === 'Ready').length).toBe(25);
  await stage.apply(...OTHERS.flatMap(teamOf));
  const all = await judged(GREEDY.subscriptions + 80);
  const admitted = all.filter(({ reason }) => reason === 'Ready');
  expect(admitted.filter(({ namespace }) => namespace === GREEDY.team).length).toBe(25);
  expect(admitted.length).toBe(40);
  const refused = all.filter(({ reason }) => reason === 'TooManyDestinations');
  expect(refused.length).toBe(80);
  for (const { namespace, message } of refused) {
    const what =
      namespace === GREEDY.team
        ? /25 destinations from the subscriptions of namespace team-greedy\. /
        : /40 destinations from all subscriptions of the namespaces that project shared is granted to\. /;
    expect(message).toMatch(what);
  }
  await untilArgoCDKnowsAll();
});

it.each([1, 2, 3])(
  'has Argo CD tell of sync %i once, whatever it remembers of earlier ones',
  async (sync) => {
    const before = aboutBig().length;
    // Argo CD forgets what is older by whole seconds, and syncs do not follow each other within one.
    const end = soon().getTime();
    await eventually('the second of the last sync to be over', () => Date.now() > end);
    // No two operations begin in the same second.
    const startedAt = new Date(Date.now() - 60_000 + sync * 5_000);
    await patchApplication(stage.cp, ARGOCD, BIG, syncFailed(soon(), { startedAt }));
    await eventually('all messages about it', () => aboutBig().length >= before + 40);
    await stage.argocd().untilIdle();
    await settle();
    const { touched, settled } = await settle();
    expect(aboutBig().length).toBe(before + 40);
    expect(new Set(aboutBig().map(({ errcode }) => errcode))).toEqual(new Set([0]));
    // Argo CD has noted nothing more, which would have it look again.
    expect(settled).toBe(touched);
  },
);
