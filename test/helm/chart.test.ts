import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { packChart } from '../../release/chart.ts';
import { CHART, type Helm, openHelm } from './helm.ts';
import { HELM_VERSIONS } from './layout.ts';
import { comparable, isHook, kustomized, manifestsIn } from './manifests.ts';

const CONFIG = join(import.meta.dirname, '../../config');

interface Pair {
  readonly name: string;
  /** Folders of config/; those with a plus are components. */
  readonly parts: readonly string[];
  readonly values: object;
  readonly namespace?: string;
}

const MONITORING = {
  serviceMonitor: { enabled: true },
  rules: { enabled: true },
  dashboard: { enabled: true },
};
const SECOND = {
  tenancy: { namespaceSelector: { matchLabels: { 'argocd-dingtalk.io/argocd': 'argocd-second' } } },
};

/** Kustomizations, and the values that give the same objects. */
const SAME: readonly Pair[] = [
  { name: 'default', parts: ['default'], values: {} },
  { name: 'namespaced', parts: ['namespaced'], values: { rbac: { readSecrets: { cluster: false } } } },
  {
    name: 'watch-secrets',
    parts: ['default', 'watch-secrets'],
    values: { rbac: { watchSecrets: { cluster: true } } },
  },
  {
    name: 'project-annotations',
    parts: ['default', 'project-annotations'],
    values: { rbac: { projectAnnotations: true } },
  },
  { name: 'monitoring', parts: ['default', 'monitoring'], values: { monitoring: MONITORING } },
  { name: 'single-replica', parts: ['default', '+single-replica'], values: { replicas: 1 } },
  {
    name: 'network-policy',
    parts: ['default', '+network-policy'],
    values: { networkPolicy: { enabled: true } },
  },
  { name: 'relay', parts: ['default', '+relay'], values: { relay: { enabled: true } } },
  {
    name: 'relay-postgres',
    parts: ['default', '+relay-postgres'],
    values: { relay: { enabled: true, store: 'postgres' } },
  },
  {
    name: 'relay-argocd-api',
    parts: ['default', '+relay-postgres', '+relay-argocd-api'],
    values: { relay: { enabled: true, store: 'postgres', argocdApi: { enabled: true } } },
  },
  {
    name: 'relay, without the right to read all Secrets',
    parts: ['namespaced', '+relay'],
    values: { relay: { enabled: true }, rbac: { readSecrets: { cluster: false } } },
  },
  {
    name: 'gitee',
    parts: ['default', '+relay', '+gitee'],
    values: { relay: { enabled: true }, gitee: { enabled: true } },
  },
  {
    name: 'relay-monitoring',
    parts: ['default', 'monitoring', 'relay-monitoring', '+relay'],
    values: { relay: { enabled: true }, monitoring: MONITORING },
  },
  {
    name: 'another-namespace',
    parts: ['another-namespace'],
    values: { crds: { install: false }, tenantRoles: { create: false }, configuration: SECOND },
    namespace: 'argocd-second',
  },
];

/** The components that need a configuration, and have one for overlays. */
const CONFIGURED: ReadonlySet<string> = new Set(['+relay', '+relay-postgres', '+relay-argocd-api']);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kustomization-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Folders of config/ together, with the configuration that one of them has for an overlay, as docs/relay.md says. */
async function together(parts: readonly string[]): Promise<string> {
  const pathOf = (part: string) => relative(folder, join(CONFIG, part.replace('+', '')));
  const kustomization = {
    resources: parts.filter((part) => !part.startsWith('+')).map(pathOf),
    components: parts.filter((part) => part.startsWith('+')).map(pathOf),
    configMapGenerator: await replaced(parts.filter((part) => CONFIGURED.has(part))),
  };
  await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
  return folder;
}

