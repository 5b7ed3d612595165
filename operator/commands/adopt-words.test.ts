import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { run, TestFiles } from './testing/command-line.ts';

const TOKEN = 'fedcba98'.repeat(8);
const URL_OF = 'https://oapi.dingtalk.com/robot/send?access_token=';
const files = new TestFiles();
afterAll(() => files.remove());

const configMap = (data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'argocd-notifications-cm', namespace: 'argocd' },
  data,
});
const secret = (data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'argocd-notifications-secret', namespace: 'argocd' },
  stringData: data,
});
const application = (name: string, labels: object = {}, namespace = 'argocd') => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace, labels },
  spec: { project: 'default', destination: { namespace: 'x', server: 'https://kubernetes.default.svc' } },
});
const body = (...services: string[]) =>
  JSON.stringify({
    webhook: Object.fromEntries(
      services.map((each) => [each, { method: 'POST', body: '{"msgtype":"text"}' }]),
    ),
  });
const FAILED = "app.status.operationState.phase in ['Error', 'Failed']";
const DATA = {
  'service.webhook.ding': 'url: $ding-url\n',
  'service.webhook.ops': `url: ${URL_OF}$ops\n`,
  'service.slack': 'token: $slack',
  'template.failed': body('ding', 'ops'),
  'trigger.failed': JSON.stringify([{ when: FAILED, send: ['failed'] }]),
  'trigger.deployed': JSON.stringify([
    {
      when: "app.status.operationState.phase in ['Succeeded'] and app.status.health.status == 'Healthy'",
      send: ['failed'],
      oncePer: 'app.status.sync.revision',
    },
  ]),
  subscriptions: JSON.stringify([
    { recipients: ['ding', 'ops', 'slack:a'], triggers: ['failed'], selector: 'team=a' },
    { recipients: ['ding'], triggers: ['deployed'], selector: 'team=a' },
    { recipients: ['ops'], triggers: ['deployed'], selector: 'team=a' },
  ]),
};
const KEYS = { 'ding-url': URL_OF + TOKEN, ops: TOKEN };
const all = files.write('all.yaml', [
  configMap(DATA),
  secret(KEYS),
  application('a', { team: 'a' }),
  application('b', { team: 'a' }),
  application('c'),
]);

