import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfigurationFile, parseConfiguration } from './config-file.ts';

const HEAD = 'apiVersion: config.argocd-dingtalk.io/v1alpha1\nkind: OperatorConfiguration\n';
const parse = (text: string) => parseConfiguration(text, 'config.yaml');

describe('the configuration file', () => {
  it('needs no more than its head', () => {
    expect(parse(HEAD)).toMatchObject({
      target: {
        namespace: 'argocd',
        configMap: 'argocd-notifications-cm',
        secret: 'argocd-notifications-secret',
      },
      tenancy: { trustedNamespaces: ['argocd'], projects: {} },
      signing: { renewAfter: 1_200_000 },
      limits: { maxEventAge: 86_400_000 },
    });
  });

  it('trusts the target namespace unless it says otherwise', () => {
    expect(parse(`${HEAD}target: {namespace: gitops}`).tenancy.trustedNamespaces).toEqual(['gitops']);
    expect(parse(`${HEAD}tenancy: {trustedNamespaces: []}`).tenancy.trustedNamespaces).toEqual([]);
  });

  it.each([
    [`${HEAD}tenancy:\n  project: {}\n`, 'config.yaml:4:12: tenancy.project: unknown field'],
    [
      `${HEAD}signing:\n  renewAfter: 2h\n`,
      'config.yaml:4:15: signing.renewAfter: expected a duration from 1s to 50m',
    ],
    [
      `${HEAD}target: {namespace: Bad_Name}\n`,
      'config.yaml:3:21: target.namespace: expected a Kubernetes name',
    ],
    [
      `${HEAD}dingtalk: {allowedHosts: ["https://x"]}\n`,
      'config.yaml:3:27: dingtalk.allowedHosts.0: expected HOST',
    ],
    [
      `${HEAD}dingtalk: {allowedHosts: [a.example]}\n`,
      'dingtalk.endpoint: the host of the endpoint is missing from',
    ],
    [
      `${HEAD}argocd: {api: {url: "https://user:word@cd.example.com"}}\n`,
      'config.yaml:3:21: argocd.api.url: expected an http:// or https:// URL without credentials and query',
    ],
    [`${HEAD}argocd: {api: {tokenFile: /token}}\n`, 'config.yaml:3:15: argocd.api.url: '],
    [`${HEAD}argocd: {api: {url: "https://cd", token: abc}}\n`, 'argocd.api.token: unknown field'],
    [`${HEAD}one: 1\ntwo: 2\n`, 'two: unknown field'],
    ['kind: OperatorConfiguration\n', 'apiVersion: '],
    ['', 'apiVersion: '],
    [`${HEAD}a: [\n`, 'config.yaml:4:1: '],
    [
      `${HEAD}tenancy: {clusters: {in-cluster: [team]}}\n`,
      "config.yaml:3:34: tenancy.clusters.in-cluster: Argo CD's own cluster",
    ],
    [
      `${HEAD}tenancy: {deniedNamespaces: [Kube-*]}\n`,
      'config.yaml:3:30: tenancy.deniedNamespaces.0: expected a namespace; the wildcards',
    ],
    [
      `${HEAD}tenancy: {namespaceSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}\n`,
      'config.yaml:3:85: tenancy.namespaceSelector.matchExpressions.0.values: unknown field',
    ],
    [
      `${HEAD}tenancy: {namespaceSelector: {matchLabels: {"a b": c}}}\n`,
      'tenancy.namespaceSelector.matchLabels.a b: expected a label key',
    ],
    [
      `${HEAD}tenancy: {destinations: Ignored, clusters: {staging: [team]}}\n`,
      'config.yaml:3:44: tenancy.clusters: this field has no effect if tenancy.destinations is Ignored',
    ],
    [
      `${HEAD}tenancy: {destinations: Ignored, mode: open}\n`,
      'config.yaml:3:25: tenancy.destinations: the value Ignored has no effect if tenancy.mode is open',
    ],
    [
      `${HEAD}credentials: {watch: {matchLabels: {a: b}, namespaces: [team]}}\n`,
      'config.yaml:3:56: credentials.watch.namespaces: matchLabels already watches all namespaces',
    ],
    [
      `${HEAD}credentials: {watch: {namespaces: [Team_1]}}\n`,
      'config.yaml:3:36: credentials.watch.namespaces.0: expected a namespace; the wildcards',
    ],
    [
      `${HEAD}credentials: {watch: {matchLabels: {a: "b,c"}}}\n`,
      'credentials.watch.matchLabels.a: expected a label value',
    ],
    [`${HEAD}tenancy: {destinations: ignored}\n`, 'config.yaml:3:25: tenancy.destinations: '],
  ])('is refused with file, line, column and field: %s', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('that is not there is named', () => {
    expect(() => loadConfigurationFile('/nowhere/config.yaml')).toThrow(
      '/nowhere/config.yaml: cannot be read',
    );
  });

  it('that we ship names every field, with what holds where it is left out', () => {
    const file = new URL('../../samples/config.yaml', import.meta.url).pathname;
    const { tenancy, ...shipped } = loadConfigurationFile(file);
    const { tenancy: usual, ...defaults } = parse(HEAD);
    expect(shipped).toEqual(defaults);
    expect({ ...tenancy, projects: {} }).toEqual(usual);
    const text = readFileSync(file, 'utf8');
    const sections = Object.entries({ ...defaults, tenancy }).filter(
      ([, value]) => typeof value === 'object',
    );
    for (const [name, section] of sections) {
      for (const field of [name, ...Object.keys(section)])
        expect(text).toMatch(new RegExp(`^ *${field}:`, 'm'));
    }
  });
});
