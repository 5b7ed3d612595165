import { areDisjoint, selects } from '../../argocd/selector.ts';

/** The Applications that a subscriber of the former configuration covers. */
export type SubscriberScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'selector'; readonly selector: string }
  | { readonly kind: 'project'; readonly project: string }
  | { readonly kind: 'application'; readonly namespace: string; readonly name: string };

/** The parts of an Application that decide whether a scope covers it. */
export interface ScopedApplication {
  readonly metadata: {
    readonly namespace?: string;
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly project?: string } | null;
}

/** The AppProject of an Application, as Argo CD finds it. */
export const projectNameOf = ({ spec }: Pick<ScopedApplication, 'spec'>): string =>
  spec?.project || 'default';

/** Whether a scope covers an Application. */
export function covers(scope: SubscriberScope, application: ScopedApplication): boolean {
  const { metadata } = application;
  switch (scope.kind) {
    case 'all':
      return true;
    case 'selector':
      return selects(scope.selector, metadata.labels ?? {});
    case 'project':
      return projectNameOf(application) === scope.project;
    case 'application':
      return metadata.name === scope.name && metadata.namespace === scope.namespace;
  }
}

/** Finds the Application that a scope names. */
export type FindApplication = (scope: SubscriberScope) => ScopedApplication | undefined;

/** Looks up the known Applications. */
export function applicationFinder(applications: readonly ScopedApplication[]): FindApplication {
  const known = new Map(
    applications.map((each) => [JSON.stringify([each.metadata.namespace, each.metadata.name]), each]),
  );
  return (scope) =>
    scope.kind === 'application' ? known.get(JSON.stringify([scope.namespace, scope.name])) : undefined;
}

/**
 * Whether two scopes may cover the same Application. Labels and project of a single Application are known; two selectors, or a
 * selector and an AppProject, may meet as long as nothing excludes it.
 */
export function mayMeet(a: SubscriberScope, b: SubscriberScope, find: FindApplication): boolean {
  const [single, other] = a.kind === 'application' ? [a, b] : [b, a];
  if (single.kind === 'application') {
    if (other.kind === 'application')
      return single.name === other.name && single.namespace === other.namespace;
    const application = find(single);
    return !application || covers(other, application);
  }
  if (a.kind === 'project' && b.kind === 'project') return a.project === b.project;
  return !(a.kind === 'selector' && b.kind === 'selector' && areDisjoint(a.selector, b.selector));
}
