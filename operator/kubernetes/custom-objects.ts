import { NotFoundError } from './api-error.ts';
import type { KubernetesObject } from './objects.ts';
import { type ResourceAddress, resourcePath } from './paths.ts';
import type { ApiCall } from './request.ts';

/** A custom object to apply: all fields that the field manager will own. */
export interface CustomApply {
  readonly address: ResourceAddress & { readonly namespace: string; readonly name: string };
  readonly kind: string;
  readonly spec: object;
  readonly fieldManager: string;
  /**
   * The object that the decision was made on: the write fails with ConflictError on any other version. Absent: the object is
   * created if it does not exist.
   */
  readonly replaces?: { readonly uid: string; readonly resourceVersion: string } | undefined;
}

/**
 * Forced server-side apply of a custom object, which may not exist yet; returns the object as it is now.
 * @throws ConflictError if the object has changed or is gone, ForbiddenError, or any other error of a request
 */
export async function applyCustomObject<T extends KubernetesObject>(
  request: ApiCall,
  { address, kind, spec, fieldManager, replaces }: CustomApply,
): Promise<T> {
  const { group, version, namespace, name } = address;
  const { body } = await request<T>({
    method: 'PATCH',
    path: resourcePath(address),
    query: { fieldManager, force: true },
    // JSON is YAML.
    contentType: 'application/apply-patch+yaml',
    body: { apiVersion: `${group}/${version}`, kind, metadata: { namespace, name, ...replaces }, spec },
  });
  return body;
}

/** Reads a custom object; undefined if it does not exist. */
export async function readCustomObject<T extends KubernetesObject>(
  request: ApiCall,
  address: ResourceAddress,
): Promise<T | undefined> {
  try {
    return (await request<T>({ method: 'GET', path: resourcePath(address) })).body;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/**
 * Deletes an object with this uid; an object that does not exist is deleted already.
 * @throws ConflictError if another object has the name now, ForbiddenError, or any other error of a request
 */
export async function deleteObject(request: ApiCall, address: ResourceAddress, uid: string): Promise<void> {
  try {
    await request({
      method: 'DELETE',
      path: resourcePath(address),
      body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } },
    });
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
}
