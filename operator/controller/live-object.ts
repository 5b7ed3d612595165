import { FIELD_MANAGER, PREFIX } from '../core/names.ts';
import type { FieldManager, LiveObject } from '../core/snapshot.ts';
import type { DataObject, ManagedFields } from '../kubernetes/objects.ts';

/** With it, Sealed Secrets leaves the keys of others in a Secret that it owns. */
const PATCHES = 'sealedsecrets.bitnami.com/patch';

/** The ConfigMap as the core sees it. */
export const liveConfigMap = remembered((object) => live(object, object.data ?? {}, () => true));

/** The Secret as the core sees it: only keys that could be ours, since nobody else's value is our business. */
export const liveSecret = remembered((object) => {
  const couldBeOurs = (key: string): boolean => key.startsWith(PREFIX);
  const ours = Object.entries(object.data ?? {}).filter(([key]) => couldBeOurs(key));
  const text = ours.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')] as const);
  return live(object, Object.fromEntries(text), couldBeOurs);
});

/** An object of a cache never changes, and is looked at several times in a run. */
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

function live(
  { metadata }: DataObject,
  data: LiveObject['data'],
  isVisible: (key: string) => boolean,
): LiveObject {
  const managers = (metadata.managedFields ?? []).map((entry) => fieldManager(entry, isVisible));
  const applied = managers.filter(({ name, operation }) => name === FIELD_MANAGER && operation === 'Apply');
  return {
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    data,
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