/** Writes the configurations of components as one file into the overlay, since kustomize takes none from elsewhere. */
async function replaced(parts: readonly string[]): Promise<object[]> {
  if (parts.length === 0) return [];
  const texts = parts.map((part) =>
    readFile(join(CONFIG, part.replace('+', ''), 'configuration.yaml'), 'utf8'),
  );
  const file = Object.assign({}, ...(await Promise.all(texts)).map((text) => parse(text)));
  await writeFile(join(folder, 'configuration.yaml'), stringify(file));
  const generator = {
    ...{ name: 'argocd-dingtalk-configuration', namespace: 'argocd' },
    ...{ behavior: 'replace', files: ['configuration.yaml'] },
  };
  return [generator];
}

describe('the chart', () => {
  it('has the version of the package', async () => {
    const chart = parse(await readFile(join(CHART, 'Chart.yaml'), 'utf8'));
    const { version } = packageJson;
    expect(chart).toMatchObject({ version, appVersion: version });
  });
});

describe.each(HELM_VERSIONS)('with Helm %d, the chart', (major) => {
  let helm: Helm;
  beforeAll(async () => {
    helm = await openHelm(major);
  });
  afterAll(async () => helm?.[Symbol.asyncDispose]());

  const rendered = async (values: object, namespace?: string) => {
    const { code, stdout, stderr } = await helm.template(values, undefined, namespace);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    return manifestsIn(stdout);
  };
  const refusal = async (values: object): Promise<string> => {
    const { code, stderr } = await helm.template(values);
    expect(code).not.toBe(0);
    return stderr;
  };

  it('has nothing that lint warns of', async () => {
    const text = await helm.helm('lint', CHART, '--strict');
    expect(text).toContain('1 chart(s) linted, 0 chart(s) failed');
    expect(text).not.toMatch(/\[(WARNING|ERROR)\]/);
  });

  it.each(SAME)('gives the objects of config/$name', async ({ parts, values, namespace }) => {
    const byHelm = (await rendered(values, namespace)).filter((manifest) => !isHook(manifest));
    expect(comparable(byHelm)).toEqual(comparable(await kustomized(await together(parts))));
  });

  it('gives the rights in a namespace that the folders for one namespace give', async () => {
    const scope = { cluster: false, namespaces: ['team'] };
    const byHelm = await rendered({
      relay: { enabled: true },
      rbac: { readSecrets: scope, watchSecrets: scope },
    });
    const ours = byHelm.filter(({ metadata }) => metadata.namespace === 'team');
    const folders = [
      'read-secrets-in-namespace',
      'relay-read-secrets-in-namespace',
      'watch-secrets-in-namespace',
    ];
    const theirs = (await kustomized(await together(folders))).map((manifest) => ({
      ...manifest,
      metadata: { ...manifest.metadata, namespace: 'team' },
    }));
    expect(comparable(ours)).toEqual(comparable(theirs));
  });

  it('is the same from a package, that of Helm and that of a release, without a link', async () => {
    const direct = await helm.template();
    await packChart(folder);
    const released = join(folder, `argocd-dingtalk-operator-${packageJson.version}.tgz`);
    for (const chart of [await helm.packaged(), released]) {
      const args = ['argocd-dingtalk-operator', chart, '-n', 'argocd', '--kube-version', '1.36.0'];
      expect(await helm.helm('template', ...args)).toBe(direct.stdout);
    }
  });

  it.each<[string, object, RegExp]>([
    ['a field that does not exist', { replica: 3 }, /replica\b/],
    ['one below another', { rbac: { readSecret: {} } }, /rbac[\s\S]*readSecret\b/],
    ['a wrong type', { replicas: 'two' }, /replicas/],
    [
      'a field that the operator does not know',
      { configuration: { tenancy: { mdoe: 'open' } } },
      /tenancy[\s\S]*mdoe/,
    ],
    ['a value that it refuses', { configuration: { robots: { verify: 'Always' } } }, /robots[./]verify/],
    ['what the chart sets', { configuration: { health: { listen: 'x' } } }, /health/],
    ['what the chart sets for the relay', { configuration: { relay: { listen: 'x' } } }, /relay/],
    ['a store of the relay that does not exist', { relay: { store: 'redis' } }, /relay[\s\S]*store/],
    ['two relays over one file', { relay: { enabled: true, replicas: 2 } }, /relay\.replicas/],
    [
      'a target beside argocd.namespace',
      { configuration: { target: { namespace: 'x' } } },
      /target[\s\S]*namespace/,
    ],
    ['a digest of nothing', { image: { digest: 'latest' } }, /digest/],
    ['two sources of CA certificates', { caCertificates: { configMap: 'a', secret: 'b' } }, /caCertificates/],
    ['an account without a name', { serviceAccount: { create: false } }, /serviceAccount\.name is empty/],
  ])('refuses %s, and names the field', async (_, values, field) => {
    expect(await refusal(values)).toMatch(field);
  });

  it('puts what is given where it belongs', async () => {
    const objects = await rendered({
      image: {
        repository: 'registry.example.com/o',
        digest: `sha256:${'0'.repeat(64)}`,
        pullSecrets: ['pull'],
      },
      argocd: { namespace: 'cd' },
      configuration: { limits: { configMapBytes: 1_500_000 }, target: { secret: 'other' } },
      caCertificates: { secret: 'ca' },
      env: [{ name: 'HTTPS_PROXY', value: 'http://proxy:3128' }],
      nodeSelector: { pool: 'a' },
      topologySpreadConstraints: [],
      podLabels: { team: 'platform', 'app.kubernetes.io/name': 'mine' },
      serviceAccount: { name: 'renamed' },
      networkPolicy: { enabled: true, extraEgress: [{ ports: [{ port: 3128 }] }] },
    });
    const find = (kind: string, name: string) =>
      objects.find((each) => each.kind === kind && each.metadata.name === name) ??
      expect.fail(`no ${kind} ${name}`);
    const operator = find('Deployment', 'argocd-dingtalk-operator');
    const image = `registry.example.com/o@sha256:${'0'.repeat(64)}`;
    const pod = { nodeSelector: { pool: 'a' }, imagePullSecrets: [{ name: 'pull' }] };
    expect(operator).toMatchObject({
      metadata: { namespace: 'argocd' },
      spec: {
        template: {
          metadata: { labels: { team: 'platform', 'app.kubernetes.io/name': 'argocd-dingtalk-operator' } },
          spec: {
            ...pod,
            serviceAccountName: 'renamed',
            topologySpreadConstraints: [],
            containers: [{ image, env: [{ name: 'HTTPS_PROXY' }] }],
            volumes: [{ name: 'configuration' }, { name: 'ca-certificates', secret: { secretName: 'ca' } }],
          },
        },
      },
    });
    expect(find('Job', 'argocd-dingtalk-uninstall')).toMatchObject({
      spec: { template: { spec: { ...pod, containers: [{ image }] } } },
    });
    const { data } = find('ConfigMap', 'argocd-dingtalk-configuration');
    expect(parse((data as Record<string, string>)['configuration.yaml'] ?? '')).toMatchObject({
      target: { namespace: 'cd', secret: 'other' },
      limits: { configMapBytes: 1_500_000 },
      dingtalk: { caFile: '/etc/argocd-dingtalk-ca/ca.crt' },
    });
    const subjects = [{ kind: 'ServiceAccount', name: 'renamed', namespace: 'argocd' }];
    expect(find('RoleBinding', 'argocd-dingtalk-operator')).toMatchObject({
      metadata: { namespace: 'cd' },
      subjects,
    });
    expect(find('ClusterRoleBinding', 'argocd-dingtalk-read-secrets.cd')).toMatchObject({ subjects });
    const egress = expect.arrayContaining([{ ports: [{ port: 3128 }] }]);
    for (const name of ['argocd-dingtalk-operator', 'argocd-dingtalk-uninstall'])
      expect(find('NetworkPolicy', name)).toMatchObject({ spec: { egress } });
    // Whoever renamed the account: nothing may still name the other one.
    const named = objects.filter((each) =>
      JSON.stringify(each.subjects ?? []).includes('argocd-dingtalk-operator'),
    );
    expect(named).toEqual([]);
  });
});
