import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { namespace } from '../../operator/api/testing/manifests.ts';
import { type Stage, startStage } from '../support/stage.ts';

const CONFIG = join(import.meta.dirname, '../../config');

let stage: Stage;
let folder: string;
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: false });
  await stage.apply(namespace('argocd-second'));
  folder = await mkdtemp(join(tmpdir(), 'overlay-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await stage?.[Symbol.asyncDispose]();
});

/** What no other test applies as it is. The API server checks it as a whole, and stores nothing. */
it.each<[string, readonly string[]]>([
  ['namespaced', []],
  ['another-namespace', []],
  ['kind', []],
  ['default', ['network-policy']],
  ['default', ['single-replica']],
  ['default', ['single-replica', 'network-policy']],
])('the API server accepts config/%s with components %j', async (base, components) => {
  const path = (name: string) => relative(folder, join(CONFIG, name));
  const overlay = { resources: [path(base)], components: components.map(path) };
  await writeFile(join(folder, 'kustomization.yaml'), stringify(overlay));
  const applied = await stage.cp.kubectl(['apply', '--server-side', '--dry-run=server', '-k', folder]);
  expect(applied).toContain('deployment.apps/argocd-dingtalk-operator');
  expect(applied.includes('networkpolicy.networking.k8s.io')).toBe(components.includes('network-policy'));
  expect(applied.includes('poddisruptionbudget.policy')).toBe(!components.includes('single-replica'));
});
