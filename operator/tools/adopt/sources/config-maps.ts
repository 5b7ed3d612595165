import { yamlFields } from '../../../argocd/yaml-value.ts';
import type { Manifest } from '../../../files/manifests.ts';
import { type ConfigurationSource, describePlace, identityOf } from './source.ts';
import { readTexts } from './texts.ts';

/** All ConfigMaps among the manifests. Their names differ from each other or not. */
export function configMapsIn(
  manifests: readonly Manifest[],
): (ConfigurationSource & { readonly of: string })[] {
  return manifests.flatMap((manifest) => {
    const { kind, name, namespace } = identityOf(manifest);
    if (kind !== 'ConfigMap' || name === undefined) return [];
    const { data, binaryData } = yamlFields(manifest.value);
    const { texts, places, problems } = readTexts(manifest, 'data', data);
    const shown = `ConfigMap ${namespace === undefined ? '' : `${namespace}/`}${name}`;
    const notes = Object.keys(yamlFields(binaryData)).map((key) => {
      const place = describePlace({ manifest, field: `binaryData.${key}` });
      return `${place}: binaryData.${key}: Argo CD reads only data, so this key has no effect`;
    });
    const source = {
      name: shown,
      kind: 'ConfigMap' as const,
      namespace,
      data: texts,
      secret: {},
      secretPlaces: new Map(),
    };
    return [{ ...source, of: name, places, problems, notes, manifest }];
  });
}
