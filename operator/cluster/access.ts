import { GRANTED_NAMESPACES } from '../api/names.ts';
import type { Project } from '../core/model/snapshot.ts';
import type { Labels } from '../kubernetes/label-selector.ts';
import type { AnnotatedObject } from '../kubernetes/objects.ts';

/** Namespaces as the core sees them. */
export const labelsByName = (namespaces: readonly AnnotatedObject[]): Map<string, Labels> =>
  new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));

type ProjectMetadata = Pick<AnnotatedObject['metadata'], 'name' | 'annotations'>;

/** An AppProject as the core sees it. */
export const projectOf = ({ metadata }: { readonly metadata: ProjectMetadata }): Project => ({
  name: metadata.name,
  grantedTo: metadata.annotations?.[GRANTED_NAMESPACES],
});
