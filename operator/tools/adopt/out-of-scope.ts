import { selects } from '../../argocd/selector.ts';
import type { Snapshot } from '../../core/model/snapshot.ts';
import { applicationAccess, type PlacedApplication } from '../../core/resolve/application-access.ts';
import { applicationName, type Timed } from './event-times.ts';
import type { Unit } from './units.ts';

/** Applications that are told of today and that resources of this namespace may not hear of, sorted. */
export function outOfScope(
  applications: readonly (Timed & PlacedApplication)[],
  units: readonly Unit[],
  namespace: string,
  access: Pick<Snapshot, 'config' | 'projects'>,
): string[] {
  const mayBeHeard = applicationAccess(access, namespace);
  const taken = units.filter(({ events }) => events !== undefined && events.length > 0);
  const isTold = ({ metadata }: Timed) =>
    taken.some(({ entry }) => selects(entry.selector, metadata.labels ?? {}));
  return applications
    .filter((each) => isTold(each) && !mayBeHeard(each))
    .map(applicationName)
    .sort();
}
