import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { answer, FakeApiServer, type Handler, refuse } from '../kubernetes/testing/fake-api-server.ts';
import { type TestKubeconfig, testKubeconfig } from '../kubernetes/testing/kubeconfig.ts';
import { run, runWithInput, TestFiles } from './testing/command-line.ts';

const files = new TestFiles();
afterAll(() => files.remove());

const URL_OF = 'https://oapi.dingtalk.com/robot/send?access_token=';
const SEED = readFileSync(new URL('../../test/e2e/ack-seed.configmap.yaml', import.meta.url), 'utf8')
  .replaceAll('WEBHOOK_URL', `${URL_OF}0123456789abcdef`)
  .replaceAll('ARGOCD_URL', 'https://argocd.example.com');
const { data: ACK } = parse(SEED) as { readonly data: Readonly<Record<string, string>> };
const NAME = 'argocd-notifications-cm';
const configMap = (namespace: string, data: object = ACK, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: NAME, namespace, uid: namespace, resourceVersion: '1', ...metadata },
  data,
});
const keysOf = (kind: string) =>
  Object.fromEntries(Object.entries(ACK).filter(([key]) => key.startsWith(kind)));
const SHARED = { templates: keysOf('template.'), triggers: keysOf('trigger.') };
const { context, subscriptions } = ACK as { readonly context: string; readonly subscriptions: string };
const VALUES = {
  notifications: {
    ...SHARED,
    argocdUrl: 'https://argocd.example.com',
    notifiers: keysOf('service.'),
    subscriptions: parse(subscriptions) as object,
  },
};
const CONFIGURATION = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'NotificationsConfiguration',
  metadata: { name: 'default-notifications-configuration', namespace: 'argocd' },
  spec: {
    ...SHARED,
    services: keysOf('service.'),
    context: parse(context) as object,
    subscriptions: { subscriptions },
  },
};

