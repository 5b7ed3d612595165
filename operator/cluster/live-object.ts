import { FIELD_MANAGER } from '../api/field-managers.ts';
import { PREFIX } from '../argocd/names.ts';
import type { FieldManager, LiveObject } from '../core/model/snapshot.ts';
import type { DataObject, ManagedFields } from '../kubernetes/objects.ts';
import { decodeSecretValue, secretValueBytes } from '../kubernetes/secret-values.ts';

/** With this annotation, Sealed Secrets leaves the keys of others in a Secret that it owns. */
const PATCHES = 'sealedsecrets.bitnami.com/patch';

/** The ConfigMap as the core sees it. */
export const liveConfigMap = remembered((object) =>
  live(object, {
    data: object.data ?? {},
    unseenBytes: bytesOfBase64(Object.entries(object.binaryData ?? {})),
    isVisible: () => true,
  }),
);

/**
 * The Secret as the core sees it: only keys that could belong to the operator, since it has no business with other
 * values.
 */
export const liveSecret = remembered((object) => {
  const couldBeOurs = (key: string): boolean => key.startsWith(PREFIX);
  const all = Object.entries(object.data ?? {});
  const ours = all.filter(([key]) => couldBeOurs(key));
  const text = ours.map(([key, value]) => [key, decodeSecretValue(value)] as const);
  return live(object, {
    data: Object.fromEntries(text),
    unseenBytes: bytesOfBase64(all.filter(([key]) => !couldBeOurs(key))),
    isVisible: couldBeOurs,
  });
});

/** The size of keys and decoded values, in bytes; nothing is decoded for it. */
const bytesOfBase64 = (entries: readonly (readonly [string, string])[]): number =>
  entries.reduce((sum, [key, value]) => sum + key.length + secretValueBytes(value), 0);

/** An object of a cache never changes, and a run reads it several times. */
function remembered(
  read: (object: DataObject) => LiveObject,
): (object: DataObject | undefined) => LiveObject | undefined {
  const known = new WeakMap<DataObject, LiveObject>();
  return (object) => {
    if (!object) return undefined;
    const result = known.get(object) ?? read(object);
    known.set(object, result);
    return result;
  };
}

interface Visible {
  readonly data: LiveObject['data'];
  readonly unseenBytes: number;
  readonly isVisible: (key: string) => boolean;
}

function live({ metadata }: DataObject, { data, unseenBytes, isVisible }: Visible): LiveObject {
  const managers = (metadata.managedFields ?? []).map((entry) => fieldManager(entry, isVisible));
  const applied = managers.filter(({ name, operation }) => name === FIELD_MANAGER && operation === 'Apply');
  return {
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    data,
    unseenBytes,
    owned: new Set(applied.flatMap(({ keys }) => [...keys])),
    managers,
    owners: (metadata.ownerReferences ?? [])
      .filter(({ kind }) => kind !== 'SealedSecret' || metadata.annotations?.[PATCHES] !== 'true')
      .map(({ kind, name }) => ({ kind, name })),
  };
}

function fieldManager(
  { manager = '', operation = 'Update', time = '', fieldsV1 }: ManagedFields,
  isVisible: (key: string) => boolean,
): FieldManager {
  const fields = Object.keys((fieldsV1 as { 'f:data'?: object } | undefined)?.['f:data'] ?? {});
  const keys = fields.flatMap((field) => (field.startsWith('f:') ? [field.slice(2)] : []));
  return { name: manager, operation, time, keys: new Set(keys.filter(isVisible)) };
}
