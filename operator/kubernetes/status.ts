import { FIELD_MANAGER } from '../api/field-managers.ts';
import { GROUP, VERSION } from '../api/kinds.ts';
import { NotFoundError } from './api-error.ts';
import type { KubernetesObject } from './objects.ts';
import { resourcePath } from './paths.ts';
import type { ApiCall } from './request.ts';

/** New status of one of the operator's custom resources. */
export interface StatusPatch {
  /** Plural of the kind, such as `dingtalkrobots`. */
  readonly plural: string;
  readonly namespace: string;
  readonly name: string;
  /** Merged into the present status: lists are replaced as a whole, null deletes a field, and absent fields stay. */
  readonly status: object;
  /**
   * If given, the answer is only returned if it has this uid. The API server ignores it. To protect a later resource
   * of the same name from this status, give resourceVersion.
   */
  readonly uid?: string | undefined;
  /** If given, the write fails with ConflictError unless the resource is still at this version. */
  readonly resourceVersion?: string | undefined;
}

/**
 * Patches the status; returns the resource as it is now, undefined if it is gone.
 * @throws ConflictError, ForbiddenError, or any other error of a request
 */
export async function patchStatus<T extends KubernetesObject>(
  request: ApiCall,
  patch: StatusPatch,
): Promise<T | undefined> {
  const { plural, namespace, name, status, uid, resourceVersion } = patch;
  try {
    const { body } = await request<T>({
      method: 'PATCH',
      path: resourcePath({ group: GROUP, version: VERSION, plural, namespace, name, subresource: 'status' }),
      query: { fieldManager: FIELD_MANAGER },
      contentType: 'application/merge-patch+json',
      body: { metadata: { resourceVersion }, status },
    });
    return uid === undefined || body.metadata.uid === uid ? body : undefined;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
