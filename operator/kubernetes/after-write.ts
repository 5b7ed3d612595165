import { own, withValues } from '../lib/own.ts';
import type { DataObject, ManagedFields } from './objects.ts';

/**
 * What a ConfigMap or Secret is after a write that was answered with the metadata alone. The write names the version that it replaces,
 * so nobody has written in between.
 */

type Data = Readonly<Record<string, string>>;

/**
 * The object after a server-side apply. A key that the manager does not apply any more goes, unless another manager has it, too: then
 * the new metadata still names the key.
 */
export function afterApply(
  before: DataObject,
  { data, fieldManager }: { readonly data: Data; readonly fieldManager: string },
  metadata: DataObject['metadata'],
): DataObject {
  const isApplied = (key: string): boolean => Object.hasOwn(data, key);
  const owned = (before.metadata.managedFields ?? [])
    .filter(({ manager, operation }) => manager === fieldManager && operation === 'Apply')
    .flatMap(keysOf);
  const left = owned.filter((key) => !isApplied(key));
  const held = new Set(left.length === 0 ? [] : (metadata.managedFields ?? []).flatMap(keysOf));
  return withData(before, metadata, data, new Set(left.filter((key) => !held.has(key))));
}

/** The object after a merge patch of its data, in which null deletes a key. */
export function afterPatch(
  before: DataObject,
  patch: Readonly<Record<string, string | null>>,
  metadata: DataObject['metadata'],
): DataObject {
  const set = Object.entries(patch).filter((entry): entry is [string, string] => entry[1] !== null);
  const gone = Object.keys(patch).filter((key) => own(patch, key) === null);
  return withData(before, metadata, Object.fromEntries(set), new Set(gone));
}

function withData(
  before: DataObject,
  metadata: DataObject['metadata'],
  set: Data,
  gone: ReadonlySet<string>,
): DataObject {
  const known = before.data ?? {};
  const hasNew = Object.keys(set).some((key) => !Object.hasOwn(known, key));
  if (!hasNew && gone.size === 0) return { ...before, metadata, data: withValues(known, set) };
  const kept = Object.entries(known).filter(([key]) => !gone.has(key) && !Object.hasOwn(set, key));
  // In the order of the API server.
  const all = [...kept, ...Object.entries(set)].sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...before, metadata, data: Object.fromEntries(all) };
}

function keysOf({ fieldsV1 }: ManagedFields): string[] {
  const fields = Object.keys((fieldsV1 as { 'f:data'?: object } | undefined)?.['f:data'] ?? {});
  return fields.flatMap((field) => (field.startsWith('f:') ? [field.slice(2)] : []));
}
