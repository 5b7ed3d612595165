import { API_VERSION, GROUP, KINDS } from '../api/kinds.ts';
import { closest } from '../lib/closest.ts';
import type { LintFinding } from './finding.ts';
import type { LoadedResource } from './loaded-resource.ts';
import type { Manifest } from './manifests.ts';

const KNOWN: readonly string[] = Object.values(KINDS).map(({ kind }) => kind);

/**
 * Documents of the operator's API group with an unknown kind. Without this check, a misspelt kind would pass in
 * silence.
 */
export function unknownKinds(manifests: readonly Manifest[]): LintFinding[] {
  return manifests.filter(isStranger).map((manifest) => {
    const { apiVersion = '', kind = '', metadata } = manifest.value as Partial<LoadedResource['resource']>;
    const { namespace = '', name = '' } = metadata ?? {};
    const isVersionRight = apiVersion === API_VERSION;
    const guess = closest(kind, KNOWN);
    return {
      file: manifest.file,
      ...manifest.place(isVersionRight ? 'kind' : 'apiVersion'),
      kind,
      namespace,
      name,
      accepted: false,
      reason: 'UnknownKind',
      message: `there is no ${apiVersion} ${kind}; ${API_VERSION} has ${KNOWN.join(', ')}.`,
      hint: isVersionRight
        ? `Write kind: ${guess ?? `one of ${KNOWN.join(', ')}`}.`
        : `Write apiVersion: ${API_VERSION}.`,
    };
  });
}

/** Whether a document belongs to the operator's API group at all. */
export const isOfOurGroup = ({ value }: Manifest): boolean =>
  `${(value as { readonly apiVersion?: unknown }).apiVersion}`.startsWith(`${GROUP}/`);

function isStranger(manifest: Manifest): boolean {
  const { apiVersion, kind = '' } = manifest.value as Partial<LoadedResource['resource']>;
  return isOfOurGroup(manifest) && !(apiVersion === API_VERSION && KNOWN.includes(kind));
}
