import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { INSTALLATION } from '../api/installation.ts';
import { OPERATOR_VERSION } from '../api/version.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import { publishedObjects } from '../controller/testing/published-objects.ts';
import { config, NAMESPACE, snapshot, subscription } from '../core/testing/fixtures.ts';
import { type Connection, connect } from '../kubernetes/connection.ts';
import type { DataObject } from '../kubernetes/objects.ts';
import { answer, FakeApiServer, refuse } from '../kubernetes/testing/fake-api-server.ts';
import { type TestKubeconfig, testKubeconfig } from '../kubernetes/testing/kubeconfig.ts';
import { knownConfiguration, withoutDoubt } from './known-configuration.ts';
import { UsageError } from './process-io.ts';

const OWN = config({
  target: { namespace: 'argocd', configMap: 'cm' },
  tenancy: { projects: { payments: [NAMESPACE] }, trustedNamespaces: ['platform'] },
});
const ADMINS = `/api/v1/namespaces/argocd/configmaps/${INSTALLATION.admins}`;
const EVERYBODY = `/api/v1/namespaces/argocd/configmaps/${INSTALLATION.everybody}`;

let objects: Map<string, DataObject>;
/** Answers in place of an object, by path. */
let refused: Map<string, number>;
let server: FakeApiServer;
let kubeconfig: TestKubeconfig;
let connection: Connection;
beforeEach(async () => {
  objects = publishedObjects(OWN);
  refused = new Map();
  server = await FakeApiServer.start(({ path }, response) => {
    const code = refused.get(path);
    const object = objects.get(path);
    if (code !== undefined) return refuse(response, code, 'Refused');
    return object ? answer(response, 200, object) : refuse(response, 404, 'NotFound');
  });
  kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true });
  connection = connect({ kubeconfig: kubeconfig.path });
});
afterEach(async () => {
  await connection.close();
  await server.close();
  await kubeconfig.remove();
});

async function known(
  argocdNamespace?: string,
  parts: 'settings' | 'settings and grants' = 'settings and grants',
  given?: OperatorConfiguration,
) {
  let stderr = '';
  const io = { stderr: { write: (text: string) => (stderr += text) } };
  const where = argocdNamespace === undefined ? {} : { argocdNamespace };
  return { ...(await knownConfiguration(given, where, connection.request, io, parts)), stderr };
}

const withText = (path: string, change: (text: string) => string) => {
  const object = objects.get(path) as DataObject;
  const text = change(object.data?.['configuration.yaml'] ?? '');
  objects.set(path, { ...object, data: { ...object.data, 'configuration.yaml': text } });
};

describe('the configuration of an installation', () => {
  it('is that which the operator has published', async () => {
    expect(await known()).toEqual({
      config: OWN,
      knows: { settings: true, grants: true },
      version: OPERATOR_VERSION,
      stderr: '',
    });
  });

  it('is the given one in any case', async () => {
    const given = config({ robots: { locale: 'zh-CN' } });
    expect(await known(undefined, 'settings and grants', given)).toMatchObject({ config: given, stderr: '' });
    expect(server.requests).toEqual([]);
  });

  it('is looked for in another namespace of Argo CD', async () => {
    const moved = config({ target: { namespace: 'gitops' } });
    objects = publishedObjects(moved);
    expect((await known('gitops')).config).toEqual(moved);
  });

  it.each<[string, () => void, string]>([
    ['there is none', () => objects.clear(), 'does not exist'],
    ['nobody may read it', () => refused.set(EVERYBODY, 403), 'cannot be read with your rights'],
    [
      'no operator has begun to lead',
      () => objects.set(EVERYBODY, { ...(objects.get(EVERYBODY) as DataObject), data: {} }),
      'has no data, because no operator has begun to lead since it was made',
    ],
    ['it is damaged', () => withText(EVERYBODY, () => 'a: ['), 'does not contain a configuration'],
  ])('is the default one if %s, and one sentence says so, with the remedy', async (_, given, why) => {
    given();
    const { config: assumed, knows, stderr } = await known();
    expect(assumed.target).toEqual({
      namespace: 'argocd',
      configMap: 'argocd-notifications-cm',
      secret: 'argocd-notifications-secret',
    });
    expect(knows).toEqual({ settings: false, grants: false });
    expect(stderr).toBe(
      "note: the operator's configuration is not known, and the default configuration counts: ConfigMap " +
        `argocd/argocd-dingtalk-installation ${why}. Name Argo CD's namespace as --argocd-namespace, or give the ` +
        'configuration as --config.\n',
    );
  });

  it('has the target of the other namespace, also by default', async () => {
    expect((await known('gitops')).config).toMatchObject({
      target: { namespace: 'gitops' },
      tenancy: { trustedNamespaces: ['gitops'] },
    });
  });

  it.each<[string, () => void, string]>([
    ['the caller may not read them', () => refused.set(ADMINS, 403), 'cannot be read with your rights'],
    ['they are missing', () => objects.delete(ADMINS), 'does not exist'],
    ['they are damaged', () => withText(ADMINS, () => '- a'), 'does not contain a configuration'],
  ])('has no grants if %s', async (_, given, why) => {
    given();
    const { config: part, knows, stderr } = await known();
    expect(part).toMatchObject({ target: OWN.target, limits: OWN.limits, tenancy: { projects: {} } });
    expect(knows).toEqual({ settings: true, grants: false });
    expect(stderr).toBe(
      `note: the grants of the installation are not known: ConfigMap argocd/${INSTALLATION.admins} ${why}. Conclusions ` +
        'that depend on a grant are uncertain.\n',
    );
    expect((await known(undefined, 'settings')).stderr).toBe('');
  });

  it('of a newer operator is read without its new fields, which are named', async () => {
    withText(EVERYBODY, (text) => `${text}future: {a: 1}\n`);
    const { config: read, knows, stderr } = await known();
    expect(read).toEqual(OWN);
    expect(knows).toEqual({ settings: true, grants: true });
    expect(stderr).toMatch(
      /^note: .*which does not know these fields of its configuration: future\. Use the command/,
    );
  });

  it('is not guessed if the API server fails', async () => {
    refused.set(EVERYBODY, 500);
    await expect(known()).rejects.toThrow(UsageError);
  });
});

describe('a snapshot without doubt', () => {
  const before = snapshot({ config: OWN, subscriptions: [subscription()] });

  it('is unchanged if everything is known', () => {
    expect(withoutDoubt(before, { settings: true, grants: true })).toBe(before);
  });

  it('trusts all namespaces if the grants are not known, and grants nothing', () => {
    const { config: judged } = withoutDoubt(before, { settings: true, grants: false }, ['more']);
    expect(judged.tenancy).toMatchObject({
      trustedNamespaces: ['platform', NAMESPACE, 'more'],
      projects: OWN.tenancy.projects,
    });
    expect(judged.limits).toEqual(OWN.limits);
  });

  it('has room for everything if the limits are not known', () => {
    const { config: judged } = withoutDoubt(before, { settings: false, grants: false });
    expect(judged.limits.perNamespace.keys).toBe(Number.MAX_SAFE_INTEGER);
    expect(judged.limits.maxEventAge).toBe(OWN.limits.maxEventAge);
  });
});
