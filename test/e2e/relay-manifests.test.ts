import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { namespace } from '../../operator/api/testing/manifests.ts';
import { type Stage, startStage } from '../support/stage.ts';

const CONFIG = join(import.meta.dirname, '../../config');
const OWN = 'tenancy: {}';
const RESTRICTED = 'restricted-pods';
const RELAY = '--as=system:serviceaccount:argocd:argocd-dingtalk-relay';
const OPERATOR = '--as=system:serviceaccount:argocd:argocd-dingtalk-operator';

let stage: Stage;
let folder: string;
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: false });
  const warns = { 'pod-security.kubernetes.io/warn': 'restricted' };
  await stage.apply(namespace('argocd-second'), namespace(RESTRICTED, warns));
  folder = await mkdtemp(join(tmpdir(), 'overlay-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await stage?.[Symbol.asyncDispose]();
});

/** Writes an overlay with a configuration of its own. */
async function overlay(resource: string, components: readonly string[], place?: string): Promise<string> {
  const path = (name: string) => relative(folder, join(CONFIG, name));
  const configuration = {
    ...{ name: 'argocd-dingtalk-configuration', behavior: 'replace' },
    literals: [`configuration.yaml=${OWN}`],
  };
  const text = stringify({
    resources: [path(resource)],
    components: components.map(path),
    configMapGenerator: [configuration],
    ...(place !== undefined && { namespace: place }),
  });
  await writeFile(join(folder, 'kustomization.yaml'), text);
  return folder;
}

it.each([
  ['default', 'relay', 'argocd'],
  ['default', 'relay-postgres', 'argocd'],
  ['another-namespace', 'relay', 'argocd-second'],
])(
  'an overlay of config/%s with config/%s keeps its own configuration, for both',
  async (base, component, place) => {
    const text = await stage.cp.kubectl(['kustomize', await overlay(base, [component], place)]);
    const objects = parseAllDocuments(text).map((document) => document.toJS());
    const [map, ...others] = objects.filter(({ data }) => data?.['configuration.yaml'] !== undefined);
    expect(others).toEqual([]);
    expect(map.data).toEqual({ 'configuration.yaml': OWN });
    const deployments = objects.filter(({ kind }) => kind === 'Deployment');
    expect(
      deployments.map(({ metadata, spec }) => [
        metadata.name,
        spec.template.spec.volumes.flatMap((each: Volume) => each.configMap?.name ?? []),
      ]),
    ).toEqual([
      ['argocd-dingtalk-operator', [map.metadata.name]],
      ['argocd-dingtalk-relay', [map.metadata.name]],
    ]);
  },
);

interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly secret?: object;
}

interface Built {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly egress?: readonly object[];
    readonly template?: {
      readonly spec: {
        readonly volumes: readonly Volume[];
        readonly containers: readonly { readonly volumeMounts: readonly Mount[] }[];
      };
    };
  };
}

interface Mount {
  readonly name: string;
  readonly mountPath: string;
}

it.each<[string, string, string | undefined]>([
  ['default', 'relay', undefined],
  ['default', 'relay-postgres', undefined],
  ['namespaced', 'relay', undefined],
  ['another-namespace', 'relay', 'argocd-second'],
])('the API server accepts config/%s with config/%s', async (base, component, place) => {
  const built = await overlay(base, [component, 'network-policy'], place);
  const applied = await stage.cp.kubectl(['apply', '--server-side', '--dry-run=server', '-k', built]);
  for (const object of ['deployment.apps', 'networkpolicy.networking.k8s.io'])
    for (const name of ['operator', 'relay']) expect(applied).toContain(`${object}/argocd-dingtalk-${name} `);
  expect(applied.includes('persistentvolumeclaim/')).toBe(component === 'relay');
  expect(applied.includes('poddisruptionbudget.policy/argocd-dingtalk-relay')).toBe(component !== 'relay');
});

