import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { answer, FakeApiServer, type Handler, refuse } from '../kubernetes/testing/fake-api-server.ts';
import { type TestKubeconfig, testKubeconfig } from '../kubernetes/testing/kubeconfig.ts';
import { run, TestFiles } from './testing/command-line.ts';

const TOKEN = 'fedcba98'.repeat(8);
const ACK = readFileSync(new URL('../../test/e2e/ack-seed.configmap.yaml', import.meta.url), 'utf8')
  .replaceAll('WEBHOOK_URL', '$dingtalk-url')
  .replaceAll('ARGOCD_URL', 'https://argocd.example.com');
const SECRET = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'argocd-notifications-secret', namespace: 'argocd' },
  stringData: { 'dingtalk-url': `https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}` },
};

const files = new TestFiles();
afterAll(() => files.remove());
const ack = files.write('ack.yaml', ACK);
const secret = files.write('secret.yaml', [SECRET]);

async function adopt(...args: string[]) {
  const result = await run('adopt', ...args);
  expect(result.stderr).not.toMatch(new RegExp(`${TOKEN}|access_token`));
  return result;
}

describe('adopt, from files', () => {
  it('prints manifests that read back as what they were made from', async () => {
    const { code, stdout, stderr } = await adopt('-f', ack, secret);
    const manifests = parseAllDocuments(stdout).map((document) => document.toJS());
    expect(manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
      'Secret argocd/dingtalk-webhook',
      'DingTalkRobot argocd/dingtalk',
      'NotificationTemplate argocd/app-sync-failed',
      'NotificationTemplate argocd/app-sync-change',
      'NotificationTemplate argocd/app-sync-status-unknown',
      'NotificationSubscription argocd/dingtalk',
    ]);
    expect(manifests[0].stringData.webhook).toBe(SECRET.stringData['dingtalk-url']);
    const recipe = parseAllDocuments(
      parseAllDocuments(ACK)[0]?.toJS().data['template.app-sync-failed'],
    )[0]?.toJS();
    expect(manifests[2].spec.message.raw).toBe(recipe.webhook.dingtalk.body);
    // Bodies stand as people wrote them.
    expect(stdout).toContain('    raw: |\n      {\n            "msgtype": "markdown",');
    expect(stderr).toMatch(/^taken over:\n {2}service\.webhook\.dingtalk: a DingTalkRobot takes its place/m);
    expect(stderr).toMatch(/left as it is:\n {2}context: all templates read it/);
    expect(stderr).toMatch(
      /^1 DingTalkRobot, 3 Notif[\s\S]*adopt --take-over[\s\S]*The output holds access tokens/,
    );
    expect(code).toBe(0);
  });

  it('says all of it for programs, shows no credential with --redact, and asks for what it does not know', async () => {
    const unknown = ACK.replaceAll(
      '$dingtalk-url',
      `https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}$more`,
    );
    const { code, stdout } = await adopt('-f', files.write('partly.yaml', unknown), '-o', 'json', '--redact');
    expect(stdout).not.toContain(TOKEN);
    expect(JSON.parse(stdout)).toMatchObject({
      manifests: [{ kind: 'DingTalkRobot' }, {}, {}, {}, { kind: 'NotificationSubscription' }],
      takenOver: expect.arrayContaining([
        { key: 'subscriptions', part: 'entry 1, dingtalk', why: expect.anything() },
      ]),
      notTakenOver: [],
      left: [{ key: 'context' }],
      notes: expect.arrayContaining([expect.stringContaining('$more of the Secret is not known')]),
      idleSecretKeys: ['more'],
      unheardApplications: [],
      refused: [],
    });
    expect(code).toBe(0);
  });

  it('writes files, and overwrites none', async () => {
    const dir = join(files.dir, 'moved-in');
    mkdirSync(dir);
    writeFileSync(join(dir, 'robots.yaml'), '# mine\n');
    const { code, stdout, stderr } = await adopt('-f', ack, secret, '--output-dir', dir);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/--output-dir: .*robots\.yaml exists already, .* Name another folder/);
    expect(readFileSync(join(dir, 'robots.yaml'), 'utf8')).toBe('# mine\n');
    expect(statSync(join(dir, 'credentials.yaml')).mode & 0o777).toBe(0o600);
  });

  const application = (namespace: string, annotations: object = {}) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop', namespace, annotations },
    spec: {
      project: 'default',
      destination: { namespace: 'shop', server: 'https://kubernetes.default.svc' },
    },
  });
  const configMap = (data: object) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'argocd-notifications-cm', namespace: 'argocd' },
    data,
  });

  it('names the parts that are not taken over, conditions and annotations among them, with exit code 1', async () => {
    const data = {
      'service.webhook.ding': `url: https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}`,
      'trigger.secretive': '[{when: "secrets != nil", send: [t]}]',
      'template.t': 'webhook: {ding: {method: POST, body: "{}"}}',
      subscriptions: '[{recipients: [ding], triggers: [secretive]}]',
    };
    const annotations = { 'notifications.argoproj.io/subscribe.on-sync-running.ding': '' };
    const file = files.write('staying.yaml', [configMap(data), application('argocd', annotations)]);
    const { code, stdout, stderr } = await adopt('-f', file);
    expect(stderr).toMatch(/^not taken over, although it is for DingTalk:\n/m);
    expect(stderr).toMatch(/entry 1, ding\): trigger\.secretive: when: secrets is not available/);
    expect(stderr).toMatch(
      /annotations \(.*\.on-sync-running\.ding of Application argocd\/shop\): nothing is sent for it today/,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('makes subscriptions of annotations, and prints the commands that remove these', async () => {
    const data = {
      'service.webhook.ding': `url: https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}`,
      'trigger.t': '[{when: "true", send: [t]}]',
      'template.t': 'webhook: {ding: {method: POST, body: "{}"}}',
    };
    const annotations = { 'notifications.argoproj.io/subscribe.t.ding': '' };
    const { metadata, ...rest } = application('argocd', annotations);
    // Without a namespace it is in Argo CD's own.
    const shop = { ...rest, metadata: { ...metadata, namespace: undefined } };
    const set = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ApplicationSet',
      metadata: { name: 'shops', namespace: 'argocd' },
      spec: { template: { metadata: { annotations } } },
    };
    const file = files.write('annotated.yaml', [configMap(data), shop, set]);
    const { code, stdout, stderr } = await adopt('-f', file);
    expect(stdout).toMatch(/applications:\n {4}names:\n {6}- shop\n {4}namespaces:\n {6}- argocd\n/);
    expect(stderr).toMatch(
      /after the switch, remove the annotations[^\n]*\n {2}ApplicationSet argocd\/shops, .*\n {2}kubectl annotate -n argocd application shop '.*t\.ding-'\n/,
    );
    expect(code).toBe(0);
    const { stdout: json } = await adopt('-f', file, '-o', 'json', '--redact');
    expect(JSON.parse(json)).toMatchObject({
      removeAfterwards: {
        commands: [expect.stringContaining('kubectl annotate')],
        edits: [expect.anything()],
      },
    });
  });

  it('gives each team the resources about its Applications, in a folder for each namespace', async () => {
    const data = {
      'service.webhook.ding': `url: https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}`,
      'trigger.t': '[{when: "true", send: [t]}]',
      'template.t': `webhook: {ding: {method: POST, body: '{"msgtype":"text","text":{"content":"x"}}'}}`,
    };
    const annotations = { 'notifications.argoproj.io/subscribe.t.ding': '' };
    const { spec, ...rest } = application('argocd', annotations);
    const shop = { ...rest, spec: { ...spec, project: 'shop' } };
    const other = {
      ...application('argocd', annotations),
      metadata: { name: 'other', namespace: 'argocd', annotations },
    };
    const file = files.write('teams.yaml', [configMap(data), shop, other]);
    const dir = join(files.dir, 'teams');
    const { code, stderr } = await adopt('-f', file, '--split-by', 'project', '--output-dir', dir);
    const grant =
      "kubectl annotate --overwrite -n argocd appproject shop 'argocd-dingtalk.io/namespaces=shop'";
    expect(stderr).toMatch(
      /^The files .*\/teams\/\*\/credentials\.yaml hold access tokens: keep them out of Git and logs\.$/m,
    );
    expect(stderr).toMatch(/^grants that the teams need/m);
    expect(stderr).toContain(`  ${grant}\n`);
    expect(stderr).not.toMatch(/refused by the operator|Applications without notifications/);
    expect(code).toBe(0);
    const written = readdirSync(dir, { recursive: true }).map(String);
    expect(written.filter((each) => each.endsWith('.yaml')).sort()).toEqual([
      'argocd/credentials.yaml',
      'argocd/robots.yaml',
      'argocd/subscriptions.yaml',
      'argocd/templates.yaml',
      'shop/credentials.yaml',
      'shop/robots.yaml',
      'shop/subscriptions.yaml',
    ]);
    expect(statSync(join(dir, 'shop/credentials.yaml')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['elsewhere', true],
    ['argocd', false],
  ])('takes the grant of an AppProject in %s for what it is', async (namespace, isUnheard) => {
    const data = {
      'service.webhook.ding': `url: https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}`,
      'trigger.t': '[{when: "true", send: [t]}]',
      'template.t': 'webhook: {ding: {method: POST, body: "{}"}}',
      subscriptions: '[{recipients: [ding], triggers: [t]}]',
    };
    const project = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'default', namespace, annotations: { 'argocd-dingtalk.io/namespaces': 'argocd' } },
    };
    const file = files.write(`grant-${namespace}.yaml`, [configMap(data), application('teams'), project]);
    const { stderr } = await adopt('-f', file);
    expect(/Applications without notifications after the switch.*\n {2}teams\/shop/.test(stderr)).toBe(
      isUnheard,
    );
  });

  it('names refused resources, and Applications that would lose their notifications', async () => {
    const names = Array.from({ length: 26 }, (_, index) => `t${index}`);
    const data = {
      'service.webhook.ding': `url: https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}`,
      ...Object.fromEntries(
        names.map((name) => [`trigger.${name}`, `[{when: "app.spec.project == 'x'", send: [t]}]`]),
      ),
      'template.t': 'webhook: {ding: {method: POST, body: "{}"}}',
      subscriptions: `[{recipients: [ding], triggers: [${names}]}]`,
    };
    const { code, stderr } = await adopt(
      '-f',
      files.write('many.yaml', [configMap(data), application('elsewhere')]),
    );
    expect(stderr).toMatch(
      /Applications without notifications after the switch[^\n]*tenancy\.projects, or on the AppProjects:\n {2}elsewhere\/shop/,
    );
    expect(stderr).toMatch(/refused by the operator:\n.*argocd\/ding: TooManyDestinations/);
    expect(code).toBe(1);
  });

  it('has nothing to do where nothing is of DingTalk', async () => {
    const slack = files.write('slack.yaml', [configMap({ 'service.slack': 'token: x' })]);
    const { code, stdout, stderr } = await adopt('-f', slack);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(
      /^there is no DingTalk configuration to adopt\.\nStays with Argo CD: service\.slack \(not for DingTalk\)\.\n/,
    );
  });

  it('refuses what Argo CD’s engine refuses already, and names the key', async () => {
    const bad = files.write('bad.yaml', [configMap({ 'trigger.bad': '[{when: "true", send: one}]' })]);
    const { code, stderr } = await adopt('-f', bad);
    expect(stderr).toMatch(
      /Argo CD sends no notifications for anybody[\s\S]*key trigger\.bad: .*\n {4}remedy: Write the templates as a list/,
    );
    expect(code).toBe(2);
  });

  it.each([
    ['there is no such file', ['-f', '/nowhere'], '/nowhere'],
    ['the ConfigMap is not there', ['-f', secret], 'no ConfigMap argocd/argocd-notifications-cm found'],
    ['the namespace is not trusted', ['-f', ack, '-n', 'team'], 'choose a trusted namespace (argocd)'],
    ['the switch is to be made in files', ['-f', ack, '--take-over'], 'leave out --file'],
    ['the switch is to print manifests', ['--take-over', '--redact'], 'leave out --output-dir and --redact'],
    ['the time to wait is none', ['--take-over', '--wait', 'long'], '--wait takes whole seconds'],
    ['there is no such format', ['-f', ack, '-o', 'text'], 'Allowed choices are yaml, json'],
    ['there is no way to the cluster', ['--kubeconfig', '/nowhere'], 'cannot read the kubeconfig /nowhere'],
  ])('with exit code 2 where %s', async (_, args, message) => {
    const { code, stdout, stderr } = await adopt(...args);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('teaches by --help', async () => {
    const { code, stdout } = await run('adopt', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /Moving in, without a lost or repeated message:[\s\S]*Exit codes:[\s\S]*--take-over/,
    );
  });
});

describe('adopt --take-over', () => {
  let server: FakeApiServer;
  let kubeconfig: TestKubeconfig;
  let handler: Handler;
  beforeEach(async () => {
    server = await FakeApiServer.start((request, response) => handler(request, response));
    kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true });
  });
  afterEach(async () => {
    await server.close();
    await kubeconfig.remove();
  });
  const takeOver = (...args: string[]) => adopt('--take-over', '--kubeconfig', kubeconfig.path, ...args);

  it('writes nothing while an operator holds its Lease', async () => {
    const renewTime = new Date().toISOString();
    handler = ({ path }, response) => {
      if (!path.includes('/leases/')) return refuse(response, 404, 'NotFound');
      const spec = { holderIdentity: 'pod-1', leaseDurationSeconds: 60, renewTime };
      return answer(response, 200, { spec });
    };
    const { code, stderr } = await takeOver('--argocd-namespace', 'argocd');
    expect(stderr).toContain('is held by pod-1');
    expect(code).toBe(1);
    expect(server.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('writes nothing where it can not see all that it has to', async () => {
    handler = ({ path }, response) => {
      if (path.includes('/leases/')) return refuse(response, 404, 'NotFound');
      if (path.includes('/applications') || path.includes('/secrets/'))
        return refuse(response, 403, 'Forbidden');
      if (path.includes('/configmaps/'))
        return answer(response, 200, { metadata: { name: 'x', uid: 'x', resourceVersion: '1' }, data: {} });
      return answer(response, 200, { metadata: { resourceVersion: '1' }, items: [] });
    };
    const { code, stderr } = await takeOver();
    expect(stderr).toMatch(/missing right: .*secrets.*403[\s\S]*missing right: .*applications: 403/);
    expect(code).toBe(2);
    expect(server.requests.every(({ method }) => method === 'GET')).toBe(true);
  });
});
