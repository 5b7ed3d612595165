import { expect, it } from 'vitest';
import { GITEE_FINALIZER } from '../../api/names.ts';
import { giteeSubscription } from '../../core/testing/fixtures.ts';
import { ForbiddenError, NotFoundError } from '../../kubernetes/api-error.ts';
import type { ApiCall, ApiRequest } from '../../kubernetes/request.ts';
import { leftHooksText, releaseHooks, seeHooks } from './hooks.ts';

const hook = (id?: number) => ({
  robot: '',
  baseUrl: 'https://gitee.com',
  repository: 'a/b',
  ...(id && { id }),
});
const made = (name: string, finalizers: readonly string[], status: object) => ({
  ...giteeSubscription({ name, finalizers }),
  status,
});
const ours = { installation: 'argocd', hooks: [hook(1), hook()] };
const STORED = [
  made('hooked', ['a/b', GITEE_FINALIZER], { installation: 'argocd', gitee: ours }),
  made('left', [], { gitee: ours }),
  made('held', [GITEE_FINALIZER], { installation: 'argocd' }),
  made('others', [GITEE_FINALIZER], { installation: 'other', gitee: { ...ours, installation: 'other' } }),
  made('plain', [], { installation: 'argocd' }),
];

const requests: ApiRequest[] = [];
const request = (async (asked: ApiRequest) => {
  requests.push(asked);
  if (asked.path.endsWith('/held')) throw new NotFoundError('PATCH', 404, {});
  return { body: { items: STORED, metadata: { resourceVersion: '1' } } };
}) as unknown as ApiCall;

it('uninstall names the hooks that stay on Gitee, and takes the finalizers of its installation away', async () => {
  const seen = await seeHooks(request, 'argocd');
  expect(seen.subscriptions.map(({ metadata }) => metadata.name)).toEqual(['hooked', 'left', 'held']);
  expect(leftHooksText(seen)).toBe(
    'these hooks stay on Gitee. Delete them there, or let the operator remove them before: delete or suspend the subscriptions while it ' +
      'runs.\n  https://gitee.com/a/b: hook 1 of team-payments/hooked\n  https://gitee.com/a/b: hook 1 of team-payments/left\n',
  );
  requests.length = 0;
  await releaseHooks(request, seen);
  expect(requests.map(({ path, body }) => [path.split('/').at(-1), body])).toEqual([
    ['hooked', { metadata: { resourceVersion: '1', finalizers: ['a/b'] } }],
    ['held', { metadata: { resourceVersion: '1', finalizers: [] } }],
  ]);
});

it('uninstall goes on without the right to see subscriptions, and without their CRD', async () => {
  const failing = (error: Error) => (() => Promise.reject(error)) as unknown as ApiCall;
  const forbidden = await seeHooks(failing(new ForbiddenError('no', 403, {})), 'argocd');
  expect(leftHooksText(forbidden)).toContain(
    'hooks on Gitee stay if there are any, because of a missing right: ',
  );
  const none = await seeHooks(failing(new NotFoundError('no', 404, {})), 'argocd');
  expect(leftHooksText(none)).toBe('');
});
