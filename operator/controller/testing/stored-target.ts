import { FIELD_MANAGER } from '../../api/field-managers.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { LiveObject, Target } from '../../core/model/snapshot.ts';
import type { DataObject } from '../../kubernetes/objects.ts';
import { managedFields } from '../../kubernetes/testing/fake-objects.ts';

/** API paths of the two target objects. */
export function targetPaths({ namespace, configMap, secret }: OperatorConfiguration['target']) {
  const inNamespace = (plural: string, name: string) => `/api/v1/namespaces/${namespace}/${plural}/${name}`;
  return { configMap: inNamespace('configmaps', configMap), secret: inNamespace('secrets', secret) };
}

/** The objects that exist, by path, as an API server stores them. */
export function storedTarget(
  { configMap, secret }: Target,
  names: OperatorConfiguration['target'],
): Map<string, DataObject> {
  const paths = targetPaths(names);
  const found = new Map<string, DataObject>();
  if (configMap)
    found.set(
      paths.configMap,
      stored('ConfigMap', configMap, (value) => value),
    );
  if (secret) found.set(paths.secret, stored('Secret', secret, toBase64));
  return found;
}

const toBase64 = (value: string): string => Buffer.from(value).toString('base64');

function stored(
  kind: string,
  { uid, resourceVersion, data, owned }: LiveObject,
  encode: (value: string) => string,
): DataObject {
  const applied = managedFields(FIELD_MANAGER, [...owned]);
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name: 'target', uid, resourceVersion, managedFields: [applied] },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, encode(value)])),
  };
}
