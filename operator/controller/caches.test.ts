import { expect, it } from 'vitest';
import { robot } from '../core/testing/fixtures.ts';
import { withoutHistory } from './caches.ts';

it('keeps of custom resources all but who wrote what, which takes more memory than they do', () => {
  const { metadata, ...rest } = robot();
  const stored = (annotations?: Record<string, string>) => ({
    ...rest,
    metadata: {
      ...metadata,
      managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:spec': {} } }],
      ...(annotations && { annotations }),
    },
  });
  const asked = { 'argocd-dingtalk.io/reconcile-at': 'now' };
  expect(withoutHistory(stored())).toEqual(robot());
  const applied = { ...asked, 'kubectl.kubernetes.io/last-applied-configuration': '{…}' };
  expect(withoutHistory(stored(applied))).toEqual({ ...rest, metadata: { ...metadata, annotations: asked } });
});
