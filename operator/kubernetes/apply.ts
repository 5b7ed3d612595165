import { afterApply, afterPatch } from './after-write.ts';
import { asMetadata } from './metadata-source.ts';
import type { DataObject } from './objects.ts';
import { resourcePath } from './paths.ts';
import type { ApiCall } from './request.ts';

/** The ConfigMap or Secret to write, and the field manager of the write. */
export interface ObjectWrite {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly namespace: string;
  readonly name: string;
  /** The version that the decision was made on; the write fails with ConflictError on any other version. */
  readonly resourceVersion: string;
  readonly fieldManager: string;
  /**
   * The object at that version, if the caller has it. The answer then has the metadata alone, since the rest follows from the object
   * and the write: a large object does not cross the wire once more.
   */
  readonly before?: DataObject | undefined;
}

/** All keys that the field manager will own. */
export interface ApplyWrite extends ObjectWrite {
  /** The object's uid. An apply would create a missing object in spite of resourceVersion, but never with a uid. */
  readonly uid: string;
  /** Secret values in base64. Keys that the manager owned before and that are missing here are deleted. */
  readonly data: Readonly<Record<string, string>>;
}

/** Single keys to set, or to delete with null. */
export interface PatchWrite extends ObjectWrite {
  /** Secret values in base64. */
  readonly data: Readonly<Record<string, string | null>>;
}

/**
 * Forced server-side apply of an existing ConfigMap or Secret; returns the object as it is now. A repeated apply
 * changes nothing, resourceVersion included.
 * @throws ConflictError if the object has changed or is gone, ForbiddenError, or any other error of a request
 */
export async function serverSideApply(request: ApiCall, write: ApplyWrite): Promise<DataObject> {
  const { kind, namespace, name, uid, resourceVersion, fieldManager, data, before } = write;
  const { body } = await request<DataObject>({
    method: 'PATCH',
    path: pathOf(write),
    query: { fieldManager, force: true },
    accept: before && OF_OBJECT,
    // JSON is YAML.
    contentType: 'application/apply-patch+yaml',
    // An empty `data` would be a field to own. Without it, the manager leaves no trace in managedFields.
    body: {
      apiVersion: 'v1',
      kind,
      metadata: { namespace, name, uid, resourceVersion },
      ...(Object.keys(data).length > 0 && { data }),
    },
  });
  return before && isMetadata(body) ? afterApply(before, write, body.metadata) : body;
}

/**
 * Sets and deletes single keys of an existing ConfigMap or Secret, regardless of their owners; returns the object as
 * it is now.
 * @throws ConflictError if the object has changed, NotFoundError, ForbiddenError, or any other error of a request
 */
export async function mergePatch(request: ApiCall, write: PatchWrite): Promise<DataObject> {
  const { resourceVersion, fieldManager, data, before } = write;
  const { body } = await request<DataObject>({
    method: 'PATCH',
    path: pathOf(write),
    query: { fieldManager },
    accept: before && OF_OBJECT,
    contentType: 'application/merge-patch+json',
    body: { metadata: { resourceVersion }, data },
  });
  return before && isMetadata(body) ? afterPatch(before, data, body.metadata) : body;
}

const OF_OBJECT = `${asMetadata('PartialObjectMetadata')},application/json`;
/** A server may answer with the whole object nevertheless. */
const isMetadata = ({ kind }: DataObject): boolean => kind === 'PartialObjectMetadata';

function pathOf({ kind, namespace, name }: ObjectWrite): string {
  return resourcePath({
    version: 'v1',
    plural: kind === 'Secret' ? 'secrets' : 'configmaps',
    namespace,
    name,
  });
}