it('config/relay-argocd-api mounts one Secret and opens one port, and gives no right', async () => {
  const built = async (components: readonly string[]): Promise<Built[]> => {
    const text = await stage.cp.kubectl(['kustomize', await overlay('default', components)]);
    return parseAllDocuments(text).map((document) => document.toJS());
  };
  const find = (objects: readonly Built[], kind: string) =>
    objects.find((each) => each.kind === kind && each.metadata.name === 'argocd-dingtalk-relay');
  const [without, extended] = [await built(['relay']), await built(['relay', 'relay-argocd-api'])];
  const isRight = ({ kind }: Built) => /Role/.test(kind);
  expect(extended.filter(isRight)).toEqual(without.filter(isRight));
  const { volumes = [], containers = [] } = find(extended, 'Deployment')?.spec?.template?.spec ?? {};
  expect(volumes.filter(({ secret }) => secret)).toEqual([
    { name: 'argocd-api', secret: { secretName: 'argocd-dingtalk-argocd-api', optional: true } },
  ]);
  const { argocd } = parse(await readFile(join(CONFIG, 'relay-argocd-api/configuration.yaml'), 'utf8'));
  const mounts = containers.flatMap(({ volumeMounts }) => volumeMounts);
  const mount = mounts.find(({ name }) => name === 'argocd-api');
  for (const file of [argocd.api.tokenFile, argocd.api.caFile]) expect(dirname(file)).toBe(mount?.mountPath);
  const egress = (objects: readonly Built[]) => find(objects, 'NetworkPolicy')?.spec?.egress ?? [];
  expect(egress(extended)).toEqual([
    ...egress(without),
    {
      to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'argocd-server' } } }],
      ports: [{ protocol: 'TCP', port: 8080 }],
    },
  ]);
  const dryRun = ['apply', '--server-side', '--dry-run=server', '-k'];
  await stage.cp.kubectl([...dryRun, await overlay('default', ['relay-postgres', 'relay-argocd-api'])]);
});

it('the API server accepts config/gitee after config/relay, and the Ingress beside it', async () => {
  const built = await overlay('default', ['relay', 'gitee']);
  const applied = await stage.cp.kubectl(['apply', '--server-side', '--dry-run=server', '-k', built]);
  expect(applied).toContain('service/argocd-dingtalk-relay-gitee ');
  const objects = parseAllDocuments(await stage.cp.kubectl(['kustomize', built])).map((each) => each.toJS());
  const find = (kind: string) =>
    objects.find((each) => each.kind === kind && each.metadata.name === 'argocd-dingtalk-relay');
  expect(find('Deployment').spec.template.spec.containers[0].ports).toContainEqual({
    name: 'gitee',
    containerPort: 8084,
  });
  // Argo CD's port stays as narrow as it was.
  expect(
    find('NetworkPolicy').spec.ingress.map(({ from, ports }: IngressRule) => [
      ports[0]?.port,
      from !== undefined,
    ]),
  ).toEqual([
    [8090, true],
    [8080, false],
    [8084, false],
  ]);
  const ingress = join(CONFIG, 'gitee/ingress.yaml');
  const dryRun = ['apply', '--server-side', '--dry-run=server', '-f', ingress];
  expect(await stage.cp.kubectl(dryRun)).toContain('ingress.networking.k8s.io/argocd-dingtalk-relay-gitee ');
});

interface IngressRule {
  readonly from?: unknown;
  readonly ports: readonly { readonly port: number }[];
}

it.each(['relay', 'relay-postgres'])('the pods of config/%s are restricted ones', async (component) => {
  const built = await overlay('default', [component], RESTRICTED);
  const args = ['apply', '--server-side', '--dry-run=server', '-k', built];
  const { code, stdout, stderr } = await stage.cp.tryKubectl(args);
  expect(stdout).toContain('deployment.apps/argocd-dingtalk-relay');
  expect({ code, warnings: stderr.match(/^Warning:.*/gm) }).toEqual({ code: 0, warnings: null });
});

