import type { Finding } from '../../api/finding.ts';
import type { CustomResource } from '../../api/kinds.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { installationName, otherInstallation, servedByOthers } from '../resolve/selection.ts';

/** A message names so many namespaces. The list of a large overlap would say no more. */
const MAX_NAMED = 5;

/** The resources that two installations of the operator should serve, and one finding for each other installation. */
export function overlaps(snapshot: Snapshot): { readonly count: number; readonly findings: Finding[] } {
  const { robots, templates, subscriptions } = snapshot;
  const theirs = servedByOthers<CustomResource>([...robots, ...templates, ...subscriptions], snapshot);
  const namespaces = new Map<string, Set<string>>();
  for (const cr of theirs) {
    const other = otherInstallation(cr, snapshot) ?? '';
    const known = namespaces.get(other) ?? new Set();
    namespaces.set(other, known.add(cr.metadata.namespace));
  }
  const findings = [...namespaces].sort().map(([other, names]): Finding => {
    const named = [...names].sort().slice(0, MAX_NAMED).join(', ');
    const more = names.size > MAX_NAMED ? ' and more' : '';
    const message =
      `the installation of the operator in namespace ${other} serves resources in ${named}${more}, which this installation ` +
      `(${installationName(snapshot)}) selects, too. This installation leaves them alone. Give each installation its own ` +
      'tenancy.namespaceSelector. If the other installation does not exist any more, remove its name from the statuses: ' +
      `docs/operations.md has the command.`;
    return { reason: 'InstallationsOverlap', message };
  });
  return { count: theirs.length, findings };
}
