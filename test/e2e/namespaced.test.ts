import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { namespace } from '../../operator/api/testing/manifests.ts';
import { type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

const CONFIG = join(import.meta.dirname, '../../config');
const [GRANTED, OTHER] = ['team-granted', 'team-other'] as const;

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: false });
  // What distinguishes config/namespaced from config/default.
  await stage.cp.kubectl(['delete', '-k', join(CONFIG, 'read-secrets')]);
  for (const name of [GRANTED, OTHER]) {
    const { manifests } = realRobot(stage.dingtalk, { namespace: name, name: 'r' });
    await stage.apply(namespace(name), ...manifests);
  }
  await grant(GRANTED);
  await stage.restartOperator({ credentials: { rereadInterval: '2s' } });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const grant = (name: string) =>
  stage.cp.kubectl(['apply', '-n', name, '-k', join(CONFIG, 'read-secrets-in-namespace')]);

it('without the right to read Secrets in all namespaces, the operator serves those that give it', async () => {
  await stage.conditions('robots', GRANTED, 'r', { Ready: 'True/Ready' });
  const robot = await stage.conditions('robots', OTHER, 'r', { Ready: 'False/CredentialsUnreadable' });
  const ready = robot.status?.conditions?.find(({ type }) => type === 'Ready');
  expect(ready?.message).toContain(
    `cannot get resource "secrets" in API group "" in the namespace "${OTHER}"`,
  );
});

it('and serves a namespace as soon as it gives the right', async () => {
  await grant(OTHER);
  await stage.conditions('robots', OTHER, 'r', { Ready: 'True/Ready' });
});

it('the two installations differ by that right alone', async () => {
  const render = async (folder: string) =>
    (await stage.cp.kubectl(['kustomize', join(CONFIG, folder)])).split('---\n').sort();
  const [whole, namespaced, right] = await Promise.all(['default', 'namespaced', 'read-secrets'].map(render));
  const trimmed = (documents: readonly string[] = []) => documents.map((each) => each.trim());
  expect(
    trimmed(whole)
      .filter((each) => !trimmed(namespaced).includes(each))
      .sort(),
  ).toEqual(trimmed(right).sort());
});
