import { expect, it } from 'vitest';
import { robot } from '../core/testing/fixtures.ts';
import { neededOf } from './caches.ts';

it('keeps of custom resources what decisions need, and nothing that others can make large or change without end', () => {
  const { metadata, ...rest } = robot();
  const stored = (annotations: Record<string, string>) => ({
    ...rest,
    metadata: {
      ...metadata,
      annotations,
      labels: { any: 'label' },
      finalizers: ['a/b'],
      managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:spec': {} } }],
    },
  });
  expect(neededOf(stored({ any: 'x'.repeat(200_000) }))).toEqual(robot());
  const asked = {
    'argocd-dingtalk.io/reconcile-at': 'now',
    'argocd-dingtalk.io/adopted-from': 'service.webhook.ding',
  };
  expect(neededOf(stored({ any: 'thing', ...asked }))).toEqual({
    ...rest,
    metadata: { ...metadata, annotations: asked },
  });
  const gone = { ...rest, metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
  expect(neededOf(gone)).toEqual(gone);
});