describe('adopt, from what people keep', () => {
  it.each([
    ['the ConfigMap', SEED],
    ['a list', stringify({ apiVersion: 'v1', kind: 'List', items: [configMap('argocd')] })],
    ['values of the chart argo-cd', stringify(VALUES)],
    ['the same as a dependency', stringify({ 'argo-cd': VALUES })],
    ['a NotificationsConfiguration', stringify(CONFIGURATION)],
  ])('makes the same resources of %s', async (_, text) => {
    const [seed, { code, stdout }] = await Promise.all([
      runWithInput(SEED, 'adopt', '-f', '-'),
      runWithInput(text, 'adopt', '-f', '-'),
    ]);
    expect(stdout).toBe(seed.stdout);
    expect(parseAllDocuments(stdout)).toHaveLength(6);
    expect(code).toBe(0);
  });

  it('is in the namespace of the only ConfigMap, and of the option if there are several', async () => {
    const only = files.write('only.yaml', [configMap('argo-cd')]);
    const { stdout } = await run('adopt', '-f', only);
    expect(stdout.match(/^ {2}namespace: .*$/gm)).toEqual(Array(6).fill('  namespace: argo-cd'));
    const both = files.write('both.yaml', [configMap('a'), configMap('b')]);
    const several = await run('adopt', '-f', both);
    expect(several.stderr).toMatch(
      /more than one configuration: ConfigMap a\/.*ConfigMap b\/.*--argocd-namespace\.\n$/,
    );
    expect(several.code).toBe(2);
    const one = await run('adopt', '-f', both, '--argocd-namespace', 'b');
    expect(one.stdout).toContain('  namespace: b\n');
    expect(one.stderr).toMatch(
      /ConfigMap a\/argocd-notifications-cm stays as it is\. .*self-service-notification/,
    );
    expect(one.code).toBe(0);
  });

  it('names the lines to take out of values, and leaves those of others', async () => {
    const values = files.write(
      'values.yaml',
      `notifications:
  secret:
    items:
      ding: 0123456789abcdef
      slack: xoxb-1
  notifiers:
    service.slack: |
      token: $slack
    service.webhook.ding: |
      url: ${URL_OF}$ding
  templates:
    template.t: |
      webhook: { ding: { method: POST, body: '{"msgtype":"text","text":{"content":"x"}}' } }
    template.s: |
      message: hello
  triggers:
    trigger.t: |
      - { when: "app.spec.project == 'x'", send: [t] }
    trigger.s: |
      - { when: "app.spec.project == 'x'", send: [s] }
  subscriptions:
    - recipients: [ding]
      triggers: [t]
    - recipients: [slack]
      triggers: [s]
`,
    );
    const { stderr } = await run('adopt', '-f', values);
    expect(stderr.split('\n').filter((line) => line.startsWith(`    ${values}`))).toEqual(
      [
        'lines 9-10: notifications.notifiers.service.webhook.ding',
        'lines 12-13: notifications.templates.template.t',
        'lines 17-18: notifications.triggers.trigger.t',
        'lines 22-23: notifications.subscriptions[0]',
        'line 4: notifications.secret.items.ding',
      ].map((line) => `    ${values} ${line}`),
    );
    const { stdout } = await run('adopt', '-f', values, '-o', 'json', '--redact');
    expect(JSON.parse(stdout).owners).toMatchObject([{ name: `Helm values in ${values}` }]);
  });

  it('copies the URL from a Secret that the files do not have', async () => {
    const data = { ...ACK, [Object.keys(keysOf('service.'))[0] as string]: 'url: $dingtalk-url' };
    const alone = files.write('alone.yaml', [configMap('argocd', data)]);
    const command = 'base64 -d | kubectl create secret generic';
    const { code, stdout } = await run('adopt', '-f', alone, '--redact');
    expect(stdout).toContain(`-n argocd -o jsonpath='{.data.dingtalk-url}' | ${command}`);
    expect(code).toBe(0);
    const secret = { kind: 'Secret', metadata: { name: 'argocd-notifications-secret', namespace: 'argocd' } };
    const without = files.write('without.yaml', [configMap('argocd', data), { ...secret, stringData: {} }]);
    const asked = await run('adopt', '-f', without, '--redact');
    expect(asked.stdout).not.toContain(command);
    expect(asked.stdout).toContain("read -rsp 'URL of the robot: '");
  });

  it.each([
    [
      'values that are not text',
      { subscriptions: [{ recipients: ['a'] }] },
      /:\d+:\d+: data\.subscriptions: the API server/,
    ],
    [
      'a legacy config.yaml',
      { 'config.yaml': 'subscriptions: [{ recipients: [a] }]' },
      /subscriptions: write it as/,
    ],
  ])('refuses %s with exit code 2', async (name, data, message) => {
    const { code, stdout, stderr } = await run(
      'adopt',
      '-f',
      files.write(`${name}.yaml`, [configMap('argocd', data)]),
    );
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('refuses a Secret that nobody could have applied, and does not repeat its value', async () => {
    const secret = {
      kind: 'Secret',
      metadata: { name: 'argocd-notifications-secret', namespace: 'argocd' },
      data: { url: `${URL_OF}abc` },
    };
    const { code, stderr } = await run(
      'adopt',
      '-f',
      files.write('secret.yaml', [configMap('argocd'), secret]),
    );
    expect(stderr).toMatch(/data\.url: the API server takes only base64/);
    expect(stderr).not.toContain('access_token');
    expect(code).toBe(2);
  });

  it('says what brings an exported ConfigMap back, and nothing about the export', async () => {
    const annotations = { 'meta.helm.sh/release-name': 'argo-cd' };
    const labels = { 'app.kubernetes.io/managed-by': 'Helm' };
    const of = (metadata: object) => files.write('export.yaml', [configMap('argocd', ACK, metadata)]);
    const { stderr } = await run('adopt', '-f', of({ annotations, labels }));
    expect(stderr).toMatch(
      /bring the old configuration back.*\n {2}Helm release argo-cd .*no helm upgrade until the switch/,
    );
    expect(stderr).not.toContain('export.yaml lines');
    expect((await run('adopt', '-f', of({}))).stderr).not.toContain('bring the old configuration back');
    expect((await run('adopt', '-f', of({ uid: undefined }))).stderr).toMatch(
      /take these lines out of the source:\n.*export\.yaml lines/,
    );
  });
});

describe('adopt, from a cluster', () => {
  let server: FakeApiServer;
  let kubeconfig: TestKubeconfig;
  let maps: ReturnType<typeof configMap>[];
  let mayList: boolean;
  let more: Handler;
  beforeEach(async () => {
    maps = [];
    mayList = true;
    more = (_, response) => answer(response, 200, { metadata: { resourceVersion: '1' }, items: [] });
    server = await FakeApiServer.start((request, response) => {
      const { path } = request;
      if (path === '/api/v1/configmaps' && mayList)
        return answer(response, 200, { metadata: { resourceVersion: '1' }, items: maps });
      if (path === '/api/v1/configmaps') return refuse(response, 403, 'Forbidden');
      const found = maps.find(
        ({ metadata }) => path === `/api/v1/namespaces/${metadata.namespace}/configmaps/${NAME}`,
      );
      if (found) return answer(response, 200, found);
      if (/\/(configmaps|leases)\//.test(path)) return refuse(response, 404, 'NotFound');
      if (path.includes('/secrets/'))
        return answer(response, 200, { metadata: { name: 's', uid: 's', resourceVersion: '1' }, data: {} });
      return more(request, response);
    });
    kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true });
  });
  afterEach(async () => {
    await server.close();
    await kubeconfig.remove();
  });
  const adopt = (...args: string[]) => run('adopt', '--kubeconfig', kubeconfig.path, ...args);

  it('finds Argo CD where the only ConfigMap is', async () => {
    maps = [configMap('openshift-gitops'), configMap('argocd', {})];
    const { code, stdout } = await adopt('--redact');
    expect(stdout.match(/^ {2}namespace: .*$/gm)).toEqual(Array(5).fill('  namespace: openshift-gitops'));
    expect(code).toBe(0);
  });

  it.each([
    [
      'there are several',
      () => [configMap('a'), configMap('b')],
      true,
      'a/argocd-notifications-cm, b/argocd-notifications-cm',
    ],
    [
      'the caller may not look',
      () => [configMap('a')],
      false,
      'you may not list ConfigMaps in all namespaces',
    ],
  ])('says what to pass where %s', async (_, existing, isAllowed, message) => {
    maps = existing();
    mayList = isAllowed;
    const { code, stdout, stderr } = await adopt('--redact');
    expect(stderr).toContain(message);
    expect(stderr).toContain("Name Argo CD's namespace as --argocd-namespace.");
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const told = await adopt('--redact', '--argocd-namespace', 'a');
    expect(told.stdout).toContain('  namespace: a\n');
  });

  it('needs no right to look around where Argo CD is in its default namespace', async () => {
    maps = [configMap('argocd')];
    mayList = false;
    expect(await adopt('--redact')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('namespace: argocd\n'),
    });
  });

  it('names configurations of other namespaces, and a NotificationsConfiguration', async () => {
    maps = [configMap('argocd'), configMap('team-a')];
    const rest = more;
    more = (request, response) =>
      request.path.endsWith('/namespaces/argocd/notificationsconfigurations')
        ? answer(response, 200, { metadata: { resourceVersion: '1' }, items: [CONFIGURATION] })
        : rest(request, response);
    const { stderr } = await adopt('--redact');
    expect(stderr).toContain('ConfigMap team-a/argocd-notifications-cm stays as it is');
    expect(stderr).toContain(
      'NotificationsConfiguration argocd/default-notifications-configuration (the ConfigMap is made',
    );
  });

  it('does not switch until the source is prepared', async () => {
    const annotations = { 'argocd.argoproj.io/tracking-id': 'cd:/ConfigMap:argocd/argocd-notifications-cm' };
    maps = [configMap('argocd', ACK, { annotations })];
    const { code, stderr } = await adopt('--take-over');
    expect(stderr).toMatch(
      /Turn off automated sync of Application cd of Argo CD, switch, and start the operator\. Then merge/,
    );
    expect(stderr).toMatch(/Nothing is switched: Application cd of Argo CD will bring.*--owner-will-follow/);
    expect(code).toBe(1);
    const told = await adopt('--take-over', '--owner-will-follow');
    expect(told.stderr).not.toContain('Nothing is switched');
    expect(told.stderr).toContain('not ready:');
    expect(server.requests.every(({ method }) => method === 'GET')).toBe(true);
  });
});
