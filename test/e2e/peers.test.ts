import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  credentialsSecret,
  namespace,
  newCredentials,
  robot,
  subscription,
  template,
  typedTemplate,
} from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/** What operators that merge many resources into one object are known to get wrong. */

const CONFIG_MAP = 'argocd-notifications-cm';
const GOOD = { namespace: 'team', name: 'good' };
const BAD = 'team-bad';
const FOREIGN = {
  context: 'region: cn-hangzhou # theirs\n',
  'trigger.by-hand': '- when: "false"\n  send: []\n',
};

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ argocd: false });
  await patch(FOREIGN);
  await stage.apply(namespace(GOOD.namespace), namespace(BAD), namespace('team-a'));
  await stage.apply(...realRobot(stage.dingtalk, GOOD).manifests, subscription(GOOD));
  await stage.conditions('nsub', GOOD.namespace, GOOD.name, { Ready: 'True/Ready' });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const patch = (data: Readonly<Record<string, string | null>>): Promise<void> =>
  stage.cp.merge('configmap', ARGOCD, CONFIG_MAP, { data }, 'somebody');

const data = async () => (await stage.get<KubernetesResource>('configmap', ARGOCD, CONFIG_MAP)).data ?? {};
const keysOf = async (name: string) =>
  Object.keys(await data())
    .filter((key) => key.includes(`dt_${name}`))
    .sort();

/** `Kind/name reason` of all events in a namespace. */
async function eventsIn(where: string): Promise<string[]> {
  const items = await stage.cp.list<{ reason: string; regarding: { kind: string; name: string } }>(
    'events.events.k8s.io',
    where,
  );
  return items.map(({ reason, regarding: { kind, name } }) => `${kind}/${name} ${reason}`);
}

it('every resource has a status and an event', async () => {
  const message = { message: { text: { content: '{{app.metadata.name}}' } } };
  await stage.apply(typedTemplate(GOOD, message));
  for (const kind of ['robots', 'ntpl', 'nsub'])
    await stage.conditions(kind, GOOD.namespace, GOOD.name, {
      Ready: 'True/Ready',
      Accepted: 'True/Accepted',
    });
  await eventually('an event for each', async () => {
    expect(await eventsIn(GOOD.namespace)).toEqual(
      expect.arrayContaining(
        ['DingTalkRobot', 'NotificationTemplate', 'NotificationSubscription'].map(
          (kind) => `${kind}/good Ready`,
        ),
      ),
    );
    return true;
  });
});

it('a second resource in the namespace leaves the first alone, and so does its end', async () => {
  const before = await data();
  const second = { ...GOOD, name: 'second' };
  await stage.apply(
    subscription(second, { robots: [{ name: GOOD.name }], events: [{ trigger: 'on-deployed' }] }),
  );
  await stage.conditions('nsub', GOOD.namespace, 'second', { Ready: 'True/Ready' });
  const { subscriptions, ...both } = await data();
  const { subscriptions: _, ...first } = before;
  expect(both).toMatchObject(first);
  expect(await keysOf('team_second')).not.toEqual([]);
  await stage.remove('nsub', GOOD.namespace, 'second');
  await eventually('it to be as before', async () => {
    expect(await data()).toEqual(before);
    return true;
  });
});

it('namespaces and names that read the same when joined do not collide', async () => {
  const twins = [
    { namespace: 'team', name: 'a-b' },
    { namespace: 'team-a', name: 'b' },
  ];
  await stage.apply(
    ...twins.flatMap((each) => [...realRobot(stage.dingtalk, each).manifests, subscription(each)]),
  );
  for (const each of twins)
    await stage.conditions('nsub', each.namespace, each.name, { Ready: 'True/Ready' });
  expect((await keysOf('team_a-b')).length).toBeGreaterThan(1);
  expect((await keysOf('team-a_b')).length).toBe((await keysOf('team_a-b')).length);
});

