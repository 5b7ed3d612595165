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

/** The resources that the installation serves. For no other one anything is read, kept or sent. */
export function served<T extends Namespaced>(resources: readonly T[], selection: Selection): T[] {
  const standing = standings(selection);
  return resources.filter(({ metadata }) => standing(metadata.namespace) === 'served');
}

/** The resources whose status is the installation's to write. */
export function reported<T extends Namespaced>(resources: readonly T[], selection: Selection): T[] {
  const standing = standings(selection);
  const { reportUnselected } = selection.config.tenancy;
  return resources.filter(({ metadata: { namespace } }) => {
    const each = standing(namespace);
    return each === 'served' || (each === 'outside' && reportUnselected);
  });
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
