import type { DataObject } from './objects.ts';
import { resourcePath } from './paths.ts';
import type { ApiCall } from './request.ts';

/** Which ConfigMap or Secret to write, and as whom. */
export interface ObjectWrite {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly namespace: string;
  readonly name: string;
  /** The version that the decision was made on; the write fails with ConflictError on any other. */
  readonly resourceVersion: string;
  readonly fieldManager: string;
}

/** All keys that the field manager shall own from now on. */
export interface ApplyWrite extends ObjectWrite {
  /** The object's uid. An apply would create a missing object in spite of resourceVersion, but never with a uid. */
  readonly uid: string;
  /** Secret values in base64. What the manager owned before and is missing here is deleted. */
  readonly data: Readonly<Record<string, string>>;
}

/** Single keys to set, or to delete with null. */
export interface PatchWrite extends ObjectWrite {
  /** Secret values in base64. */
  readonly data: Readonly<Record<string, string | null>>;
}

/**
 * Forced server-side apply of an existing ConfigMap or Secret; returns it as it is now. The same apply again changes
 * nothing, resourceVersion included.
 * @throws ConflictError if the object has changed or is gone, ForbiddenError, or whatever else a request throws
 */
export async function serverSideApply(request: ApiCall, write: ApplyWrite): Promise<DataObject> {
  const { kind, namespace, name, uid, resourceVersion, fieldManager, data } = write;
  const { body } = await request<DataObject>({
    method: 'PATCH',
    path: pathOf(write),
    query: { fieldManager, force: true },
    // JSON is YAML.
    contentType: 'application/apply-patch+yaml',
    // An empty `data` would be a field to own; without it the manager leaves no trace in managedFields.
    body: {
      apiVersion: 'v1',
      kind,
      metadata: { namespace, name, uid, resourceVersion },
      ...(Object.keys(data).length > 0 && { data }),
    },
  });
  return body;
}

/**
 * Sets and deletes single keys of an existing ConfigMap or Secret, whoever owns them; returns it as it is now.
 * @throws ConflictError if the object has changed, NotFoundError, ForbiddenError, or whatever else a request throws
 */
export async function mergePatch(request: ApiCall, write: PatchWrite): Promise<DataObject> {
  const { resourceVersion, fieldManager, data } = write;
  const { body } = await request<DataObject>({
    method: 'PATCH',
    path: pathOf(write),
    query: { fieldManager },
    contentType: 'application/merge-patch+json',
    body: { metadata: { resourceVersion }, data },
  });
  return body;
}

function pathOf({ kind, namespace, name }: ObjectWrite): string {
  return resourcePath({
    version: 'v1',
    plural: kind === 'Secret' ? 'secrets' : 'configmaps',
    namespace,
    name,
  });
}
