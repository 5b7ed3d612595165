import { yamlFields } from '../../../argocd/yaml-value.ts';
import { type Manifest, ManifestError, parseManifests } from '../../../files/manifests.ts';
import { identityOf } from './source.ts';

/** Values for a Helm chart: a file of their own, or a part of a resource that installs the chart. */
export interface HelmValues {
  /** The manifest in which `path` and the paths below it have their places. */
  readonly manifest: Manifest;
  /** Of the values, followed by a dot; empty for a file of values. */
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Where the chart is installed, if that is said. */
  readonly namespace?: string | undefined;
}

/** All values among the manifests: of files, and of resources of Argo CD, Flux and k3s that install charts. */
export function helmValuesIn(manifests: readonly Manifest[]): HelmValues[] {
  return manifests.flatMap((manifest): HelmValues[] => {
    const { kind, namespace } = identityOf(manifest);
    const { apiVersion, spec } = yamlFields(manifest.value);
    const { values, valuesContent, targetNamespace, destination, source, sources } = yamlFields(spec);
    const target = typeof targetNamespace === 'string' ? targetNamespace : namespace;
    switch (kind) {
      case undefined:
        return apiVersion === undefined ? [{ manifest, path: '', values: yamlFields(manifest.value) }] : [];
      case 'HelmRelease':
        return at(manifest, 'spec.values', values, target);
      case 'HelmChart':
      case 'HelmChartConfig':
        return at(manifest, 'spec.valuesContent', valuesContent, target);
      case 'Application': {
        const where = yamlFields(destination).namespace;
        const into = typeof where === 'string' ? where : undefined;
        const listed = Array.isArray(sources) ? sources : [];
        return [
          ...ofSource(manifest, 'spec.source', source, into),
          ...listed.flatMap((each, index) => ofSource(manifest, `spec.sources[${index}]`, each, into)),
        ];
      }
      default:
        return [];
    }
  });
}

function ofSource(manifest: Manifest, path: string, source: unknown, namespace: string | undefined) {
  const { values, valuesObject } = yamlFields(yamlFields(source).helm);
  return [
    ...at(manifest, `${path}.helm.valuesObject`, valuesObject, namespace),
    ...at(manifest, `${path}.helm.values`, values, namespace),
  ];
}

function at(manifest: Manifest, path: string, value: unknown, namespace: string | undefined): HelmValues[] {
  if (typeof value !== 'string')
    return [{ manifest, path: `${path}.`, values: yamlFields(value), namespace }];
  return insideText(manifest, path, value).map((inner) => ({
    manifest: inner,
    path: '',
    values: yamlFields(inner.value),
    namespace,
  }));
}

/** The documents of a text in a manifest, with their places in the file around the text. */
function insideText(outer: Manifest, path: string, text: string): Manifest[] {
  try {
    return parseManifests(text, outer.file).map((inner) => ({
      ...inner,
      place: (field, position) => outer.place(path, inner.place(field, position)),
      lines: (field) => {
        const lines = inner.lines(field);
        const lineOf = (line: number) => outer.place(path, { line, column: 1 }).line;
        return lines && { first: lineOf(lines.first), last: lineOf(lines.last) };
      },
    }));
  } catch (error) {
    if (error instanceof ManifestError) return []; // Helm refuses these values, too.
    throw error;
  }
}
