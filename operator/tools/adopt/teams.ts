import { GRANTED_NAMESPACES } from '../../api/names.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { Project } from '../../core/model/snapshot.ts';
import { applicationAccess, type PlacedApplication } from '../../core/resolve/application-access.ts';
import { readGranted } from '../../core/resolve/grants.ts';
import { globMatches, isGlob } from '../../lib/glob.ts';
import { own } from '../../lib/own.ts';
import { type FindApplication, projectNameOf, type SubscriberScope } from './scope.ts';

/** The criterion by which `--split-by` gives resources to teams. */
export type SplitBy = 'project' | 'namespace';

/** The namespaces of teams. */
export interface Teams {
  /** The namespace of the team that all Applications of a scope belong to; undefined if they belong to nobody, or to several. */
  readonly namespaceOf: (scope: SubscriberScope) => string | undefined;
  /** The AppProject that the team of a scope has no access to yet. */
  readonly missingGrant: (scope: SubscriberScope) => ProjectGrant | undefined;
}

/** An AppProject, and the value of its annotation that gives a namespace access to it. */
export interface ProjectGrant {
  readonly project: string;
  /** Of the AppProject. */
  readonly home: string;
  readonly annotation: typeof GRANTED_NAMESPACES;
  readonly value: string;
}

/** Nobody is attributed to a team: all resources are in one namespace. */
export const NO_TEAMS: Teams = { namespaceOf: () => undefined, missingGrant: () => undefined };

interface Grounds {
  readonly config: OperatorConfiguration;
  readonly projects: readonly Project[];
  readonly find: FindApplication;
}

/** Finds out which namespace belongs to which team. */
export const teamsBy = (by: SplitBy, grounds: Grounds): Teams =>
  by === 'project' ? teamsByProject(grounds) : teamsByNamespace(grounds);

const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** The AppProject of all Applications that nobody gave to a team. */
const NOBODYS = 'default';

/** The only namespace that has access to the AppProject already, or the namespace that is called like it. */
function teamsByProject({ config, projects, find }: Grounds): Teams {
  const annotations = new Map(projects.map(({ name, grantedTo }) => [name, grantedTo ?? '']));
  const grantedTo = (project: string): string[] => [
    ...new Set([
      ...Object.entries(config.tenancy.projects).flatMap(([pattern, namespaces]) =>
        globMatches(pattern, project) ? namespaces : [],
      ),
      ...readGranted(annotations.get(project)).namespaces,
    ]),
  ];
  const teamOf = (project: string): string | undefined => {
    if (project === NOBODYS) return undefined;
    const granted = grantedTo(project).filter((each) => !isGlob(each) && each !== config.target.namespace);
    if (granted.length > 1) return undefined;
    return granted[0] ?? (NAMESPACE.test(project) ? project : undefined);
  };
  const projectOf = (scope: SubscriberScope): string | undefined => {
    if (scope.kind === 'project') return scope.project;
    const application = find(scope);
    return application && projectNameOf(application);
  };
  return {
    namespaceOf: (scope) => {
      const project = projectOf(scope);
      return project === undefined ? undefined : teamOf(project);
    },
    missingGrant: (scope) => {
      const project = projectOf(scope);
      const namespace = project === undefined ? undefined : teamOf(project);
      if (project === undefined || namespace === undefined) return undefined;
      if (grantedTo(project).some((each) => globMatches(each, namespace))) return undefined;
      const value = [annotations.get(project)?.trim(), namespace].filter((each) => each).join(',');
      return { project, home: config.target.namespace, annotation: GRANTED_NAMESPACES, value };
    },
  };
}

/**
 * The namespace that an Application lives in, or deploys to if it lives with Argo CD. The team has access to it by that. AppProjects stay
 * where they are: their Applications of tomorrow may live elsewhere.
 */
function teamsByNamespace({ config, projects, find }: Grounds): Teams {
  return {
    namespaceOf: (scope) => {
      const application = find(scope) as (PlacedApplication & ReturnType<FindApplication>) | undefined;
      if (!application) return undefined;
      const home = config.target.namespace;
      const { namespace = home } = application.metadata;
      const team = namespace === home ? application.spec?.destination?.namespace : namespace;
      if (team === undefined || team === home || !NAMESPACE.test(team)) return undefined;
      return applicationAccess({ config, projects }, team)(application) ? team : undefined;
    },
    missingGrant: () => undefined,
  };
}

/** AppProjects as they are once the grants are given. */
export function withGrants(projects: readonly Project[], grants: readonly ProjectGrant[]): Project[] {
  const given = Object.fromEntries(grants.map(({ project, value }) => [project, value]));
  const known = new Set(projects.map(({ name }) => name));
  return [
    ...projects.map((each) => ({ ...each, grantedTo: own(given, each.name) ?? each.grantedTo })),
    ...grants
      .filter(({ project }) => !known.has(project))
      .map(({ project, value }) => ({ name: project, grantedTo: value })),
  ];
}
