import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApplicationSubscription } from '../../operator/api/kinds.ts';
import { namespace, robot, subscription, typedTemplate } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import {
  type ApplicationOptions,
  application,
  applyApplication,
  patchApplication,
  soon,
  syncFailed,
} from '../support/applications.ts';
import {
  ANNOTATIONS,
  ESCAPES,
  INTRUDER,
  LABEL,
  OTHER_CLUSTER,
  PROJECT,
  ROUTES,
  SIDES,
  TIME_ESCAPES,
  TRUE_CONDITIONS,
  VICTIM,
  WIDE_CRITERIA,
} from '../support/intruder.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/**
 * One team tries every way to another team's robot, template, Secret and applications. That nothing comes of it shows only
 * because all else does: each attempt that the operator takes has a group of its own, which hears of the intruder's own
 * application; the victim's group hears of the victim's; and a watcher, whom the admin has granted all projects, hears of
 * every application, the ones included that nobody else may hear of. Argo CD works through its queue in order: once a
 * later message is there, all that an earlier event was to cause has come.
 */

const HERE = 'https://kubernetes.default.svc';
const FRIEND = 'team-c';
const WATCHER = 'watcher';
const OWN = 'alpha-own';
const OF_VICTIM = ['bravo-app', 'bravo-home'];
/** They deploy to a namespace of the intruder's name, on another cluster. */
const TWINS = ['twin-by-server', 'twin-by-name'];

const APPLICATIONS: readonly ApplicationOptions[] = [
  { name: OWN, namespace: ARGOCD, destination: { server: HERE, namespace: INTRUDER } },
  { name: 'bravo-app', namespace: ARGOCD, destination: { server: HERE, namespace: VICTIM } },
  { name: 'bravo-home', namespace: VICTIM, destination: { server: OTHER_CLUSTER, namespace: INTRUDER } },
  { name: 'twin-by-server', namespace: ARGOCD, destination: { server: OTHER_CLUSTER, namespace: INTRUDER } },
  { name: 'twin-by-name', namespace: ARGOCD, destination: { name: 'other', namespace: INTRUDER } },
  { name: 'charlie', namespace: ARGOCD, destination: { server: HERE, namespace: FRIEND } },
];

let stage: Stage;
/** The tokens of groups, `namespace/robot`. */
const tokens = new Map<string, string>();

/** A robot on both sides, with further fields of its spec. */
function group(where: { readonly namespace: string; readonly name: string }, spec: object = {}): object[] {
  const { manifests, credentials } = realRobot(stage.dingtalk, where);
  tokens.set(`${where.namespace}/${where.name}`, credentials.token);
  return [manifests[0] as object, robot(where, spec)];
}

const requestsTo = (name: string) =>
  stage.dingtalk.requests.filter(({ token }) => token === tokens.get(name));
/** What its people have read. */
const readBy = (name: string) => requestsTo(name).filter(({ errcode }) => errcode === 0);
const about = (app: string) => (each: { readonly rawBody: string }) =>
  new RegExp(`\\b${app}(?![-\\w])`).test(each.rawBody);

const sharedWithFriend = { sharedWith: { namespaces: [FRIEND, 'team-?x', 'team'] } };
const words = (spec: object = sharedWithFriend) =>
  typedTemplate(
    { namespace: VICTIM, name: 'words' },
    { ...spec, message: { text: { content: 'words of the victim about {{app.metadata.name}}' } } },
  );
const victimsRobot = (spec: object = sharedWithFriend) => robot({ namespace: VICTIM, name: 'b' }, spec);

const bySubscription = (name: string, spec: Partial<ApplicationSubscription['spec']> = {}) =>
  subscription({ namespace: INTRUDER, name }, spec);
const own = { robots: [{ name: 'own' }] };

/** Attempts that are no mistake, each with a group of its own. */
const ALLOWED: Readonly<Record<string, Partial<ApplicationSubscription['spec']>>> = {
  ...Object.fromEntries(
    Object.entries(WIDE_CRITERIA).map(([name, applications]) => [`by-${name}`, { applications }]),
  ),
  ...Object.fromEntries(
    Object.entries(TRUE_CONDITIONS).map(([name, when]) => [
      `if-${name}`,
      { events: [{ name: 'own', when }] },
    ]),
  ),
};

