import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Credentials,
  credentialsSecret,
  namespace,
  newCredentials,
  robot,
} from '../../operator/api/testing/manifests.ts';
import { connectSender } from '../../operator/dingtalk/testing/fake-dingtalk-sender.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { cliCommand } from '../support/programs.ts';
import { run } from '../support/run.ts';
import { type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const TEAM = 'team';
const OPERATOR = { robots: { verify: 'OnChange' } };
const RECONCILE_AT = 'argocd-dingtalk.io/reconcile-at';

let stage: Stage;
/** Every credential that is used here: none of them may show anywhere. */
const marked: string[] = [];
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: OPERATOR });
  await stage.apply(namespace(TEAM));
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const where = (name: string) => ({ namespace: TEAM, name });
const messagesTo = ({ token }: Credentials) => stage.dingtalk.requests.filter((each) => each.token === token);
const conditionOf = ({ status }: KubernetesResource) =>
  status?.conditions?.find(({ type }) => type === 'Delivering');
const annotate = (name: string, value: string) =>
  stage.cp.merge('robots', TEAM, name, { metadata: { annotations: { [RECONCILE_AT]: value } } });

/** A robot that DingTalk takes messages for, checked. */
async function working(name: string, spec: object = {}): Promise<Credentials> {
  const { credentials, manifests } = realRobot(stage.dingtalk, where(name));
  marked.push(credentials.token, credentials.secret);
  await stage.apply(...manifests.slice(0, 1), robot(where(name), spec));
  await stage.conditions('robots', TEAM, name, { Ready: 'True/Ready', Delivering: 'True/Delivering' });
  return credentials;
}

/** Ends the operator, which waits for what it has sent; so all that it wanted to send has arrived. */
async function restart(): Promise<void> {
  await stage.stopOperator();
  await stage.restartOperator(OPERATOR);
}

/** Has the operator look at everything, a new robot that it has to check included. */
let canaries = 0;
const lookAtAll = () => working(`zz-canary-${++canaries}`);

describe('a robot that works', () => {
  it('gets one test message, signed, and says so', async () => {
    const credentials = await working('good', { keywords: ['部署'], locale: 'zh-CN' });
    const [message, ...more] = messagesTo(credentials);
    expect(message).toMatchObject({ errcode: 0, signature: 'valid' });
    expect(message?.rawBody).toMatch(/机器人 \*\*team\/good\*\*.*关键词：部署/);
    expect(more).toEqual([]);
    const { status } = await stage.get('robots', TEAM, 'good');
    expect(status?.delivery).toEqual({
      fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
      checkedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      errcode: 0,
    });
  });

  it('gets one more when its keywords change, and one when its token is rotated', async () => {
    const credentials = await working('changing');
    /** Of the last message that DingTalk has answered. */
    const fingerprint = async () => {
      const { status } = await stage.get('robots', TEAM, 'changing');
      const { fingerprint: last, sendingAt } = (status?.delivery ?? {}) as Record<string, string>;
      return sendingAt === undefined ? last : before;
    };
    let before: string | undefined;
    before = await fingerprint();
    await stage.apply(robot(where('changing'), { keywords: ['deploy'] }));
    await eventually('the check with the new keyword', async () => (await fingerprint()) !== before);
    expect(messagesTo(credentials).map(({ rawBody }) => rawBody.includes('Keyword: deploy'))).toEqual([
      false,
      true,
    ]);

    const rotated = newCredentials();
    marked.push(rotated.token, rotated.secret);
    stage.dingtalk.addRobot({ ...rotated, keywords: ['deploy'] });
    const { token: webhook, secret } = rotated;
    await stage.apply(credentialsSecret(where('changing'), { webhook, secret }));
    await annotate('changing', 'rotated');
    await stage.dingtalk.waitForDelivery(({ token }) => token === rotated.token);
    await stage.conditions('robots', TEAM, 'changing', { Delivering: 'True/Delivering' });
    await annotate('changing', 'again');
    await lookAtAll();
    expect([messagesTo(credentials).length, messagesTo(rotated).length]).toEqual([2, 1]);
  });
});

