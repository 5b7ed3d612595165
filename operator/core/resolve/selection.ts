import type { Finding } from '../../api/finding.ts';
import { isSelective, selectorMatches } from '../../kubernetes/label-selector.ts';
import { globMatches } from '../../lib/glob.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** What of a snapshot says which namespaces the installation serves. */
export type Selection = Pick<Snapshot, 'config' | 'namespaces'>;

/**
 * Whether the installation serves a namespace: `outside` is left alone or told, `unknown` left alone in any case, since a
 * custom resource is often seen before its new Namespace is.
 */
export type Standing = 'served' | 'outside' | 'unknown';

/** By deny list and selector; the deny list wins. A Namespace whose labels could not be seen counts as selected. */
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

/** The resources that the installation serves: nothing is read, kept or sent for any other. */
export function served<T extends Namespaced>(resources: readonly T[], selection: Selection): T[] {
  const standing = standings(selection);
  return resources.filter(({ metadata }) => standing(metadata.namespace) === 'served');
}

/** The resources whose status is the installation's to write. */
export function reported<T extends Namespaced>(resources: readonly T[], selection: Selection): T[] {
  const standing = standings(selection);
  const tells = selection.config.tenancy.reportUnselected;
  return resources.filter(({ metadata: { namespace } }) => {
    const each = standing(namespace);
    return each === 'served' || (each === 'outside' && tells);
  });
}

/** What a resource is told that is in the hands of an installation that does not serve its namespace. */
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

/** Each namespace is looked at once, however many resources it has. */
function standings(selection: Selection): (namespace: string) => Standing {
  const known = new Map<string, Standing>();
  return (namespace) => {
    const standing = known.get(namespace) ?? standingOf(namespace, selection);
    known.set(namespace, standing);
    return standing;
  };
}