/** Attempts that are refused, with the reason. */
const REFUSED: Readonly<Record<string, readonly [RegExp, Partial<ApplicationSubscription['spec']>]>> = {
  ...Object.fromEntries(
    Object.entries(ESCAPES).map(([name, when]) => [
      `escape-${name}`,
      [/^(EngineRefused|ExpressionNotAllowed)$/, { ...own, events: [{ name: 'own', when }] }] as const,
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(TIME_ESCAPES).map(([name, fields]) => [
      `escape-time-${name}`,
      [
        /^(EngineRefused|ExpressionNotAllowed)$/,
        { ...own, events: [{ name: 'own', when: 'true', ...fields }] },
      ] as const,
    ]),
  ),
  'robot-of-b': [/^RobotNotFound$/, { robots: [{ name: 'b', namespace: VICTIM }] }],
  'robot-of-b-besides': [/^RobotNotFound$/, { robots: [{ name: 'own' }, { name: 'b', namespace: VICTIM }] }],
  'robot-that-is-not': [/^RobotNotFound$/, { robots: [{ name: 'nobody', namespace: VICTIM }] }],
  'words-of-b': [
    /^TemplateNotFound$/,
    { ...own, events: [{ trigger: 'on-sync-failed', template: { name: 'words', namespace: VICTIM } }] },
  ],
  'words-that-are-not': [
    /^TemplateNotFound$/,
    { ...own, events: [{ trigger: 'on-sync-failed', template: { name: 'nobody', namespace: VICTIM } }] },
  ],
};

beforeAll(async () => {
  const tenancy = { projects: { '*': [WATCHER] } };
  stage = await startStage({
    projects: [PROJECT],
    applicationNamespaces: [INTRUDER, VICTIM],
    operator: { tenancy },
  });
  // As Argo CD writes them for managedNamespaceMetadata, at the word of whoever may create an Application.
  const writable = (name: string) => ({
    ...namespace(name),
    metadata: {
      name,
      labels: { team: VICTIM, 'argocd-dingtalk.io/shared': 'true' },
      annotations: ANNOTATIONS.grants,
    },
  });
  await stage.apply(...[INTRUDER, VICTIM, FRIEND].map(writable), namespace(WATCHER));
  await stage.apply(
    {
      ...{ apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject' },
      metadata: { name: PROJECT, namespace: ARGOCD, annotations: ANNOTATIONS.project },
      spec: {
        sourceRepos: ['*'],
        sourceNamespaces: ['*'],
        destinations: [{ server: '*', name: '*', namespace: '*' }],
      },
    },
    ...group({ namespace: WATCHER, name: 'w' }),
    subscription({ namespace: WATCHER, name: 'w' }),
    ...group({ namespace: VICTIM, name: 'b' }, sharedWithFriend),
    words(),
    subscription(
      { namespace: VICTIM, name: 'b' },
      { events: [{ trigger: 'on-sync-failed', template: { name: 'words' } }] },
    ),
    ...group({ namespace: FRIEND, name: 'c' }),
    ...group({ namespace: FRIEND, name: 'words' }),
    subscription(
      { namespace: FRIEND, name: 'c' },
      { robots: [{ name: 'c' }, { name: 'b', namespace: VICTIM }] },
    ),
    subscription(
      { namespace: FRIEND, name: 'words' },
      { events: [{ trigger: 'on-sync-failed', template: { name: 'words', namespace: VICTIM } }] },
    ),
    // What the intruder shares is the intruder's own: it gives the intruder nothing.
    ...group({ namespace: INTRUDER, name: 'own' }, { sharedWith: { namespaces: ['*'] } }),
    ...SIDES.flatMap((name) => group({ namespace: INTRUDER, name })),
    ...ROUTES.map((name) => bySubscription(name, own)),
    ...Object.entries(ALLOWED).flatMap(([name, spec]) => [
      ...group({ namespace: INTRUDER, name }),
      bySubscription(name, spec),
    ]),
    ...Object.entries(REFUSED).map(([name, [, spec]]) => bySubscription(name, spec)),
  );
  for (const [where, name] of [
    [WATCHER, 'w'],
    [VICTIM, 'b'],
    [FRIEND, 'c'],
    [FRIEND, 'words'],
  ] as const)
    await stage.conditions('nsub', where, name, { Ready: 'True/Ready' });
  for (const name of [...ROUTES, ...Object.keys(ALLOWED)])
    await stage.conditions('nsub', INTRUDER, name, { Ready: 'True/Ready' });

  for (const options of APPLICATIONS) {
    const annotations = {
      ...ANNOTATIONS.grants,
      ...(options.name === OWN && ANNOTATIONS.application),
    };
    const app = application({ ...options, project: PROJECT, labels: LABEL, annotations });
    await applyApplication(stage.cp, app);
  }
  // The intruder's own comes last, and then the victim's once more: by then all has come that was to come of the others.
  for (const name of [...OF_VICTIM, ...TWINS, OWN]) await fail(name);
  for (const name of Object.keys(ALLOWED)) {
    await stage.dingtalk.waitForDelivery(
      (each) => each.token === tokens.get(`${INTRUDER}/${name}`) && about(OWN)(each),
      { describe: `${name}'s own message` },
    );
  }
  await fail('bravo-app');
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

let failures = 0;
/** Has a sync of an application fail, and waits until the watcher has read of it. */
async function fail(name: string): Promise<void> {
  const { namespace: where } = APPLICATIONS.find((each) => each.name === name) as ApplicationOptions;
  const before = readBy(`${WATCHER}/w`).filter(about(name)).length;
  const at = soon();
  // No two operations begin in the same second.
  const startedAt = new Date(at.getTime() - 60_000 - ++failures * 5_000);
  await patchApplication(stage.cp, where, name, syncFailed(at, { startedAt }));
  await eventually(`the watcher to hear of ${name}`, () => {
    return readBy(`${WATCHER}/w`).filter(about(name)).length > before;
  });
}

describe('whoever may hear of an application', () => {
  it('does, or the rest of this would prove nothing', () => {
    for (const { name } of APPLICATIONS.filter(({ name }) => name !== 'charlie')) {
      expect(readBy(`${WATCHER}/w`).some(about(name)), name).toBe(true);
    }
    for (const name of OF_VICTIM) expect(readBy(`${VICTIM}/b`).some(about(name)), name).toBe(true);
  });
});

describe('a subscription of one team', () => {
  it.each(Object.keys(ALLOWED))('%s hears of the team’s own application and of no other', (name) => {
    const messages = readBy(`${INTRUDER}/${name}`);
    expect(messages.filter(about(OWN))).not.toEqual([]);
    expect(messages.filter((each) => [...OF_VICTIM, ...TWINS].some((app) => about(app)(each)))).toEqual([]);
  });

  it.each(Object.entries(REFUSED))('%s is refused', async (name, [reason]) => {
    const { status } = await stage.get<KubernetesResource>('nsub', INTRUDER, name);
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({ status: 'False', reason: expect.stringMatching(reason) });
  });

  it('is told the same of what it may not use and of what is not there', async () => {
    const shown = async (name: string, what: string) => {
      const { status } = await stage.get<KubernetesResource>('nsub', INTRUDER, name);
      const conditions = status?.conditions?.map(({ lastTransitionTime: _, ...each }) => each);
      return JSON.stringify({ ...status, conditions })
        .replaceAll(` ${what} `, ' WHAT ')
        .replaceAll(`/${what}"`, '/WHAT"');
    };
    expect(await shown('robot-of-b', 'b')).toBe(await shown('robot-that-is-not', 'nobody'));
    expect(await shown('words-of-b', 'words')).toBe(await shown('words-that-are-not', 'nobody'));
  });

  it('has no key in Argo CD’s configuration that names what is another team’s', async () => {
    const { data = {} } = await stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm');
    const ofIntruder = Object.entries(data).filter(([key]) => key.includes(`.dt_${INTRUDER}_`));
    expect(ofIntruder.length).toBeGreaterThan(50);
    expect(ofIntruder.filter(([, value]) => /dt_team-b_|words of the victim/.test(value))).toEqual([]);
    const entries = (data.subscriptions ?? '').split('\n').filter((line) => line.includes(`dt_${INTRUDER}_`));
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.filter((line) => line.includes(`dt_${VICTIM}_`))).toEqual([]);
  });
});

describe('the victim’s group', () => {
  it('reads of the victim’s applications, in the victim’s words, and nothing else', () => {
    const texts = readBy(`${VICTIM}/b`).map(({ body }) => body);
    const said = (name: string) => ({
      msgtype: 'text',
      text: { content: `words of the victim about ${name}` },
    });
    expect(texts).toEqual(
      ['bravo-app', 'bravo-home', 'bravo-app'].map((name) => expect.objectContaining(said(name))),
    );
  });

  it('is spared what annotations route to it: DingTalk refuses a request without a message', () => {
    const refused = requestsTo(`${VICTIM}/b`).filter(({ errcode }) => errcode !== 0);
    // By an Application in two ways, and by its AppProject: the annotations do take effect.
    expect(refused.map(({ method, errcode, rawBody }) => ({ method, errcode, rawBody }))).toEqual(
      ROUTES.map(() => ({ method: 'GET', errcode: 43002, rawBody: '' })),
    );
  });

  it('is not overheard by annotations that route the victim’s events elsewhere', () => {
    expect(requestsTo(`${INTRUDER}/side`)).toEqual([]);
    // By the AppProject, which is no team's to write, the event comes, but without the message.
    const byProject = requestsTo(`${INTRUDER}/by-project`);
    expect(byProject.map(({ method, errcode, rawBody }) => ({ method, errcode, rawBody }))).toEqual(
      [...OF_VICTIM, 'bravo-app'].map(() => ({ method: 'GET', errcode: 43002, rawBody: '' })),
    );
  });
});

describe('a Secret of another namespace', () => {
  const thief = { namespace: INTRUDER, name: 'thief' };
  const naming = (secretKeyRef: object) => ({
    ...robot(thief),
    spec: { webhook: { secretKeyRef } },
  });
  const apply = (manifest: object, ...flags: string[]) =>
    stage.cp.tryKubectl(['apply', ...flags, '-f', '-'], JSON.stringify(manifest));

  it.each([
    [
      'a namespace',
      { name: 'b', key: 'webhook', namespace: VICTIM },
      /unknown field "spec\.webhook\.secretKeyRef\.namespace"/,
    ],
    ['a path', { name: `${VICTIM}/b`, key: 'webhook' }, /secretKeyRef\.name: Invalid value/],
    ['a path upwards', { name: `../${VICTIM}/b`, key: 'webhook' }, /secretKeyRef\.name: Invalid value/],
    ['a path as key', { name: 'own', key: `../../${VICTIM}/b/webhook` }, /secretKeyRef\.key: Invalid value/],
  ])('cannot be named by %s', async (_, secretKeyRef, message) => {
    const { code, stderr } = await apply(naming(secretKeyRef));
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });

  it('is not read for a client that sends the field all the same', async () => {
    const { code } = await apply(
      naming({ name: 'b', key: 'webhook', namespace: VICTIM }),
      '--validate=false',
    );
    expect(code).toBe(0);
    const stored = await stage.conditions('robots', INTRUDER, 'thief', {
      Ready: 'False/CredentialsNotFound',
    });
    const { spec, status } = stored as KubernetesResource & { readonly spec: object };
    expect(spec).toMatchObject({ webhook: { secretKeyRef: { name: 'b', key: 'webhook' } } });
    expect(JSON.stringify([spec, status])).not.toContain(VICTIM);
  });

  it.each([
    [
      'a robot',
      bySubscription('x', { robots: [{ name: `${VICTIM}/b` }] }),
      /spec\.robots\[0\]\.name: Invalid value/,
    ],
    [
      'a namespace',
      bySubscription('x', { robots: [{ name: 'b', namespace: `${VICTIM}_b` }] }),
      /spec\.robots\[0\]\.namespace: Invalid value/,
    ],
    ['a resource', bySubscription(`x_${VICTIM}`, own), /metadata\.name: Invalid value/],
    [
      'consent by labels',
      robot(thief, { sharedWith: { namespaceSelector: {} } }),
      /unknown field "spec\.sharedWith\.namespaceSelector"/,
    ],
  ])('nor by a trick in the name of %s', async (_, manifest, message) => {
    const { code, stderr } = await apply(manifest);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });
});

describe('with the owner’s consent', () => {
  const toVictim = () => readBy(`${VICTIM}/b`).filter(about('charlie')).length;
  const inWords = () => readBy(`${FRIEND}/words`).filter(about('charlie')).length;
  const [robotShared, wordsShared] = [
    { kind: 'RobotNotFound', name: 'c' },
    { kind: 'TemplateNotFound', name: 'words' },
  ];

  it('a team writes to the other’s group, and tells in the other’s words', async () => {
    await fail('charlie');
    await eventually('both messages', () => toVictim() === 1 && inWords() === 1);
    expect(readBy(`${FRIEND}/words`).at(-1)?.body).toMatchObject({
      text: { content: 'words of the victim about charlie' },
    });
    expect(await stage.get('ntpl', VICTIM, 'words')).toMatchObject({ status: { usedBy: 2 } });
    expect(await stage.get('nsub', FRIEND, 'c')).toMatchObject({ status: { robotNames: 'c,team-b/b' } });
  });

  it('and no longer once that is withdrawn, nor of the time between once it is given back', async () => {
    await stage.apply(victimsRobot({}), words({}));
    await stage.conditions('nsub', FRIEND, robotShared.name, {
      Ready: `False/${robotShared.kind}`,
      Merged: 'False/PartlyLive',
    });
    await stage.conditions('nsub', FRIEND, wordsShared.name, {
      Ready: `False/${wordsShared.kind}`,
      Merged: 'False/NotAccepted',
    });
    await fail('charlie');
    await fail('bravo-app');
    expect([toVictim(), inWords()]).toEqual([1, 1]);
    // The friend's own group goes on.
    expect(readBy(`${FRIEND}/c`).filter(about('charlie')).length).toBe(2);

    await stage.apply(victimsRobot(), words());
    for (const name of ['c', 'words']) await stage.conditions('nsub', FRIEND, name, { Ready: 'True/Ready' });
    await fail('bravo-app');
    expect([toVictim(), inWords()]).toEqual([1, 1]);
    await fail('charlie');
    await eventually('both messages', () => toVictim() === 2 && inWords() === 2);
  });
});
