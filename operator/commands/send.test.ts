import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { credentialsSecret, newCredentials, robot } from '../api/testing/manifests.ts';
import { operatorConfigurationSchema } from '../config/config.ts';
import { publishedObjects } from '../controller/testing/published-objects.ts';
import { operatorConfiguration } from '../dingtalk/testing/fake-configuration.ts';
import { type FakeDingTalk, startFakeDingTalk } from '../dingtalk/testing/fake-dingtalk.ts';
import { answer, FakeApiServer, refuse } from '../kubernetes/testing/fake-api-server.ts';
import { testKubeconfig } from '../kubernetes/testing/kubeconfig.ts';
import { run as runCommand, TestFiles } from './testing/command-line.ts';

const WHERE = { namespace: 'team', name: 'payments' };
const { token, secret } = newCredentials();

const files = new TestFiles();
let fake: FakeDingTalk;
beforeAll(async () => {
  fake = await startFakeDingTalk();
});
afterAll(async () => {
  await fake.stop();
  files.remove();
});
beforeEach(() => {
  for (const name of ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY']) vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());

async function send(manifests: readonly object[], ...more: string[]) {
  const config = files.write('config.yaml', [operatorConfiguration(fake, {})]);
  const path = files.write('manifests.yaml', manifests);
  return run('send', '--robot', 'team/payments', '-f', path, '--config', config, ...more);
}

/** Whatever is printed, no credential is in it. */
async function run(...args: string[]) {
  const printed = await runCommand(...args);
  expect(JSON.stringify(printed)).not.toMatch(new RegExp(`${token}|${secret}|access_token|sign=`));
  return printed;
}

const credentials = credentialsSecret({ ...WHERE }, { webhook: token, secret });

describe('send', () => {
  it('delivers a test message of the robot’s language and says so', async () => {
    fake.addRobot({ token, secret, keywords: ['部署'] });
    const spec = { locale: 'zh-CN', keywords: ['部署'] };
    const { code, stdout, stderr } = await send([robot(WHERE, spec), credentials]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      'team/payments: delivered (errcode 0)\n  DingTalk accepted the message.\n  钉钉已接收该消息。\n',
    );
    expect(stderr).toBe('sending a test message to team/payments …\n');
    expect(fake.requests.at(-1)).toMatchObject({ token, errcode: 0, signature: 'valid' });
    expect(fake.requests.at(-1)?.rawBody).toContain('机器人 **team/payments**');
  });

  it('explains a refusal in both languages, with exit code 1', async () => {
    fake.addRobot({ token, secret: 'SECanother' });
    const { code, stdout } = await send([robot(WHERE), credentials]);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^team\/payments: not delivered: SignatureRejected \(errcode 310000\)\n {2}The signature .*spec\.signing names\.\n {2}签名.*Secret。\n {2}answer: sign not match, more: .*\n$/,
    );
  });

  it('prints JSON for machines', async () => {
    fake.addRobot({ token, secret, allowedIps: ['203.0.113.7'] });
    const { code, stdout } = await send([robot(WHERE), credentials], '--output', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      robot: 'team/payments',
      delivered: false,
      reason: 'IPNotAllowed',
      errcode: 310000,
      ip: '127.0.0.1',
      answer: expect.stringMatching(/^ip 127\.0\.0\.1 not in whitelist/),
      meaning: { en: expect.stringContaining('127.0.0.1'), 'zh-CN': expect.stringContaining('127.0.0.1') },
      remedy: { en: expect.stringContaining('NAT gateway'), 'zh-CN': expect.stringContaining('NAT 网关') },
    });
  });

  it('reads resources without a namespace as of the robot’s', async () => {
    fake.addRobot({ token, secret });
    const bare = { name: 'payments' } as typeof WHERE;
    expect(await send([robot(bare), credentialsSecret(bare, { webhook: token, secret })])).toMatchObject({
      code: 0,
    });
  });

  it.each<[string, object[], RegExp]>([
    ['no robot', [credentials], /no argocd-dingtalk\.io\/v1alpha1 DingTalkRobot team\/payments found/],
    ['no Secret', [robot(WHERE)], /team\/payments: spec\.webhook\.secretKeyRef\.name: Secret team\/payments/],
    [
      'a broken credential',
      [robot(WHERE), credentialsSecret(WHERE, { webhook: `${token} x`, secret })],
      /spec\.webhook: the value contains white space/,
    ],
    ['a suspended robot', [robot(WHERE, { suspend: true }), credentials], /spec\.suspend is true/],
    [
      'no webhook',
      [robot(WHERE, { webhook: undefined }), credentials],
      /spec\.webhook: required value is missing/,
    ],
  ])('with %s names the mistake, with exit code 2 and nothing sent', async (_, manifests, message) => {
    const before = fake.requests.length;
    const { code, stderr, stdout } = await send(manifests);
    expect(stderr).toMatch(message);
    expect({ code, stdout, sent: fake.requests.length - before }).toEqual({ code: 2, stdout: '', sent: 0 });
  });

  it.each([
    [['send'], "required option '--robot <namespace/name>' not specified"],
    [['send', '--robot', 'payments', '-f', '/nowhere'], '--robot: expected NAMESPACE/NAME'],
    [['send', '--robot', 'a/b', '-f', '/nowhere'], '/nowhere: cannot be read'],
    [['send', '--robot', 'a/b', '-f', '/nowhere', '--kubeconfig', 'x'], 'exclude each other'],
    [['send', '--robot', 'a/b', '--kubeconfig', '/nowhere'], 'cannot read the kubeconfig /nowhere'],
  ])('called wrongly (%s) says how, with exit code 2', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('names a CA file that cannot be used', async () => {
    const fields = { dingtalk: { caFile: '/nowhere.crt' } };
    const config = files.write('ca.yaml', [operatorConfiguration(fake, fields)]);
    const path = files.write('manifests.yaml', [robot(WHERE), credentials]);
    const { code, stderr } = await run('send', '--robot', 'team/payments', '-f', path, '--config', config);
    expect(stderr).toContain('dingtalk.caFile: /nowhere.crt: cannot be read');
    expect(code).toBe(2);
  });

  it('sends to the host that the operator has published; a file and a namespace exclude each other', async () => {
    const published = operatorConfigurationSchema.parse(operatorConfiguration(fake, {}));
    const secretPath = '/api/v1/namespaces/team/secrets/';
    const encoded = { webhook: token, secret };
    const data = Object.entries(encoded).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
    const stored = { metadata: { resourceVersion: '1' }, data: Object.fromEntries(data) };
    const objects = new Map<string, object>([
      ...publishedObjects(published),
      ['/apis/argocd-dingtalk.io/v1alpha1/namespaces/team/dingtalkrobots/payments', robot(WHERE)],
    ]);
    const server = await FakeApiServer.start(({ path }, response) => {
      const object = path.startsWith(secretPath) ? stored : objects.get(path);
      return object ? answer(response, 200, object) : refuse(response, 404, 'NotFound');
    });
    const kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true });
    try {
      const args = ['send', '--robot', 'team/payments', '--kubeconfig', kubeconfig.path];
      // The fake's authority is in a file, which is not published.
      const { stdout, stderr, code } = await run(...args);
      expect(stdout).toMatch(/not delivered: CertificateNotTrusted/);
      expect({ stderr, code }).toEqual({ stderr: 'sending a test message to team/payments …\n', code: 1 });
      const nowhere = await run(...args, '--argocd-namespace', 'nowhere', '--config', '/nowhere');
      expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be used with') });
    } finally {
      await server.close();
      await kubeconfig.remove();
    }
  });

  it('teaches by --help', async () => {
    const { code, stdout } = await run('send', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /--robot <namespace\/name>[\s\S]*Exit codes:[\s\S]*Examples:\n {2}argocd-dingtalk send/,
    );
  });
});
