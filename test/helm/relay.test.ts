import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Helm, openHelm } from './helm.ts';
import { HELM_VERSIONS } from './layout.ts';
import { type Manifest, manifestsIn } from './manifests.ts';

const NAME = 'argocd-dingtalk-relay';
const SUBJECT = { kind: 'ServiceAccount', name: NAME, namespace: 'argocd' };

describe.each(HELM_VERSIONS)('with Helm %d, the relay of the chart', (major) => {
  let helm: Helm;
  beforeAll(async () => {
    helm = await openHelm(major);
  });
  afterAll(async () => helm?.[Symbol.asyncDispose]());

  const rendered = async (relay: object, values: object = {}) => {
    const all = { ...values, relay: { enabled: true, ...relay } };
    const { code, stdout, stderr } = await helm.template(all);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const objects = manifestsIn(stdout);
    const find = (kind: string, name = NAME): Manifest =>
      objects.find((each) => each.kind === kind && each.metadata.name === name) ??
      expect.fail(`no ${kind} ${name}`);
    const kinds = () => objects.filter(({ metadata }) => metadata.name === NAME).map(({ kind }) => kind);
    return { find, kinds };
  };

  it('is not there by default', async () => {
    const { stdout } = await helm.template();
    expect(stdout).not.toContain(NAME);
    expect(stdout).toContain('argocd-dingtalk-operator');
  });

  it('has the image, the proxy, the certificates and the place of the operator, and resources of its own', async () => {
    const { find } = await rendered(
      { resources: { limits: { memory: '1Gi' } } },
      {
        image: { repository: 'registry.example.com/o', tag: 'x', pullSecrets: ['pull'] },
        env: [{ name: 'HTTPS_PROXY', value: 'http://proxy:3128' }],
        caCertificates: { configMap: 'ca' },
        nodeSelector: { pool: 'a' },
        podLabels: { team: 'platform', 'app.kubernetes.io/component': 'operator' },
        networkPolicy: { extraEgress: [{ ports: [{ port: 3128 }] }] },
      },
    );
    expect(find('Deployment')).toMatchObject({
      spec: {
        template: {
          metadata: { labels: { team: 'platform', 'app.kubernetes.io/component': 'relay' } },
          spec: {
            serviceAccountName: NAME,
            nodeSelector: { pool: 'a' },
            imagePullSecrets: [{ name: 'pull' }],
            containers: [
              {
                image: 'registry.example.com/o:x',
                env: [{ name: 'SQLITE_TMPDIR' }, { name: 'HTTPS_PROXY' }],
                resources: { limits: { memory: '1Gi' } },
                volumeMounts: expect.arrayContaining([
                  { name: 'ca-certificates', mountPath: '/etc/argocd-dingtalk-ca', readOnly: true },
                ]),
              },
            ],
            volumes: expect.arrayContaining([{ name: 'ca-certificates', configMap: { name: 'ca' } }]),
          },
        },
      },
    });
    const egress = expect.arrayContaining([{ ports: [{ port: 3128 }] }]);
    expect(find('NetworkPolicy')).toMatchObject({ spec: { egress } });
  });

  it('takes the volume that is named', async () => {
    const own = await rendered({ persistence: { size: '5Gi', storageClass: 'fast' } });
    expect(own.find('PersistentVolumeClaim')).toMatchObject({
      spec: { storageClassName: 'fast', resources: { requests: { storage: '5Gi' } } },
    });
    const existing = await rendered({ persistence: { existingClaim: 'kept' } });
    expect(existing.kinds()).not.toContain('PersistentVolumeClaim');
    const volumes = expect.arrayContaining([{ name: 'store', persistentVolumeClaim: { claimName: 'kept' } }]);
    expect(existing.find('Deployment')).toMatchObject({ spec: { template: { spec: { volumes } } } });
  });

  it('takes the Secret that is named, and has a budget only with several replicas', async () => {
    const postgres = { secret: 'database', key: 'uri' };
    const { find, kinds } = await rendered({ store: 'postgres', replicas: 1, postgres });
    const volumes = expect.arrayContaining([{ name: 'store', secret: { secretName: 'database' } }]);
    expect(find('Deployment')).toMatchObject({ spec: { replicas: 1, template: { spec: { volumes } } } });
    expect(kinds()).not.toContain('PodDisruptionBudget');
    expect(kinds()).not.toContain('PersistentVolumeClaim');
    const { data } = find('ConfigMap', 'argocd-dingtalk-configuration');
    const { relay } = parse((data as Record<string, string>)['configuration.yaml'] ?? '');
    expect(relay.store).toEqual({ postgres: { urlFile: '/etc/argocd-dingtalk-postgres/uri' } });
  });

  it('asks the API of the Argo CD that is named, with the Secret that is named', async () => {
    const api = { enabled: true, secret: 'token', ca: false };
    const { find } = await rendered({ argocdApi: api }, { argocd: { namespace: 'cd' } });
    expect(find('Deployment')).toMatchObject({
      spec: {
        template: {
          spec: {
            volumes: expect.arrayContaining([
              { name: 'argocd-api', secret: { secretName: 'token', optional: true } },
              { name: 'store', persistentVolumeClaim: { claimName: NAME } },
            ]),
          },
        },
      },
    });
    const { egress } = find('NetworkPolicy').spec as { egress: { to?: object[]; ports: object[] }[] };
    expect(egress.filter(({ to }) => to)).toEqual([
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cd' } },
            podSelector: { matchLabels: { 'app.kubernetes.io/name': 'argocd-server' } },
          },
        ],
        ports: [{ protocol: 'TCP', port: 8080 }],
      },
    ]);
    const configured = (found: typeof find) => {
      const { data } = found('ConfigMap', 'argocd-dingtalk-configuration');
      return parse((data as Record<string, string>)['configuration.yaml'] ?? '').argocd;
    };
    const tokenFile = '/etc/argocd-dingtalk-argocd-api/token';
    expect(configured(find)).toEqual({ api: { url: 'https://argocd-server.cd.svc', tokenFile } });
    const named = await rendered(
      { argocdApi: { ...api, url: 'http://other-server' } },
      { configuration: { argocd: { url: 'https://cd.example.com' } } },
    );
    expect(configured(named.find)).toEqual({
      url: 'https://cd.example.com',
      api: { url: 'http://other-server', tokenFile },
    });
  });

  it('is beside the operator, and works for an Argo CD in another namespace', async () => {
    const { find } = await rendered({}, { argocd: { namespace: 'cd' }, serviceAccount: { name: 'renamed' } });
    expect(find('Deployment').metadata.namespace).toBe('argocd');
    expect(find('RoleBinding')).toMatchObject({ metadata: { namespace: 'cd' }, subjects: [SUBJECT] });
    expect(find('ClusterRoleBinding', 'argocd-dingtalk-read-secrets.cd')).toMatchObject({
      subjects: [{ ...SUBJECT, name: 'renamed' }, SUBJECT],
    });
    const [door] = (find('NetworkPolicy').spec as { ingress: { from: object[] }[] }).ingress;
    expect(door?.from).toEqual([
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cd' } },
        podSelector: { matchLabels: { 'app.kubernetes.io/name': 'argocd-notifications-controller' } },
      },
    ]);
    const { data } = find('ConfigMap', 'argocd-dingtalk-configuration');
    const { relay } = parse((data as Record<string, string>)['configuration.yaml'] ?? '');
    expect(relay.url).toBe('http://argocd-dingtalk-relay.argocd.svc:8080');
  });

  it('leaves no routes behind: the hook before the removal may delete them', async () => {
    const { find } = await rendered({});
    expect(find('Role', 'argocd-dingtalk-uninstall-target').rules).toContainEqual({
      apiGroups: ['argocd-dingtalk.io'],
      resources: ['relayroutes'],
      verbs: ['list', 'delete'],
    });
  });

  it('lets in whom the values name', async () => {
    const from = [{ podSelector: { matchLabels: { app: 'other' } } }];
    const { find } = await rendered({ networkPolicy: { from } });
    const [door, probes] = (find('NetworkPolicy').spec as { ingress: { from?: object[] }[] }).ingress;
    expect(door?.from).toEqual(from);
    expect(probes?.from).toBeUndefined();
    const open = await rendered({ networkPolicy: { enabled: false } });
    expect(open.kinds()).not.toContain('NetworkPolicy');
  });
});