describe('one resource that can not be converted stops nobody', () => {
  const { token, secret } = newCredentials();
  const events = (more: object) =>
    ({ robots: [{ name: 'ok' }], events: [{ name: 'own', ...more }] }) as object;
  const bad: readonly (readonly [string, string, readonly object[], string])[] = [
    ['nsub', 'no-robot', [subscription({ namespace: BAD, name: 'no-robot' })], 'RobotNotFound'],
    ['robots', 'no-secret', [robot({ namespace: BAD, name: 'no-secret' })], 'CredentialsNotFound'],
    // A Secret of that name is in the good team's namespace.
    ['robots', 'good', [robot({ namespace: BAD, name: 'good' })], 'CredentialsNotFound'],
    [
      'robots',
      'no-token',
      [
        credentialsSecret({ namespace: BAD, name: 'no-token' }, { webhook: '', secret }),
        robot({ namespace: BAD, name: 'no-token' }),
      ],
      'InvalidWebhook',
    ],
    [
      'robots',
      'elsewhere',
      [
        credentialsSecret(
          { namespace: BAD, name: 'elsewhere' },
          { webhook: `https://evil.example/robot/send?access_token=${token}`, secret },
        ),
        robot({ namespace: BAD, name: 'elsewhere' }),
      ],
      'HostNotAllowed',
    ],
    [
      'ntpl',
      'broken',
      [typedTemplate({ namespace: BAD, name: 'broken' }, { message: { text: { content: '{{#if app' } } })],
      'InvalidTemplate',
    ],
    ['ntpl', 'raw', [template({ namespace: BAD, name: 'raw' }, '{{ .Broken')], 'RawTemplateNotTrusted'],
    [
      'nsub',
      'broken-template',
      [
        subscription(
          { namespace: BAD, name: 'broken-template' },
          { robots: [{ name: 'ok' }], events: [{ trigger: 'on-deployed', template: { name: 'broken' } }] },
        ),
      ],
      'TemplateRefused',
    ],
    [
      'nsub',
      'regex',
      [subscription({ namespace: BAD, name: 'regex' }, events({ when: "app.metadata.name matches '(('" }))],
      'EngineRefused',
    ],
    [
      'nsub',
      'no-end',
      [subscription({ namespace: BAD, name: 'no-end' }, events({ when: 'app.status ==' }))],
      'EngineRefused',
    ],
  ];

  beforeAll(async () => {
    await stage.apply(...realRobot(stage.dingtalk, { namespace: BAD, name: 'ok' }).manifests);
    await stage.conditions('robots', BAD, 'ok', { Ready: 'True/Ready' });
    await stage.apply(...bad.flatMap(([, , manifests]) => manifests));
  });

  it.each(bad)('%s %s', async (kind, name, _, reason) => {
    await stage.conditions(kind, BAD, name, { Ready: `False/${reason}` });
    await eventually('an event', async () =>
      (await eventsIn(BAD)).some((each) => each.endsWith(`/${name} ${reason}`)),
    );
    expect((await keysOf(BAD)).filter((key) => !key.includes('dt_team-bad_ok'))).toEqual([]);
  });

  it('and the change that somebody else makes lands', async () => {
    await stage.apply(
      subscription(GOOD, { events: [{ trigger: 'on-sync-failed' }, { trigger: 'on-deployed' }] }),
    );
    await stage.conditions('nsub', GOOD.namespace, GOOD.name, { Ready: 'True/Ready', Merged: 'True/Merged' });
    expect(await keysOf('team_good_on-deployed')).not.toEqual([]);
    expect(await data()).toMatchObject(FOREIGN);
  });
});

it('a key that is only named like ours is neither taken over nor removed', async () => {
  const key = 'trigger.dt_team_taken_on-sync-failed';
  await patch({ [key]: '- when: "false"\n  send: []\n' });
  const taken = { ...GOOD, name: 'taken' };
  await stage.apply(subscription(taken, { robots: [{ name: GOOD.name }] }));
  await stage.conditions('nsub', GOOD.namespace, 'taken', {
    Ready: 'False/KeyTaken',
    Merged: 'False/NotAccepted',
  });
  expect(await keysOf('team_taken')).toEqual([key]);
  await stage.remove('nsub', GOOD.namespace, 'taken');
  await patch({ [key]: null });
});

it('every key has one owner, ours ours and theirs theirs', async () => {
  const args = ['get', 'configmap', CONFIG_MAP, '-n', ARGOCD, '--show-managed-fields', '-o', 'json'];
  const { metadata } = JSON.parse(await stage.cp.kubectl(args)) as {
    metadata: { managedFields: { manager: string; operation: string; fieldsV1: { 'f:data'?: object } }[] };
  };
  const owners = metadata.managedFields.flatMap(({ manager, operation, fieldsV1 }) =>
    Object.keys(fieldsV1['f:data'] ?? {})
      .filter((field) => field.startsWith('f:'))
      .map((field) => [field.slice(2), `${manager} ${operation}`] as const),
  );
  expect(owners.map(([key]) => key).sort()).toEqual(Object.keys(await data()).sort());
  expect(owners.some(([key]) => /\.dt_/.test(key))).toBe(true);
  expect(owners.some(([key]) => key in FOREIGN)).toBe(true);
  for (const [key, owner] of owners) {
    if (/\.dt_/.test(key)) expect(owner).toBe('argocd-dingtalk Apply');
    else if (key in FOREIGN) expect(owner).toBe('somebody Update');
  }
});

describe('a resource of 1.1 MB', () => {
  it('is refused at once, with the field', async () => {
    const content = 'x'.repeat(1_100_000);
    const huge = typedTemplate({ ...GOOD, name: 'huge' }, { message: { text: { content } } });
    const { code, stderr } = await stage.cp.tryKubectl(['create', '-f', '-'], JSON.stringify(huge));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/spec\.message\.text\.content: Too long/),
    });
  });

  it('or what the object has no room for is told so, and nobody else pays for it', async () => {
    const late = { ...GOOD, name: 'late' };
    const used = Object.entries(await data())
      .flat()
      .join('').length;
    await patch({ filler: 'x'.repeat(1_000_000 - used - 200) });
    const before = await data();
    await stage.apply(subscription(late, { robots: [{ name: GOOD.name }] }));
    const { status } = await stage.conditions('nsub', GOOD.namespace, 'late', { Ready: 'False/TargetFull' });
    expect(status?.conditions?.find(({ type }) => type === 'Ready')?.message).toMatch(
      /\d+ bytes are needed .*, and limits\.configMapBytes is \d+\./,
    );
    expect(await data()).toEqual(before);
    await patch({ filler: null });
    await stage.conditions('nsub', GOOD.namespace, 'late', { Ready: 'True/Ready' });
  });
});
