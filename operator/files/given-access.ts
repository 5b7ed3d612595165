import { GRANTED_NAMESPACES } from '../api/names.ts';
import { REASONS } from '../api/reasons.ts';
import { APP_PROJECTS } from '../cluster/projects.ts';
import type { Project, Snapshot } from '../core/model/snapshot.ts';
import { grantFinding } from '../core/resolve/grants.ts';
import type { Labels } from '../kubernetes/label-selector.ts';
import type { LintFinding } from './finding.ts';
import type { Manifest } from './manifests.ts';

/** The parts of a Namespace or an AppProject in a file that matter; they are not checked yet. */
interface Foreign {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Labels | null;
    readonly annotations?: Readonly<Record<string, unknown>> | null;
  } | null;
}

/** Whether a manifest is a Namespace or an AppProject: the foreign kinds that decide the rights of namespaces. */
export const isAboutAccess = (manifest: Manifest): boolean => isNamespace(manifest) || isProject(manifest);

const isNamespace = ({ value }: Manifest): boolean => {
  const { apiVersion, kind } = value as Foreign;
  return apiVersion === 'v1' && kind === 'Namespace';
};

const isProject = ({ value }: Manifest): boolean => {
  const { apiVersion, kind } = value as Foreign;
  return apiVersion === `${APP_PROJECTS.group}/${APP_PROJECTS.version}` && kind === 'AppProject';
};

/** The labels of the Namespaces among the manifests, by name. */
export function givenNamespaces(manifests: readonly Manifest[]): Map<string, Labels> {
  return new Map(
    manifests.filter(isNamespace).map(({ value }) => {
      const { metadata } = value as Foreign;
      return [metadata?.name ?? '', metadata?.labels ?? {}];
    }),
  );
}

/**
 * The AppProjects among the manifests. An AppProject without a namespace counts as one in the target's namespace,
 * where it has effect.
 */
export function givenProjects(manifests: readonly Manifest[], targetNamespace: string): Project[] {
  return projectsIn(manifests, targetNamespace).map(({ project }) => project);
}

/** The problems of grants on AppProjects in files. They are warnings, since the rest of each grant counts. */
export function grantFindings(manifests: readonly Manifest[], targetNamespace: string): LintFinding[] {
  return projectsIn(manifests, targetNamespace).flatMap(({ manifest, project }): LintFinding[] => {
    const finding = grantFinding(project);
    if (!finding) return [];
    const { reason, message } = finding;
    return [
      {
        file: manifest.file,
        ...manifest.place(`metadata.annotations.${GRANTED_NAMESPACES}`),
        kind: 'AppProject',
        namespace: targetNamespace,
        name: project.name,
        accepted: true,
        reason,
        message,
        hint: REASONS[reason].remedy,
      },
    ];
  });
}

function projectsIn(manifests: readonly Manifest[], targetNamespace: string) {
  return manifests.filter(isProject).flatMap((manifest) => {
    const { metadata } = manifest.value as Foreign;
    const { name = '', namespace = targetNamespace, annotations } = metadata ?? {};
    if (namespace !== targetNamespace) return [];
    const annotation = annotations?.[GRANTED_NAMESPACES];
    const grantedTo = typeof annotation === 'string' ? annotation : undefined;
    return [{ manifest, project: { name, grantedTo } }];
  });
}

/**
 * A snapshot for a person who asks. A resource outside of the installation's scope is reported as such, and a
 * Namespace with unknown labels counts as selected.
 */
export function forAsking<S extends AccessPart>(snapshot: S): S {
  const { config, robots, templates, subscriptions } = snapshot;
  const used = [...robots, ...templates, ...subscriptions].map(({ metadata }) => metadata.namespace);
  const unseen = used.filter((namespace) => !snapshot.namespaces.has(namespace));
  return {
    ...snapshot,
    config: { ...config, tenancy: { ...config.tenancy, reportUnselected: true } },
    namespaces: new Map([
      ...snapshot.namespaces,
      ...unseen.map((namespace) => [namespace, 'unseen'] as const),
    ]),
  };
}

type AccessPart = Pick<Snapshot, 'config' | 'robots' | 'templates' | 'subscriptions' | 'namespaces'>;
