import { GITEE_FIELD_MANAGER } from '../api/field-managers.ts';
import { API_VERSION, GROUP, KINDS, type NotificationSubscription, VERSION } from '../api/kinds.ts';
import { GITEE_FINALIZER } from '../api/names.ts';
import type { HookRecord } from '../gitee/record.ts';
import { type ApiError, ConflictError, NotFoundError } from '../kubernetes/api-error.ts';
import { resourcePath } from '../kubernetes/paths.ts';
import type { ApiCall, ApiRequest } from '../kubernetes/request.ts';

type Subscription = Pick<NotificationSubscription, 'metadata'>;

/** Whether the subscription has the finalizer of hooks. */
export const hasHookFinalizer = ({ metadata }: Subscription): boolean =>
  metadata.finalizers?.includes(GITEE_FINALIZER) === true;

/**
 * Sets the finalizer, and touches no other one. Gives the subscription as it is now; undefined if it is gone.
 * @throws ForbiddenError without the right that config/gitee gives, or any other error of a request
 */
export const addHookFinalizer = (request: ApiCall, subscription: Subscription) =>
  applied(request, subscription, { metadata: { finalizers: [GITEE_FINALIZER] } });

/**
 * Removes the finalizer, and touches no other one. Gives the subscription as it is now; undefined if it is gone.
 * @throws ForbiddenError without the right that config/gitee gives, or any other error of a request
 */
export async function removeHookFinalizer(
  request: ApiCall,
  subscription: Subscription,
): Promise<NotificationSubscription | undefined> {
  const left = await applied(request, subscription, {});
  if (!left || !hasHookFinalizer(left)) return left;
  // Another manager has written the finalizer, too, as a restore from a backup does.
  const { namespace, name, resourceVersion } = left.metadata;
  const finalizers = left.metadata.finalizers?.filter((each) => each !== GITEE_FINALIZER);
  return unless(NotFoundError, {
    request,
    path: pathOf(namespace, name),
    query: { fieldManager: GITEE_FIELD_MANAGER },
    contentType: 'application/merge-patch+json',
    body: { metadata: { resourceVersion, finalizers } },
  });
}

/**
 * Writes the hooks of a subscription into its status, and touches nothing else there. Gives the subscription as it is now;
 * undefined if it is gone.
 * @param installation the namespace of its Argo CD
 * @throws any error of a request
 */
export const recordHooks = (
  request: ApiCall,
  subscription: Subscription,
  hooks: readonly HookRecord[],
  installation: string,
) => applied(request, subscription, { status: { gitee: { installation, hooks } } }, 'status');

const pathOf = (namespace: string, name: string, subresource?: string): string =>
  resourcePath({
    group: GROUP,
    version: VERSION,
    plural: KINDS.subscription.plural,
    namespace,
    name,
    subresource,
  });

/** A server-side apply, by which the field manager gives up all else that it had. */
function applied(
  request: ApiCall,
  { metadata: { namespace, name, uid } }: Subscription,
  fields: { readonly metadata?: object; readonly status?: object },
  subresource?: 'status',
): Promise<NotificationSubscription | undefined> {
  // With a uid, a subscription that is gone is not made again: the API server calls that a conflict.
  return unless(ConflictError, {
    request,
    path: pathOf(namespace, name, subresource),
    query: { fieldManager: GITEE_FIELD_MANAGER, force: true },
    // JSON is YAML.
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion: API_VERSION,
      kind: KINDS.subscription.kind,
      ...fields,
      metadata: { namespace, name, uid, ...fields.metadata },
    },
  });
}

interface SubscriptionPatch extends Pick<ApiRequest, 'path' | 'query' | 'contentType' | 'body'> {
  readonly request: ApiCall;
}

async function unless(
  gone: typeof ApiError,
  { request, ...patch }: SubscriptionPatch,
): Promise<NotificationSubscription | undefined> {
  try {
    return (await request<NotificationSubscription>({ method: 'PATCH', ...patch })).body;
  } catch (error) {
    if (error instanceof gone || error instanceof NotFoundError) return undefined;
    throw error;
  }
}
