import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TESTED_WITH } from './installation.ts';
import { OPERATOR_VERSION } from './version.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const versionIn = (file: string, module: string) =>
  new RegExp(`^\\s*${module.replaceAll('.', '\\.')} v(\\S+)`, 'm').exec(read(file))?.[1];

it('names the versions of the engine and the test bed', () => {
  expect(TESTED_WITH).toEqual({
    argocd: versionIn('test/cluster/go.mod', 'github.com/argoproj/argo-cd/v3'),
    'notifications-engine': versionIn('engine/go.mod', 'github.com/argoproj/notifications-engine'),
    kubernetes: versionIn('test/cluster/go.mod', 'k8s.io/kubernetes'),
  });
});

it('names the version of the Argo CD that syncs in tests, too', () => {
  expect(versionIn('test/gitops/go.mod', 'github.com/argoproj/argo-cd/v3')).toBe(TESTED_WITH.argocd);
});

it('has the version of package.json', () => {
  expect(OPERATOR_VERSION).toBe(JSON.parse(read('package.json')).version);
});
