import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiClient, createApiClient } from '../support/api-client.ts';
import {
  giteeHookStage,
  HOOK_FINALIZER,
  HOOK_SUBSCRIPTION,
  HOOK_TEAM,
  untilTrue,
} from '../support/gitee-hook-stage.ts';
import { GITEE_RIGHTS } from '../support/gitee-stage.ts';
import { ARGOCD } from '../support/stage.ts';

const OPERATOR = 'argocd-dingtalk-operator';

const hooks = giteeHookStage();

describe('the admission policy', () => {
  let api: ApiClient;
  beforeAll(async () => {
    const { server, caFile } = hooks.stage.cp;
    const token = (await hooks.stage.cp.kubectl(['create', 'token', OPERATOR, '-n', ARGOCD])).trim();
    api = createApiClient({ server, caPem: readFileSync(caFile, 'utf8'), token });
  });
  afterAll(async () => api?.close());

  const asOperator = (patch: object) =>
    api.merge('notificationsubscriptions', HOOK_TEAM, HOOK_SUBSCRIPTION.name, patch).then(
      () => 'done',
      (error: Error) => error.message,
    );
  const DENIED = 'may change nothing of a subscription but its own finalizer';

  it('lets the operator’s account change nothing', async () => {
    await hooks.stage.apply(hooks.subscription());
    await hooks.hooked();
    const owner = { apiVersion: 'v1', kind: 'Secret', name: 'a', uid: 'b' };
    const patches: Readonly<Record<string, object>> = {
      'the spec': { spec: { suspend: true } },
      'a label': { metadata: { labels: { any: 'label' } } },
      'an annotation': { metadata: { annotations: { any: 'annotation' } } },
      'an owner': { metadata: { ownerReferences: [owner] } },
      'another finalizer': { metadata: { finalizers: [HOOK_FINALIZER, 'example.com/other'] } },
    };
    for (const [what, patch] of Object.entries(patches))
      expect(await asOperator(patch), what).toContain(DENIED);
  });

  it('lets it set and remove the finalizer beside that of somebody else, and not remove the other one', async () => {
    await hooks.stage.apply(hooks.subscription(HOOK_SUBSCRIPTION, {}, { suspend: true }));
    await hooks.stage.cp.merge('notificationsubscriptions', HOOK_TEAM, HOOK_SUBSCRIPTION.name, {
      metadata: { finalizers: ['example.com/other'] },
    });
    expect(await asOperator({ metadata: { finalizers: ['example.com/other', HOOK_FINALIZER] } })).toBe(
      'done',
    );
    await untilTrue('the operator to take its finalizer away', async () =>
      expect((await hooks.stored()).metadata.finalizers).toEqual(['example.com/other']),
    );
    expect(await asOperator({ metadata: { finalizers: [] } })).toContain(DENIED);
    await hooks.stage.cp.merge('notificationsubscriptions', HOOK_TEAM, HOOK_SUBSCRIPTION.name, {
      metadata: { finalizers: null },
    });
  });

  it('holds back nobody else', async () => {
    await hooks.stage.apply(hooks.subscription());
    await hooks.stage.cp.merge('notificationsubscriptions', HOOK_TEAM, HOOK_SUBSCRIPTION.name, {
      metadata: { labels: { any: 'label' } },
    });
  });
});

it('without config/gitee, the operator makes no hook, and says what is missing', async () => {
  await hooks.stage.cp.kubectl(['delete', 'clusterrolebinding', 'argocd-dingtalk-gitee-hooks.argocd']);
  try {
    await hooks.stage.apply(hooks.subscription());
    await hooks.hooked(HOOK_SUBSCRIPTION.name, 'False/GiteeNotInstalled');
    expect(hooks.repository.hooks).toEqual([]);
  } finally {
    await hooks.stage.cp.kubectl(['apply', '--server-side', '-k', GITEE_RIGHTS]);
  }
  await hooks.hooked();
});
