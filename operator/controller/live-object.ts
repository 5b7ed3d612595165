import { FIELD_MANAGER, PREFIX } from '../core/names.ts';
import type { LiveObject } from '../core/snapshot.ts';
import type { DataObject } from '../kubernetes/objects.ts';

/** The ConfigMap as the core sees it. */
export function liveConfigMap(object: DataObject | undefined): LiveObject | undefined {
  return object && live(object, object.data ?? {}, bytesOfBase64(Object.entries(object.binaryData ?? {})));
}

/** The Secret as the core sees it: only keys that could be ours, since nobody else's value is our business. */
export function liveSecret(object: DataObject | undefined): LiveObject | undefined {
  if (!object) return undefined;
  const all = Object.entries(object.data ?? {});
  const ours = all.filter(([key]) => key.startsWith(PREFIX));
  return live(
    object,
    Object.fromEntries(ours.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')])),
    bytesOfBase64(all.filter(([key]) => !key.startsWith(PREFIX))),
  );
}

/** The size of keys and decoded values; none is decoded for it. */
const bytesOfBase64 = (entries: readonly (readonly [string, string])[]): number =>
  entries.reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value, 'base64'), 0);

function live({ metadata }: DataObject, data: LiveObject['data'], unseenBytes: number): LiveObject {
  const applied = (metadata.managedFields ?? [])
    .filter(({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply')
    .flatMap(({ fieldsV1 }) => Object.keys((fieldsV1 as { 'f:data'?: object } | undefined)?.['f:data'] ?? {}))
    .map((field) => field.replace(/^f:/, ''));
  return {
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    data,
    unseenBytes,
    owned: new Set(applied),
  };
}