describe('adopt, for people', () => {
  it('begins with what takes the place of what, what stays, and what to do next', async () => {
    const { code, stderr } = await run('adopt', '-f', all);
    expect(stderr.slice(0, stderr.indexOf('\n\n')).split('\n')).toEqual([
      '2 DingTalkRobots, 1 NotificationTemplate and 1 NotificationSubscription replace 3 keys of the ConfigMap and 4 subscribers. 2 Applications are subscribed.',
      'Stays with Argo CD: service.slack (not for DingTalk); template.failed (a trigger that stays sends it); trigger.failed (other subscribers use it, too); subscriptions (entry 1, slack:a) (the recipient is not a DingTalk robot).',
      'Nothing is changed yet. Next:',
      '  1. Stop the operator if it runs, because otherwise messages are sent twice: kubectl scale deployment argocd-dingtalk-operator -n argocd --replicas=0',
      `  2. Write the resources into files, and read them: argocd-dingtalk adopt --output-dir moved-in -f ${all}`,
      '  3. Apply them: kubectl apply -f moved-in',
      '  4. Switch: argocd-dingtalk adopt --take-over',
      '  5. Start the operator: kubectl scale deployment argocd-dingtalk-operator -n argocd --replicas=2',
      '  6. Right after that, change the sources as the list below describes.',
      'The output holds access tokens: keep it out of Git and logs.',
    ]);
    expect(code).toBe(0);
  });

  it('counts each annotation, and says where Applications are missing', async () => {
    const data = { ...DATA, subscriptions: '[]' };
    const annotated = ['a', 'b', 'c'].map((name) => {
      const plain = application(name);
      const annotations = { 'notifications.argoproj.io/subscribe.deployed.ding': '' };
      return { ...plain, metadata: { ...plain.metadata, annotations } };
    });
    const file = files.write('annotated.yaml', [configMap(data), secret(KEYS), ...annotated]);
    const { stderr } = await run('adopt', '-f', file);
    expect(stderr).toMatch(/ and 3 subscribers\. 3 Applications are subscribed\.\n/);
    expect(stderr).not.toContain('no Applications');

    const alone = files.write('alone.yaml', [configMap(data), secret(KEYS)]);
    expect((await run('adopt', '-f', alone)).stderr).toMatch(
      /\nThe files have no Applications, so subscribers by annotation are not known\. Add the output of kubectl get /,
    );
  });

  it('says each reason once, with all places, and how often an event is sent', async () => {
    const { stderr } = await run('adopt', '-f', all);
    expect(stderr).toContain(
      '\n  service.webhook.ding, service.webhook.ops: a DingTalkRobot takes its place\n',
    );
    expect(stderr).toContain(
      '\n  subscriptions (entry 1, ding; entry 1, ops; entry 2, ding; entry 3, ops): a NotificationSubscription takes its place\n',
    );
    expect(stderr).toContain(
      '\n  trigger.deployed: Argo CD sends it once for each revision today. With on-deployed of the catalogue, it is sent once for each deployment.\n',
    );
  });

  it('says that there is no DingTalk configuration only where there is none', async () => {
    const stuck = {
      ...DATA,
      'template.failed': JSON.stringify({ webhook: { ding: { method: 'GET', body: '{}' } } }),
      subscriptions: '[{recipients: [ding], triggers: [failed]}]',
    };
    const { code, stdout, stderr } = await run(
      'adopt',
      '-f',
      files.write('stuck.yaml', [configMap(stuck), secret(KEYS)]),
    );
    expect(stderr).toMatch(
      /^Nothing is taken over: no subscription to service\.webhook\.ding, service\.webhook\.ops can move/,
    );
    expect(stderr).toMatch(/Next:\n {2}1\. Read the problems below/);
    expect(stderr).toMatch(/webhook\.ding: the method is GET.* \(.*stuck\.yaml:\d+:\d+\)\n/);
    expect(stderr).not.toContain('there is no DingTalk configuration');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });

    const idle = { ...DATA, subscriptions: '[]' };
    const alone = await run('adopt', '-f', files.write('idle.yaml', [configMap(idle), secret(KEYS)]));
    expect(alone.stderr).toMatch(
      /^Nothing is taken over: no subscription to .* can move, since nobody is subscribed\.\n/,
    );
    expect(alone.stderr).not.toContain('Next:');
  });

  it('asks what was probably meant', async () => {
    const data = { ...DATA, subscriptions: '[{recipients: ["webhook:ding"], triggers: [failed]}]' };
    const { code, stderr } = await run(
      'adopt',
      '-f',
      files.write('near.yaml', [configMap(data), secret(KEYS)]),
    );
    expect(stderr).toMatch(/1 probable mistake in the present configuration/);
    expect(stderr).toMatch(
      /probably a mistake; .*:\n {2}subscriptions, entry 1: there is no service webhook, .* Did you mean ding\?\n/,
    );
    expect(code).toBe(1);
  });

  it('joins mistakes of many Applications, and says a missing trigger once', async () => {
    const data = { ...DATA, subscriptions: '[{recipients: [ding], triggers: [failed, deploye]}]' };
    const { stderr } = await run('adopt', '-f', files.write('twice.yaml', [configMap(data), secret(KEYS)]));
    expect(stderr.match(/there is no trigger\.deploye/g)).toHaveLength(1);
  });
});

