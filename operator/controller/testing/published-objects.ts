import type { OperatorConfiguration } from '../../config/config.ts';
import type { DataObject } from '../../kubernetes/objects.ts';
import { publishedData } from '../publication.ts';

/** The ConfigMaps in which an operator has published its configuration, by path, as an API server stores them. */
export function publishedObjects(config: OperatorConfiguration): Map<string, DataObject> {
  const { namespace } = config.target;
  return new Map(
    [...publishedData(config)].map(([name, data]) => [
      `/api/v1/namespaces/${namespace}/configmaps/${name}`,
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace, uid: name, resourceVersion: '1' },
        data,
      },
    ]),
  );
}
