import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NotificationSubscription } from '../../operator/api/kinds.ts';
import type { RelayRoute } from '../../operator/api/relay-route.ts';
import { namespace, robot, subscription } from '../../operator/api/testing/manifests.ts';
import {
  type ApplicationOptions,
  application,
  applyApplication,
  patchApplication,
  soon,
  syncFailed,
} from '../support/applications.ts';
import { AuditLog } from '../support/audit.ts';
import type { RunningProcess } from '../support/processes.ts';
import {
  capabilityOf,
  postedBody,
  postToDoor,
  type RelayPlace,
  startOperatorForRelay,
  startRelay,
} from '../support/relay.ts';
import { ARGOCD, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/**
 * Somebody has the capability and posts what Argo CD would never post. Who hears of it is decided by the routes alone. That a group
 * hears nothing shows only because it hears what comes later: a robot's messages keep their order.
 */

const HERE = 'https://kubernetes.default.svc';
const [TEAM, OTHER] = ['team-a', 'team-b'];
/** Its project is granted to the team. */
const OURS = { namespace: ARGOCD, project: 'a', destination: { server: HERE, namespace: 'apps' } };
const THEIRS = { ...OURS, project: 'b' };

const RELAY_USER = `system:serviceaccount:${ARGOCD}:argocd-dingtalk-relay`;

type Criteria = NotificationSubscription['spec']['applications'];

/** Subscriptions of the team by each criterion, an Application that each is about, and Applications that it is not about. */
const CRITERIA: Readonly<
  Record<string, readonly [Criteria, Partial<ApplicationOptions>, Partial<ApplicationOptions>[]]>
> = {
  'by-project': [
    { projects: ['p'] },
    { project: 'p' },
    [{ project: 'a' }, { project: 'P' }, { project: 'p*' }],
  ],
  'by-name': [{ names: ['pay-*'] }, { name: 'pay-web' }, [{ name: 'xpay-web' }, { name: 'pay' }]],
  'by-namespace': [{ namespaces: ['home'] }, { namespace: 'home' }, [{ namespace: 'homes' }, {}]],
  'by-destination': [
    { destinationNamespaces: ['live'] },
    { destination: { server: HERE, namespace: 'live' } },
    [{ destination: { server: HERE, namespace: 'alive' } }, { destination: { server: HERE } }],
  ],
  'by-cluster': [
    { clusters: ['in-cluster'], names: ['cluster-*'] },
    { name: 'cluster-here' },
    [{ name: 'cluster-other', destination: { server: 'https://other', namespace: 'apps' } }],
  ],
  'by-label': [
    { selector: { matchLabels: { tier: 'gold' } } },
    { labels: { tier: 'gold' } },
    [{ labels: { tier: 'golden' } }, { labels: { tiers: 'gold' } }],
  ],
};

let stage: Stage;
let place: RelayPlace;
let relay: RunningProcess;
let capability: string;
const tokens = new Map<string, string>();

/** A robot of a team and a subscription to it, both of this name. */
function group(
  where: { readonly namespace: string; readonly name: string },
  spec: object,
  delivery = 'Relay',
) {
  const { manifests, credentials } = realRobot(stage.dingtalk, where);
  tokens.set(`${where.namespace}/${where.name}`, credentials.token);
  return [manifests[0] as object, robot(where, { delivery }), subscription(where, spec)];
}

const OWN = { name: 'own', when: "app.status?.operationState?.phase == 'Failed'" };

beforeAll(async () => {
  stage = await startStage({ projects: ['a', 'b', 'p'], operator: false, audit: true });
  place = await startOperatorForRelay(stage, { tenancy: { projects: { a: [TEAM], p: [TEAM], b: [OTHER] } } });
  relay = await startRelay(stage, place);
  const wanted = [
    ...Object.entries(CRITERIA).map(([name, [applications]]) => [TEAM, name, { applications }] as const),
    [TEAM, 'own', { events: [OWN] }] as const,
    [TEAM, 'replay', { applications: { names: ['replay'] } }] as const,
    [TEAM, 'all', { applications: { names: ['late'] } }] as const,
    [OTHER, 'all', { applications: { names: ['claim', 'intruder'] } }] as const,
  ];
  const all = wanted.flatMap(([team, name, spec]) => group({ namespace: team, name }, spec));
  const direct = group({ namespace: TEAM, name: 'direct' }, { applications: { names: ['late'] } }, 'Direct');
  await stage.apply(namespace(TEAM), namespace(OTHER), ...all, ...direct);
  for (const [team, name] of wanted) await stage.conditions('nsub', team, name, { Merged: 'True/Merged' });
  await stage.conditions('nsub', TEAM, 'direct', { Merged: 'True/Merged' });
  capability = await capabilityOf(stage);
});
afterAll(async () => {
  await relay?.stop();
  await stage?.[Symbol.asyncDispose]();
});

/** What the people of a group have read. */
const readBy = (group: string) =>
  stage.dingtalk.requests.filter(({ token, errcode }) => token === tokens.get(group) && errcode === 0);

let made = 0;

/** The body of a post about a failed sync; each is another one. */
function failed(options: ApplicationOptions, event = 'on-sync-failed'): string {
  made += 1;
  const at = soon();
  const startedAt = new Date(at.getTime() - made * 1_000);
  const uid = `uid-${options.namespace}-${options.name}-${made}`;
  return postedBody(event, { ...options, uid } as ApplicationOptions, syncFailed(at, { startedAt }));
}

const post = (body: string) => postToDoor(place, capability, body);

/** Waits until a group has read about an Application, and expects that it has read of this one only. */
async function expectOnly(name: string, group: string): Promise<void> {
  await stage.dingtalk.waitForDelivery(
    ({ rawBody, token }) => token === tokens.get(group) && rawBody.includes(name),
    { describe: `the message about ${name} to ${group}` },
  );
  expect(readBy(group).map(({ body }) => (body as Markdown).markdown.title)).toEqual([
    `🔴 ${name} sync failed`,
  ]);
}

interface Markdown {
  readonly markdown: { readonly title: string };
}

describe('a forged post', () => {
  it.each(Object.entries(CRITERIA))(
    'of an Application that %s does not cover is not heard',
    async (group, given) => {
      const [, covered, strangers] = given;
      for (const [index, stranger] of strangers.entries())
        expect(await post(failed({ name: `stranger-${index}`, ...OURS, ...stranger }))).toBe(200);
      const app = { name: `covered-${group}`, ...OURS, ...covered };
      // The same, but of a project that is not the team's.
      expect(await post(failed({ ...app, project: 'none' }))).toBe(200);
      expect(await post(failed(app, 'on-deployed'))).toBe(200);
      expect(await post(failed(app, 'dt__on-sync-failed'))).toBe(200);
      expect(await post(failed(app, `dt_${TEAM}_${group}_on-sync-failed`))).toBe(200);
      expect(await post(failed(app))).toBe(202);
      await expectOnly(app.name, `${TEAM}/${group}`);
    },
  );

  it('of an event with a condition of a team is heard by this team, and about its Applications only', async () => {
    const event = `dt_${TEAM}_own_own`;
    expect(await post(failed({ name: 'x', ...THEIRS }, event))).toBe(200);
    expect(await post(failed({ name: 'x', ...OURS }, `dt_${OTHER}_own_own`))).toBe(200);
    expect(await post(failed({ name: 'x', ...OURS }, 'own'))).toBe(200);
    expect(await post(failed({ name: 'x', ...OURS }, `${event}_relay`))).toBe(200);
    expect(await post(failed({ name: 'mine', ...OURS }, event))).toBe(202);
    await stage.dingtalk.waitForDelivery(
      ({ rawBody, token }) => token === tokens.get(`${TEAM}/own`) && rawBody.includes('mine'),
    );
    expect(readBy(`${TEAM}/own`)).toHaveLength(1);
  });

  it('that says of an Application that it is another one is heard by those who cover the other one', async () => {
    const [ours, theirs] = [failed({ name: 'claim', ...OURS }), failed({ name: 'claim', ...THEIRS })];
    const apps = [ours, theirs].map((each) => JSON.stringify(JSON.parse(each).app));
    // Twice the same field: everybody reads the later one.
    expect(await post(`{"event":"on-sync-failed","app":${apps[0]},"app":${apps[1]}}`)).toBe(202);
    for (const project of [['a'], { a: 1 }, null, 1, '__proto__', "b' or true or 'x"]) {
      const { event, app } = JSON.parse(ours);
      expect(await post(JSON.stringify({ event, app: { ...app, spec: { ...app.spec, project } } }))).toBe(
        200,
      );
    }
    await expectOnly('claim', `${OTHER}/all`);
  });

  it('that is a repetition is heard once', async () => {
    const body = failed({ name: 'replay', ...OURS });
    const answers = [await post(body), await post(body), await post(body.replace('"context"', ' "context"'))];
    expect(answers).toEqual([202, 202, 202]);
    await expectOnly('replay', `${TEAM}/replay`);
  });
});

describe('an Application that subscribes itself', () => {
  it('to the keys of the relay and of a team is heard by its own team only', async () => {
    const subscribe = (trigger: string, service: string) => [
      `notifications.argoproj.io/subscribe.${trigger}.${service}`,
      '',
    ];
    const own = `dt_${TEAM}_own_own_relay`;
    const annotations = Object.fromEntries([
      subscribe('dt__on-sync-failed', `dt_${TEAM}_direct`),
      subscribe('dt__on-sync-failed', `dt_${TEAM}_own`),
      subscribe('dt__on-sync-failed', 'dt__relay'),
      subscribe(own, 'dt__relay'),
      subscribe(own, `dt_${TEAM}_direct`),
      subscribe(`dt_${TEAM}_direct_on-sync-failed`, 'dt__relay'),
    ]);
    const before = readBy(`${OTHER}/all`).length;
    const team = () => ['own', 'direct', 'all'].flatMap((name) => readBy(`${TEAM}/${name}`));
    const read = team().length;
    await applyApplication(stage.cp, application({ name: 'intruder', ...THEIRS, annotations }));
    await applyApplication(stage.cp, application({ name: 'late', ...OURS }));
    await patchApplication(stage.cp, ARGOCD, 'intruder', syncFailed(soon()));
    await stage.dingtalk.waitForDelivery(
      ({ rawBody, token }) => token === tokens.get(`${OTHER}/all`) && rawBody.includes('intruder'),
    );
    await stage.argocd().untilIdle();
    await patchApplication(stage.cp, ARGOCD, 'late', syncFailed(soon()));
    await stage.dingtalk.waitForDelivery(() => team().length >= read + 3, {
      describe: 'three messages about late',
    });
    expect(team().filter(({ rawBody }) => rawBody.includes('intruder'))).toEqual([]);
    expect(readBy(`${OTHER}/all`)).toHaveLength(before + 1);
  });
});

describe('the door', () => {
  const send = async (init: RequestInit, path = '/v1/argocd', base = place.url) => {
    const response = await fetch(`${base}${path}`, {
      method: 'POST',
      body: failed({ name: 'x', ...OURS }),
      ...init,
    });
    await response.text();
    return response.status;
  };
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  it('refuses what does not have the capability, or is no event', async () => {
    const account = await readFile(
      await stage.cp.serviceAccountKubeconfig(ARGOCD, 'argocd-dingtalk-relay'),
      'utf8',
    );
    const { users } = JSON.parse(account) as { users: { user: { token: string } }[] };
    const right = bearer(capability);
    const bad = capability.replace(/^./, (first) => (first === 'a' ? 'b' : 'a'));
    expect({
      none: await send({}),
      wrong: await send(bearer(bad)),
      shorter: await send(bearer(capability.slice(0, -1))),
      basic: await send({ headers: { authorization: `Basic ${capability}` } }),
      account: await send(bearer(users[0]?.user.token ?? '')),
      inUrl: await send({}, `/v1/argocd?token=${capability}`),
      get: await send({ ...right, method: 'GET', body: null }),
      put: await send({ ...right, method: 'PUT' }),
      huge: await send({ ...right, body: `"${'x'.repeat(2 * 1024 * 1024)}"` }),
      hugeWithout: await send({ body: `"${'x'.repeat(2 * 1024 * 1024)}"` }).catch(() => 401),
      text: await send({ ...right, body: 'no JSON' }),
      empty: await send({ ...right, body: '' }),
      deep: await send({ ...right, body: '['.repeat(100_000) }),
      noApp: await send({ ...right, body: '{"event":"on-sync-failed"}' }),
    }).toEqual({
      ...{ none: 401, wrong: 401, shorter: 401, basic: 401, account: 401, inUrl: 401 },
      ...{ get: 405, put: 405, huge: 413, hugeWithout: 401 },
      ...{ text: 422, empty: 422, deep: 422, noApp: 422 },
    });
  });

  it('is the only one that the capability opens', async () => {
    const right = bearer(capability);
    const ca = await readFile(stage.cp.caFile);
    const dispatcher = new Agent({ connect: { ca } });
    const path = `/api/v1/namespaces/${ARGOCD}/secrets`;
    const { statusCode, body } = await request(`${stage.cp.server}${path}`, { ...right, dispatcher });
    await body.dump();
    await dispatcher.close();
    expect(statusCode).toBe(401);
    for (const other of ['/', '/readyz', '/metrics', '/v1', '/v1/argocd/', '/v1/argocd/x'])
      expect([other, await send(right, other)]).toEqual([other, 404]);
    expect(await send(right, '/v1/argocd', place.healthUrl)).toBeOneOf([404, 405]);
  });
});

describe('after all of this', () => {
  it('each group has read what it covers, and nothing else', () => {
    const named = (group: string) => [
      ...new Set(
        readBy(group).map(({ body }) => /^🔴 (\S+) sync failed/.exec((body as Markdown).markdown.title)?.[1]),
      ),
    ];
    const covered = Object.entries(CRITERIA).map(([name, [, app]]) => [
      `${TEAM}/${name}`,
      [app.name ?? `covered-${name}`],
    ]);
    const replayed = [`${TEAM}/replay`, ['replay']];
    expect([...covered, replayed].map(([group]) => [group, named(group as string)])).toEqual([
      ...covered,
      replayed,
    ]);
  });

  it('the relay has read no Secret but the capability and those that routes name', async () => {
    const routes = await stage.cp.list<RelayRoute>('relayroutes', ARGOCD);
    const named = routes.flatMap(({ spec }) =>
      spec.robots.flatMap(({ namespace: team, webhook, signing }) =>
        [webhook, ...(signing ? [signing] : [])].map((secret) => `get ${team}/${secret.name}`),
      ),
    );
    const read = new AuditLog(stage.cp.dir)
      .requests()
      .filter(({ user, resource }) => user === RELAY_USER && resource === 'secrets')
      .map(({ verb, namespace: team, name }) => `${verb} ${team}/${name}`);
    // The one of the direct robot is there, too, and the relay might read it.
    expect(named).not.toContain(`get ${TEAM}/direct`);
    expect(new Set(read)).toEqual(new Set([...named, `get ${ARGOCD}/argocd-notifications-secret`]));
  });
});
