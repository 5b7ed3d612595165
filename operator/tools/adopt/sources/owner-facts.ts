import { yamlFields } from '../../../argocd/yaml-value.ts';
import { liveConfigMap } from '../../../cluster/live-object.ts';
import type { FieldManager, Owner } from '../../../core/model/snapshot.ts';
import type { DataObject, ManagedFields } from '../../../kubernetes/objects.ts';

/** What the metadata of Argo CD's ConfigMap and its neighbours say about the tools that write it. */
export interface OwnerFacts {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly owners: readonly Owner[];
  readonly managers: readonly FieldManager[];
  /** NotificationsConfigurations of the namespace, with the keys that they make. */
  readonly configurations: readonly { readonly name: string; readonly keys: readonly string[] }[];
}

/** The facts of a ConfigMap of a cluster, or of a file, where nobody has checked its metadata; none without an object. */
export function factsOf(object: unknown, configurations: OwnerFacts['configurations']): OwnerFacts {
  const { labels, annotations, managedFields, ownerReferences } = yamlFields(yamlFields(object).metadata);
  const checked = {
    metadata: {
      name: '',
      uid: '',
      resourceVersion: '',
      managedFields: maps(managedFields) as readonly ManagedFields[],
      ownerReferences: maps(ownerReferences) as readonly Owner[],
    },
  } as DataObject;
  const live = liveConfigMap(checked);
  return {
    labels: textsOnly(labels),
    annotations: textsOnly(annotations),
    owners: live?.owners ?? [],
    managers: live?.managers ?? [],
    configurations,
  };
}

const maps = (list: unknown): readonly object[] =>
  Array.isArray(list) ? list.filter((each) => typeof each === 'object' && each !== null) : [];

const textsOnly = (map: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(yamlFields(map)).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value]] : [],
    ),
  );
