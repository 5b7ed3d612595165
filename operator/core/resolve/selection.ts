import type { Finding } from '../../api/finding.ts';
import { isSelective, selectorMatches } from '../../kubernetes/label-selector.ts';
import { globMatches } from '../../lib/glob.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** The parts of a snapshot that say which namespaces the installation serves. */
export type Selection = Pick<Snapshot, 'config' | 'namespaces'>;

/**
 * Whether the installation serves a namespace. Resources `outside` get a status that says so, or none. Resources of `unknown`
 * namespaces get none, since a custom resource is often seen before its new Namespace is.
 */
export type Standing = 'served' | 'outside' | 'unknown';

/** Decides by deny list and selector; the deny list wins. A Namespace whose labels can't be read counts as selected. */
export function standingOf(namespace: string, { config, namespaces }: Selection): Standing {
  const { deniedNamespaces, namespaceSelector } = config.tenancy;
  if (deniedNamespaces.some((pattern) => globMatches(pattern, namespace))) return 'outside';
  if (!isSelective(namespaceSelector)) return 'served';
  const labels = namespaces.get(namespace);
  if (labels === undefined) return 'unknown';
  return labels === 'unseen' || selectorMatches(namespaceSelector, labels) ? 'served' : 'outside';
}

interface Namespaced {
  readonly metadata: { readonly namespace: string };
}

/** The parts of a resource that say which installation serves it. */
export interface Servable extends Namespaced {
  readonly status?: { readonly installation?: string };
}

/** The name of an installation, for the statuses: the namespace of its Argo CD, where its Lease is, too. */
export const installationName = ({ config }: Pick<Selection, 'config'>): string => config.target.namespace;

/** The name of the installation that serves the resource already; undefined if that is this one, or none. */
export function otherInstallation(
  { status }: Pick<Servable, 'status'>,
  selection: Pick<Selection, 'config'>,
): string | undefined {
  const name = status?.installation;
  return name === installationName(selection) ? undefined : name;
}

/** The resources that the installation serves. For no other one anything is read, kept or sent. */
export function served<T extends Servable>(resources: readonly T[], selection: Selection): T[] {
  const standing = standings(selection);
  return resources.filter(
    (each) => standing(each.metadata.namespace) === 'served' && !otherInstallation(each, selection),
  );
}

/**
 * The resources whose status is the installation's to write. A resource that it has served until now gets a last status, so that
 * another installation may serve it.
 */
export function reported<T extends Servable>(resources: readonly T[], selection: Selection): T[] {
  const standing = standings(selection);
  const { reportUnselected } = selection.config.tenancy;
  return resources.filter((each) => {
    if (otherInstallation(each, selection)) return false;
    const place = standing(each.metadata.namespace);
    const isOurs = reportUnselected || each.status?.installation !== undefined;
    return place === 'served' || (place === 'outside' && isOurs);
  });
}

/** The resources that another installation serves, although they are in a namespace that this one should serve. */
export function servedByOthers<T extends Servable>(resources: readonly T[], selection: Selection): T[] {
  const standing = standings(selection);
  return resources.filter(
    (each) => otherInstallation(each, selection) && standing(each.metadata.namespace) === 'served',
  );
}

/**
 * The field `installation` of a status: this installation's name for a resource that it serves, or of which it still has keys in
 * Argo CD's objects.
 */
export function claimOn(
  { metadata: { namespace } }: Namespaced,
  isLive: boolean,
  selection: Selection,
): { readonly installation?: string } {
  const isOurs = isLive || standingOf(namespace, selection) !== 'outside';
  return isOurs ? { installation: installationName(selection) } : {};
}

/** The finding on a resource of a namespace that the installation does not serve; undefined for any other. */
export function outsideFinding({ metadata }: Namespaced, selection: Selection): Finding | undefined {
  const { namespace } = metadata;
  if (standingOf(namespace, selection) !== 'outside') return undefined;
  const { deniedNamespaces } = selection.config.tenancy;
  const denied = deniedNamespaces.some((pattern) => globMatches(pattern, namespace));
  const why = denied
    ? 'is on the list tenancy.deniedNamespaces'
    : 'does not have the labels that tenancy.namespaceSelector asks for';
  const message = `metadata.namespace: this installation does not serve namespace ${namespace}, which ${why}. Ask the platform team.`;
  return { reason: 'NamespaceNotSelected', message };
}

/** Decides once for each namespace, however many resources it has. */
function standings(selection: Selection): (namespace: string) => Standing {
  const known = new Map<string, Standing>();
  return (namespace) => {
    const standing = known.get(namespace) ?? standingOf(namespace, selection);
    known.set(namespace, standing);
    return standing;
  };
}
