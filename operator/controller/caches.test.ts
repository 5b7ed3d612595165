import { expect, it, vi } from 'vitest';
import { config, robot } from '../core/testing/fixtures.ts';
import { ForbiddenError, NotFoundError } from '../kubernetes/api-error.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { createCaches, neededOf } from './caches.ts';

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
  const finalizers = ['argocd-dingtalk.io/gitee-hooks'];
  const gone = { ...rest, metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers } };
  expect(neededOf(gone)).toEqual(gone);
});

/** The caches of an operator, with the collections that they list, and how often they asked for a run. */
function cachesWith(fields: Record<string, unknown>, list: (path: string) => unknown) {
  const listed: string[] = [];
  const onChange = vi.fn();
  const request = async ({ path }: { path: string }) => {
    listed.push(path);
    return { body: { metadata: { resourceVersion: '1' }, items: list(path) } };
  };
  const watch = (_: string, __: object, { signal }: { signal: AbortSignal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const caches = createCaches({
    ...{ connection: { request, watch } as never, config: config(fields), log: recordingLog() },
    ...{ clock: () => 0, random: () => 0.5, onChange },
  });
  return { caches, listed, onChange };
}

it('looks at RelayRoutes only if a relay is configured, and only in the target namespace', async () => {
  const route = {
    apiVersion: 'a/b',
    kind: 'RelayRoute',
    metadata: { ...robot().metadata, labels: { a: 'b' } },
  };
  expect(cachesWith({}, () => []).caches).not.toHaveProperty('relayRoutes');
  const { caches, listed, onChange } = cachesWith({ relay: { url: 'http://relay:8080' } }, () => [route]);
  caches.relayRoutes?.start();
  await vi.waitFor(() => expect(caches.relayRoutes?.synced).toBe(true));
  expect(listed).toEqual(['/apis/argocd-dingtalk.io/v1alpha1/namespaces/argocd/relayroutes']);
  expect(caches.relayRoutes?.items()).toEqual([{ ...route, metadata: robot().metadata }]);
  expect(onChange).toHaveBeenCalled();
  await caches.relayRoutes?.stop();
});

it.each([
  ['the kind does not exist yet', new NotFoundError('GET', 404, {})],
  ['the operator has no right to it', new ForbiddenError('GET', 403, {})],
])('begins without RelayRoutes where %s', async (_, error) => {
  const { caches } = cachesWith({ relay: { url: 'http://relay:8080' } }, () => {
    throw error;
  });
  caches.relayRoutes?.start();
  await vi.waitFor(() => expect(caches.relayRoutes?.synced).toBe(true));
  expect(caches.relayRoutes?.items()).toEqual([]);
  await caches.relayRoutes?.stop();
});
