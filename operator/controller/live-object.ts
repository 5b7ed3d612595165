import { FIELD_MANAGER, PREFIX } from '../core/names.ts';
import type { LiveObject } from '../core/snapshot.ts';
import type { DataObject } from '../kubernetes/objects.ts';

/** The ConfigMap as the core sees it. */
export function liveConfigMap(object: DataObject | undefined): LiveObject | undefined {
  return object && live(object, object.data ?? {});
}

/** The Secret as the core sees it: only keys that could be ours, since nobody else's value is our business. */
export function liveSecret(object: DataObject | undefined): LiveObject | undefined {
  if (!object) return undefined;
  const ours = Object.entries(object.data ?? {}).filter(([key]) => key.startsWith(PREFIX));
  return live(
    object,
    Object.fromEntries(ours.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')])),
  );
}

function live({ metadata }: DataObject, data: LiveObject['data']): LiveObject {
  const applied = (metadata.managedFields ?? [])
    .filter(({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply')
    .flatMap(({ fieldsV1 }) => Object.keys((fieldsV1 as { 'f:data'?: object } | undefined)?.['f:data'] ?? {}))
    .map((field) => field.replace(/^f:/, ''));
  return { uid: metadata.uid, resourceVersion: metadata.resourceVersion, data, owned: new Set(applied) };
}