/** What can be wrong on DingTalk's side, and how it shows. */
const REFUSALS: readonly [string, (credentials: Credentials) => Promise<void>, string, RegExp][] = [
  [
    'wrong-secret',
    async ({ token }) => void stage.dingtalk.addRobot({ token, secret: newCredentials().secret }),
    'SignatureRejected',
    /made with another secret \(errcode 310000: sign not match.*Copy the signing secret/,
  ],
  [
    'no-keyword',
    async (credentials) => void stage.dingtalk.addRobot({ ...credentials, keywords: ['部署'] }),
    'KeywordMissing',
    /none of the robot's keywords \(errcode 310000.*spec\.keywords/,
  ],
  [
    'other-address',
    async (credentials) => void stage.dingtalk.addRobot({ ...credentials, allowedIps: ['203.0.113.7'] }),
    'IPNotAllowed',
    /127\.0\.0\.1 is not one of them.*NAT gateway/,
  ],
  ['dead-token', async () => undefined, 'TokenUnknown', /errcode 300005.*Copy the Webhook URL/],
  [
    'no-group',
    async (credentials) => stage.dingtalk.addRobot(credentials).setState('group-dissolved'),
    'GroupDisbanded',
    /no longer exists \(errcode 400013: 群已被解散\)/,
  ],
  [
    'too-many',
    async (credentials) => {
      const { signedUrl } = stage.dingtalk.addRobot(credentials);
      const sender = await connectSender(stage.dingtalk);
      for (let count = 1; count <= 20; count++) await sender.send({ url: signedUrl() });
      await sender.close();
    },
    'Throttled',
    /more than 20 messages within a minute.*errcode 130101/,
  ],
];

describe('a robot that DingTalk refuses', () => {
  const credentialsOf = new Map<string, Credentials>();

  it.each(REFUSALS)('(%s) says so within 30 seconds', async (name, prepare, reason, message) => {
    const credentials = newCredentials();
    credentialsOf.set(name, credentials);
    marked.push(credentials.token, credentials.secret);
    await prepare(credentials);
    const { token: webhook, secret } = credentials;
    const applied = Date.now();
    await stage.apply(credentialsSecret(where(name), { webhook, secret }), robot(where(name)));
    const refused = await stage.conditions('robots', TEAM, name, {
      Accepted: 'True/Accepted',
      Delivering: `False/${reason}`,
      Ready: `False/${reason}`,
    });
    expect(Date.now() - applied).toBeLessThan(30_000);
    expect(conditionOf(refused)?.message).toMatch(message);
    expect(conditionOf(refused)?.message).toContain("Argo CD's controller may reach DingTalk another way");
    const { errcode } = messagesTo(credentials).at(-1) ?? {};
    expect(refused.status?.delivery).toMatchObject({ errcode });
  });

  it('tells of it by an event', async () => {
    await eventually('the events', async () => {
      const events = await stage.cp.list<{ reason: string }>('events.events.k8s.io', TEAM);
      return REFUSALS.every(([, , wanted]) => events.some(({ reason }) => reason === wanted));
    });
  });

  it('is not sent anything by a restart of the operator, nor is one that works', async () => {
    await lookAtAll();
    await stage.stopOperator();
    const before = stage.dingtalk.requests.length;
    const shown = await statuses();
    await stage.restartOperator(OPERATOR);
    const canary = await lookAtAll();
    await restart();
    const sent = stage.dingtalk.requests.slice(before);
    expect(sent.map(({ token }) => token)).toEqual([canary.token]);
    const after = await statuses();
    for (const [name, status] of shown) expect(after.get(name)).toEqual(status);
  });

  it('is tried again at once when its author asks for it, and says that it is mended', async () => {
    // The annotation that an operator finds in its first run is an old one to it.
    await lookAtAll();
    const credentials = credentialsOf.get('other-address') as Credentials;
    stage.dingtalk.addRobot(credentials);
    await annotate('other-address', 'mended');
    await stage.conditions('robots', TEAM, 'other-address', {
      Ready: 'True/Ready',
      Delivering: 'True/Delivering',
    });
    expect(messagesTo(credentials).map(({ errcode }) => errcode)).toEqual([310000, 0]);
  });
});

/** By name, as they are now, without what time alone changes. */
async function statuses(): Promise<Map<string, unknown>> {
  const items = await stage.cp.list<KubernetesResource>('robots', TEAM);
  return new Map(items.map(({ metadata, status }) => [metadata.name, { ...status, signedUntil: '' }]));
}

it('a robot that nobody wants to be checked gets no message', async () => {
  const { credentials, manifests } = realRobot(stage.dingtalk, where('unchecked'));
  marked.push(credentials.token, credentials.secret);
  await stage.apply(...manifests.slice(0, 1), robot(where('unchecked'), { verify: 'Never' }));
  const { status } = await stage.conditions('robots', TEAM, 'unchecked', {
    Ready: 'True/Ready',
    Delivering: 'Unknown/NotVerified',
  });
  expect(status).not.toHaveProperty('delivery');
  await lookAtAll();
  await restart();
  expect(messagesTo(credentials)).toEqual([]);
});

describe('argocd-dingtalk send', () => {
  const send = (name: string, ...more: string[]) => {
    const options = [
      '--kubeconfig',
      stage.cp.adminKubeconfig,
      '--config',
      join(stage.cp.dir, 'operator-argocd.json'),
    ];
    const env = { NO_PROXY: '127.0.0.1' };
    return run(process.execPath, cliCommand('send', '--robot', `${TEAM}/${name}`, ...options, ...more), {
      env,
    });
  };

  it('sends to a robot of the cluster', async () => {
    const credentials = await working('by-hand');
    const { code, stdout, stderr } = await send('by-hand');
    expect({ code, stderr }).toEqual({ code: 0, stderr: `sending a test message to ${TEAM}/by-hand …\n` });
    expect(stdout).toContain('team/by-hand: delivered (errcode 0)');
    expect(messagesTo(credentials).length).toBe(2);
  });

  it('explains a refusal, with exit code 1', async () => {
    const { code, stdout, stderr } = await send('dead-token', '--output', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ delivered: false, reason: 'TokenUnknown', errcode: 300005 });
    for (const secret of marked) expect(`${stdout}${stderr}`.includes(secret)).toBe(false);
  });

  it('names a robot that is not there, with exit code 2', async () => {
    const { code, stderr } = await send('nobody');
    expect(stderr).toMatch(/^DingTalkRobot team\/nobody: .*404/);
    expect(code).toBe(2);
  });
});

it('no credential shows in a status, an event or a log line', async () => {
  await stage.stopOperator();
  const robots = await stage.cp.kubectl(['get', 'robots', '-n', TEAM, '-o', 'yaml']);
  const events = await stage.cp.kubectl(['get', 'events.events.k8s.io', '-A', '-o', 'yaml']);
  const signs = stage.dingtalk.requests.flatMap(({ query }) => (query.sign ? [query.sign] : []));
  expect(robots).toContain('SignatureRejected');
  expect(stage.operatorOutput()).toContain('"msg":"test message sent"');
  expect(marked.length).toBeGreaterThan(10);
  expect(signs.length).toBeGreaterThan(10);
  for (const output of [robots, events, stage.operatorOutput()]) {
    for (const secret of [...marked, ...signs, ...signs.map(encodeURIComponent)]) {
      expect(output.includes(secret), `a secret in ${output.slice(0, 80)}…`).toBe(false);
    }
  }
});
