import type { OperatorConfiguration } from '../../config.ts';
import { globMatches } from '../glob.ts';
import { grantedProjects, IN_CLUSTER } from '../resolve/fence.ts';
import { applicationName, type Timed } from './event-times.ts';
import { selects } from './selector.ts';
import type { Unit } from './units.ts';

interface Placed extends Timed {
  readonly spec?: {
    readonly project?: string;
    readonly destination?: { readonly namespace?: string; readonly server?: string; readonly name?: string };
  };
}

/** Applications that are told of today and that resources of this namespace may not hear of, sorted. */
export function unheardOf(
  applications: readonly Placed[],
  units: readonly Unit[],
  namespace: string,
  config: OperatorConfiguration,
): string[] {
  const granted = grantedProjects(namespace, config);
  const taken = units.filter(({ events }) => events !== undefined && events.length > 0);
  const isTold = ({ metadata }: Placed) =>
    taken.some(({ entry }) => selects(entry.selector, metadata.labels ?? {}));
  const mayBeHeard = ({ metadata, spec }: Placed): boolean => {
    const { destination } = spec ?? {};
    const isHere = destination?.server === IN_CLUSTER.server || destination?.name === IN_CLUSTER.name;
    return (
      metadata.namespace === namespace ||
      (destination?.namespace === namespace && isHere) ||
      granted.some((pattern) => globMatches(pattern, spec?.project ?? ''))
    );
  };
  return applications
    .filter((each) => isTold(each) && !mayBeHeard(each))
    .map(applicationName)
    .sort();
}
