import { GROUP, KINDS, type NotificationSubscription, VERSION } from '../../api/kinds.ts';
import { GITEE_FINALIZER, resourceKey } from '../../api/names.ts';
import { ForbiddenError, NotFoundError } from '../../kubernetes/api-error.ts';
import { listAll, listResource } from '../../kubernetes/list.ts';
import { resourcePath } from '../../kubernetes/paths.ts';
import type { ApiCall } from '../../kubernetes/request.ts';

const SUBSCRIPTIONS = { group: GROUP, version: VERSION, plural: KINDS.subscription.plural } as const;

/** The subscriptions with hooks on Gitee, or with the finalizer for them, as far as the caller may see them. */
export interface SeenHooks {
  readonly subscriptions: readonly NotificationSubscription[];
  /** The right to list them that the caller lacks. */
  readonly missingRight?: string;
}

/**
 * Lists the subscriptions whose hooks an installation keeps.
 * @param installation the namespace of its Argo CD
 * @throws any error of a request, except a missing right and a missing CRD
 */
export async function seeHooks(request: ApiCall, installation: string): Promise<SeenHooks> {
  try {
    const list = listResource<NotificationSubscription>(request, resourcePath(SUBSCRIPTIONS));
    const { items } = await listAll(list, undefined, new AbortController().signal, () => undefined);
    const ours = items.filter(({ status }) =>
      [status?.installation, status?.gitee?.installation].includes(installation),
    );
    return { subscriptions: ours.filter((each) => isHeld(each) || hooksOf(each).length > 0) };
  } catch (error) {
    if (error instanceof NotFoundError) return { subscriptions: [] };
    if (error instanceof ForbiddenError) return { subscriptions: [], missingRight: error.message };
    throw error;
  }
}

/**
 * Takes the operator's finalizer away, so that nobody who deletes a subscription waits for an operator that is gone. The hooks stay.
 * @throws any error of a request, except that of a subscription that is gone
 */
export async function releaseHooks(request: ApiCall, { subscriptions }: SeenHooks): Promise<void> {
  for (const { metadata } of subscriptions.filter(isHeld)) {
    const { namespace, name, resourceVersion, finalizers } = metadata;
    try {
      await request({
        method: 'PATCH',
        path: resourcePath({ ...SUBSCRIPTIONS, namespace, name }),
        contentType: 'application/merge-patch+json',
        body: {
          metadata: { resourceVersion, finalizers: finalizers?.filter((each) => each !== GITEE_FINALIZER) },
        },
      });
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
}

/** The hooks that stay on Gitee, and how the operator would have removed them; empty if there are none. */
export function leftHooksText({ subscriptions, missingRight }: SeenHooks): string {
  if (missingRight !== undefined)
    return `hooks on Gitee stay if there are any, because of a missing right: ${missingRight}\n`;
  const lines = subscriptions.flatMap(hooksOf);
  if (lines.length === 0) return '';
  return (
    'these hooks stay on Gitee. Delete them there, or let the operator remove them before: delete or suspend the subscriptions while it ' +
    `runs.\n${lines.map((line) => `  ${line}\n`).join('')}`
  );
}

const isHeld = ({ metadata }: NotificationSubscription): boolean =>
  metadata.finalizers?.includes(GITEE_FINALIZER) === true;

const hooksOf = (subscription: NotificationSubscription): string[] =>
  (subscription.status?.gitee?.hooks ?? []).flatMap(({ id, baseUrl, repository }) =>
    id === undefined ? [] : [`${baseUrl}/${repository}: hook ${id} of ${resourceKey(subscription)}`],
  );