describe('annotations of Applications', () => {
  const annotations = {
    'notifications.argoproj.io/subscribe.failed.ding': '',
    'notifications.argoproj.io/subscribe.deployed.ding': '',
  };
  const { subscriptions: _, ...data } = DATA;
  const manifests = [configMap(data), secret(KEYS)];

  it('count each, however few reasons they share', async () => {
    const apps = ['a', 'b', 'c'].map((name) => application(name));
    const subscribed = apps.map((each) => ({ ...each, metadata: { ...each.metadata, annotations } }));
    const given = files.write('annotated.yaml', [...manifests, ...subscribed]);
    const { stderr } = await run('adopt', '-f', given, '--redact');
    expect(stderr).toMatch(/^1 DingTalkRobot, .* and 6 subscribers\. 3 Applications are subscribed\.\n/);
  });
});

describe('adopt, for programs', () => {
  it('has the same facts, with a summary', async () => {
    const { stdout } = await run('adopt', '-f', all, '-o', 'json', '--redact');
    expect(stdout).not.toContain(TOKEN);
    expect(JSON.parse(stdout)).toMatchObject({
      summary: {
        state: 'not-applied',
        robots: 2,
        templates: 1,
        subscriptions: 1,
        replaces: { keys: 3, subscribers: 4 },
        applications: 2,
        problems: 0,
        stays: expect.arrayContaining([{ why: 'not for DingTalk', what: ['service.slack'] }]),
        next: expect.arrayContaining([expect.stringContaining('adopt --take-over')]),
      },
      secretsToMake: [{ name: 'ding-webhook' }, { name: 'ops-webhook' }],
      nearMisses: [],
      takenOver: expect.anything(),
    });
  });
});

describe('adopt --redact', () => {
  const parsed = (text: string) => parseAllDocuments(text).map((document) => document.toJS());

  it('prints no Secret but the command that makes it, and lint accepts the output', async () => {
    const { code, stdout, stderr } = await run('adopt', '-f', all, '--redact');
    expect(stdout + stderr).not.toContain(TOKEN);
    expect(stderr).not.toContain('access tokens');
    expect(stderr).toMatch(
      /3\. Make the 2 Secrets of the robots by the commands in moved-in\/robots\.yaml\.\n/,
    );
    expect(parsed(stdout).map(({ kind }) => kind)).not.toContain('Secret');
    expect(stdout).toContain(
      "# The Secret argocd/ding-webhook with the robot's URL is not printed here. This makes it:\n" +
        "#   kubectl get secret argocd-notifications-secret -n argocd -o jsonpath='{.data.ding-url}' | base64 -d | kubectl create secret generic ding-webhook -n argocd --from-file=webhook=/dev/stdin\n",
    );
    expect(stdout).toContain(
      `#   read -rsp 'URL of the robot: ' URL && printf %s "$URL" | kubectl create secret generic ops-webhook -n argocd --from-file=webhook=/dev/stdin\n`,
    );
    expect(code).toBe(0);
    const lint = await run('lint', '-f', files.write('redacted.yaml', stdout));
    expect(lint).toMatchObject({ code: 0, stderr: expect.not.stringContaining('error') });
  });

  it('writes no file of credentials, and lint accepts the folder', async () => {
    const dir = join(files.dir, 'redacted');
    await run('adopt', '-f', all, '--redact', '--output-dir', dir);
    expect(readFileSync(join(dir, 'robots.yaml'), 'utf8')).toContain('kubectl create secret generic');
    expect(() => readFileSync(join(dir, 'credentials.yaml'))).toThrow();
    expect((await run('lint', '-f', dir)).code).toBe(0);
  });

  it('asks for an unknown URL in the same way without it', async () => {
    const partly = files.write('partly.yaml', [configMap(DATA), secret({ 'ding-url': KEYS['ding-url'] })]);
    const { stdout } = await run('adopt', '-f', partly);
    expect(parsed(stdout).filter(({ kind }) => kind === 'Secret')).toHaveLength(1);
    expect(stdout).toContain('The Secret argocd/ops-webhook');
    expect((await run('lint', '-f', files.write('partly-out.yaml', stdout))).code).toBe(0);
  });
});
