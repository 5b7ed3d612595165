import { describe, expect, it } from 'vitest';
import { config, snapshot } from '../../core/testing/fixtures.ts';
import { ForbiddenError } from '../../kubernetes/api-error.ts';
import type { ApiCall, ApiRequest } from '../../kubernetes/request.ts';
import type { ClusterView } from './cluster-view.ts';
import { controllerProxySteps, goesPastProxy } from './controller-proxy.ts';
import { type ControllerDeployment, readControllers } from './controllers.ts';

const RELAY = 'http://argocd-dingtalk-relay.argocd.svc:8080';
const DEPLOYMENT = 'Deployment argocd/argocd-notifications-controller';
const PROXY = { name: 'HTTP_PROXY', value: 'http://user:password@proxy.example.com:3128' };

const controller = (...env: readonly object[]) =>
  ({
    metadata: {
      ...{ name: 'argocd-notifications-controller', namespace: 'argocd' },
      labels: { 'app.kubernetes.io/name': 'argocd-notifications-controller' },
    },
    spec: { template: { spec: { containers: [{ env }] } } },
  }) as unknown as ControllerDeployment;
const withRelay = config({ relay: { url: RELAY } });

function said(controllers: readonly ControllerDeployment[] | undefined): string[] {
  const view = { snapshot: snapshot({ config: withRelay }), controllers } as unknown as ClusterView;
  return controllerProxySteps(view).map(({ verdict, message }) => `${verdict}: ${message}`);
}

describe('a proxy of Argo CD', () => {
  it('that takes the requests for the relay elsewhere is a problem, and its address is not shown', () => {
    for (const name of ['HTTP_PROXY', 'http_proxy'])
      expect(said([controller({ ...PROXY, name })])).toEqual([
        `problem: ${DEPLOYMENT} sets ${name}, so Argo CD posts the events for the relay, and the capability, to that proxy`,
      ]);
    const fromSecret = { name: 'HTTP_PROXY', valueFrom: { secretKeyRef: { name: 'proxy', key: 'url' } } };
    expect(said([controller(fromSecret)])[0]).toMatch(/^problem: /);
  });

  it('is none, or is for other requests', () => {
    const none = `ok: ${DEPLOYMENT} sets no proxy on the way to the relay`;
    expect(said([controller()])).toEqual([none]);
    expect(said([controller({ name: 'HTTPS_PROXY', value: PROXY.value })])).toEqual([none]);
    const empty = { name: 'HTTP_PROXY', value: '' };
    expect(said([controller(empty)])).toEqual([none]);
    expect(said([controller(PROXY, empty)])).toEqual([none]);
    expect(said([controller(empty, { ...PROXY, name: 'http_proxy' })])[0]).toMatch(/^problem: .*http_proxy/);
    expect(said([controller(PROXY, { name: 'NO_PROXY', value: 'example.com, .svc' })])).toEqual([
      `ok: ${DEPLOYMENT} sets HTTP_PROXY, and its NO_PROXY excepts argocd-dingtalk-relay.argocd.svc`,
    ]);
  });

  it('is not judged by what the caller may not see', () => {
    expect(said(undefined)[0]).toMatch(/^unknown: .*you may not list the Deployments of argocd$/);
    expect(said([])[0]).toMatch(
      /^unknown: .*no Deployment of argocd has the label app\.kubernetes\.io\/name=/,
    );
    expect(said([controller(PROXY, { name: 'NO_PROXY', valueFrom: {} })])).toEqual([
      `unknown: ${DEPLOYMENT} sets HTTP_PROXY, and its NO_PROXY comes from another object`,
    ]);
    const { metadata } = controller();
    const spec = { template: { spec: { containers: [{ envFrom: [{ configMapRef: { name: 'proxy' } }] }] } } };
    expect(said([{ metadata, spec } as unknown as ControllerDeployment])[0]).toMatch(
      /^unknown: .* takes variables from other objects, and one of them may be HTTP_PROXY$/,
    );
  });
});

describe('the Deployments of the controller', () => {
  const asked: string[] = [];
  const answering = (items: readonly object[]) =>
    (async ({ path }: ApiRequest) => {
      asked.push(path);
      return { body: { metadata: { resourceVersion: '1' }, items } };
    }) as unknown as ApiCall;
  const nothing = () => undefined;

  it('are found by their label, and only if there is a relay', async () => {
    const other = { metadata: { name: 'argocd-server', namespace: 'argocd', labels: {} } };
    const request = answering([other, controller()]);
    expect(await readControllers(request, config(), nothing)).toEqual([]);
    expect(asked).toEqual([]);
    const found = await readControllers(request, withRelay, nothing);
    expect(found?.map(({ metadata }) => metadata.name)).toEqual(['argocd-notifications-controller']);
    expect(asked).toEqual([expect.stringMatching(/^\/apis\/apps\/v1\/namespaces\/argocd\/deployments\b/)]);
  });

  it('are not seen without the right to list them', async () => {
    const messages: string[] = [];
    const request = (async () => {
      throw new ForbiddenError('cannot list deployments.apps in the namespace argocd', 403, {});
    }) as unknown as ApiCall;
    expect(await readControllers(request, withRelay, (each) => messages.push(each))).toBeUndefined();
    expect(messages).toEqual([expect.stringContaining('cannot list deployments.apps')]);
  });
});

it.each<[string, string, boolean]>([
  [RELAY, '', false],
  [RELAY, 'svc', true],
  [RELAY, '*.svc', true],
  [RELAY, '.SVC:8080', true],
  [RELAY, '.svc:80', false],
  [RELAY, 'vc', false],
  [RELAY, 'argocd-dingtalk-relay.argocd.svc', true],
  [RELAY, '.argocd-dingtalk-relay.argocd.svc', false],
  [RELAY, 'argocd-dingtalk-relay', false],
  [RELAY, '10.0.0.0/8', false],
  [RELAY, '*', true],
  ['http://10.1.2.3:8080', '10.0.0.0/8', true],
  ['http://10.1.2.3:8080', '10.1.2.3', true],
  ['http://10.1.2.3:8080', '192.168.0.0/16,nonsense/999', false],
  ['http://[fd00::1]:8080', 'fd00::/8', true],
  ['http://127.0.0.1:8080', '', true],
  ['http://localhost:8080', '', true],
])('Go excepts %s from a proxy with NO_PROXY=%s: %s', (url, noProxy, answer) => {
  expect(goesPastProxy(new URL(url), noProxy)).toBe(answer);
});
