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
      'config.yaml:3:27: dingtalk.allowedHosts.0: expected host',
    ],
    [`${HEAD}dingtalk: {allowedHosts: [a.example]}\n`, 'dingtalk.endpoint: its host is not one of'],
    [`${HEAD}one: 1\ntwo: 2\n`, 'two: unknown field'],
    ['kind: OperatorConfiguration\n', 'apiVersion: '],
    ['', 'apiVersion: '],
    [`${HEAD}a: [\n`, 'config.yaml:4:1: '],
  ])('is refused with file, line, column and field: %s', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('that is not there is named', () => {
    expect(() => loadConfigurationFile('/nowhere/config.yaml')).toThrow(
      '/nowhere/config.yaml: cannot be read',
    );
  });

  it('that we ship is valid', () => {
    const file = new URL('../samples/config.yaml', import.meta.url).pathname;
    expect(loadConfigurationFile(file).kind).toBe('OperatorConfiguration');
  });
});