describe('with config/default', () => {
  beforeAll(() => give('default'));

  it.each([
    ['watch', 'relayroutes', '-n', 'argocd'],
    ['patch', 'relayroutes', '--subresource=status', '-n', 'argocd'],
    ['get', 'secret/argocd-notifications-secret', '-n', 'argocd'],
    ['get', 'secrets', '-n', 'team'],
  ])('the relay may %s %s %s %s', async (...question) => {
    expect(await may(RELAY, ...question)).toBe('yes');
  });

  it.each([
    ['patch', 'relayroutes', '-n', 'argocd'],
    ['create', 'relayroutes', '-n', 'argocd'],
    ['list', 'relayroutes', '-A'],
    ['list', 'secrets', '-n', 'team'],
    ['list', 'secrets', '-n', 'argocd'],
    ['patch', 'secret/argocd-notifications-secret', '-n', 'argocd'],
    ['get', 'configmap/argocd-notifications-cm', '-n', 'argocd'],
    ['list', 'dingtalkrobots', '-n', 'team'],
    ['list', 'applications.argoproj.io', '-A'],
    ['create', 'leases.coordination.k8s.io', '-n', 'argocd'],
    ['create', 'events.events.k8s.io', '-A'],
  ])('the relay may not %s %s %s %s', async (...question) => {
    expect(await may(RELAY, ...question)).toBe('no');
  });

  it.each([
    ['list', 'yes'],
    ['watch', 'yes'],
    ['create', 'yes'],
    ['patch', 'yes'],
    ['delete', 'yes'],
    ['deletecollection', 'no'],
  ])('the operator may %s relayroutes in Argo CD’s namespace: %s', async (verb, answer) => {
    expect(await may(OPERATOR, verb, 'relayroutes', '-n', 'argocd')).toBe(answer);
    expect(await may(OPERATOR, verb, 'relayroutes', '-n', 'team')).toBe('no');
  });
});

describe('with config/namespaced', () => {
  beforeAll(async () => {
    await stage.cp.kubectl(['delete', '-k', join(CONFIG, 'read-secrets')]);
    await stage.apply(namespace('team'));
    await give('namespaced');
  });

  it('the relay may read Secrets of a namespace once it gives the right', async () => {
    const question = ['get', 'secrets', '-n', 'team'] as const;
    expect(await may(RELAY, ...question)).toBe('no');
    for (const right of ['read-secrets-in-namespace', 'relay-read-secrets-in-namespace'])
      await stage.cp.kubectl(['apply', '-n', 'team', '-k', join(CONFIG, right)]);
    expect(await may(RELAY, ...question)).toBe('yes');
    expect(await may(OPERATOR, ...question)).toBe('yes');
    expect(await may(RELAY, 'get', 'secrets', '-n', 'argocd')).toBe('no');
  });

  it('the relay may read the key of the hooks with config/gitee, and do nothing else with it', async () => {
    const question = ['secret/argocd-dingtalk-gitee', '-n', 'argocd'] as const;
    expect(await may(RELAY, 'get', ...question)).toBe('no');
    await give('namespaced', ['relay', 'gitee']);
    expect(await may(RELAY, 'get', ...question)).toBe('yes');
    for (const verb of ['patch', 'update', 'delete', 'list', 'watch'])
      expect(await may(RELAY, verb, ...question)).toBe('no');
  });
});

/** Applies the rights of an overlay with the relay, and nothing else of it. */
async function give(base: string, components = ['relay']): Promise<void> {
  const text = await stage.cp.kubectl(['kustomize', await overlay(base, components)]);
  const objects = parseAllDocuments(text).map((document) => document.toJS());
  await stage.cp.apply(
    objects.filter(({ kind }) => /^(Cluster)?Role(Binding)?$|^ServiceAccount$/.test(kind)),
  );
}

async function may(as: string, ...question: string[]): Promise<string> {
  const words = question.filter((word) => word !== undefined);
  return (await stage.cp.tryKubectl(['auth', 'can-i', ...words, as])).stdout.trim();
}
