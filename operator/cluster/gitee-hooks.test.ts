import { expect, it } from 'vitest';
import { GITEE_FINALIZER } from '../api/names.ts';
import { giteeSubscription } from '../core/testing/fixtures.ts';
import { ConflictError, NotFoundError } from '../kubernetes/api-error.ts';
import type { ApiCall, ApiRequest } from '../kubernetes/request.ts';
import { addHookFinalizer, recordHooks, removeHookFinalizer } from './gitee-hooks.ts';
import { installationKey } from './gitee-key.ts';

const subscription = giteeSubscription({ uid: 'uid' });
const { namespace, name } = subscription.metadata;

/** A server with these answers, one after the other, and the requests that it got. */
function server(...answers: readonly unknown[]) {
  const requests: ApiRequest[] = [];
  const request = (async (asked: ApiRequest) => {
    const answer = answers[requests.push(asked) - 1];
    if (answer instanceof Error) throw answer;
    return { body: answer };
  }) as unknown as ApiCall;
  return { requests, request };
}

it('the finalizer is applied by a manager of its own, to this very subscription', async () => {
  const { requests, request } = server(subscription);
  await addHookFinalizer(request, subscription);
  expect(requests).toMatchObject([
    {
      method: 'PATCH',
      path: `/apis/argocd-dingtalk.io/v1alpha1/namespaces/${namespace}/notificationsubscriptions/${name}`,
      query: { fieldManager: 'argocd-dingtalk-gitee', force: true },
      body: { metadata: { namespace, name, uid: 'uid', finalizers: [GITEE_FINALIZER] } },
    },
  ]);
});

it('a finalizer that another manager has written, too, is removed, and no other one', async () => {
  const held = giteeSubscription({ uid: 'uid', finalizers: ['a/b', GITEE_FINALIZER], resourceVersion: '7' });
  const { requests, request } = server(held, subscription);
  expect(await removeHookFinalizer(request, held)).toBe(subscription);
  expect(requests.map(({ body }) => body)).toMatchObject([
    { metadata: { uid: 'uid' } },
    { metadata: { resourceVersion: '7', finalizers: ['a/b'] } },
  ]);
});

it.each([
  ['gone', new NotFoundError('PATCH', 404, {})],
  ['made again', new ConflictError('PATCH', 409, {})],
])('a subscription that is %s gets nothing', async (_, error) => {
  for (const write of [addHookFinalizer, removeHookFinalizer])
    expect(await write(server(error).request, subscription)).toBeUndefined();
  expect(await recordHooks(server(error).request, subscription, [], 'argocd')).toBeUndefined();
});

it('the key of the installation is written once', async () => {
  const stored = (data?: object) => ({ metadata: { resourceVersion: '7' }, ...(data && { data }) });
  const bytes = (count: number) => Buffer.alloc(count, 0xff);
  const empty = server(stored(), stored());
  const key = await installationKey(empty.request, 'argocd', bytes);
  expect(key).toMatch(/^_{42}8$/);
  expect(empty.requests[1]).toMatchObject({
    method: 'PATCH',
    path: '/api/v1/namespaces/argocd/secrets/argocd-dingtalk-gitee',
    body: {
      metadata: { resourceVersion: '7' },
      data: { key: Buffer.from(key as string).toString('base64') },
    },
  });
  const full = server(stored({ key: Buffer.from('present').toString('base64') }));
  expect(await installationKey(full.request, 'argocd', bytes)).toBe('present');
  expect(full.requests.length).toBe(1);
  expect(
    await installationKey(server(new NotFoundError('GET', 404, {})).request, 'argocd', bytes),
  ).toBeUndefined();
});
