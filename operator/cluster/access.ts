import { GRANTED_NAMESPACES } from '../api/names.ts';
import type { Project } from '../core/model/snapshot.ts';
import type { Labels } from '../kubernetes/label-selector.ts';
import type { AnnotatedObject } from '../kubernetes/objects.ts';
import { ObjectMemo } from '../lib/memo.ts';

const NO_LABELS: Labels = {};

/** Namespaces as the core sees them; the same value for the same list. */
export const labelsByName = (namespaces: readonly AnnotatedObject[]): ReadonlyMap<string, Labels> =>
  byName.get(
    namespaces,
    [],
    () => new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? NO_LABELS])),
  );

const byName = new ObjectMemo<readonly AnnotatedObject[], ReadonlyMap<string, Labels>>();

type ProjectMetadata = Pick<AnnotatedObject['metadata'], 'name' | 'annotations'>;

/** AppProjects as the core sees them; the same value for the same list. */
export const projectsOf = (projects: readonly AnnotatedObject[]): readonly Project[] =>
  found.get(projects, [], () => projects.map(projectOf));

const found = new ObjectMemo<readonly AnnotatedObject[], readonly Project[]>();

/** An AppProject as the core sees it. */
export const projectOf = ({ metadata }: { readonly metadata: ProjectMetadata }): Project => ({
  name: metadata.name,
  grantedTo: metadata.annotations?.[GRANTED_NAMESPACES],
});
