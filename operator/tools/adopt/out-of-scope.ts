import { IN_CLUSTER } from '../../argocd/in-cluster.ts';
import { selects } from '../../argocd/selector.ts';
import type { Snapshot } from '../../core/model/snapshot.ts';
import { Grants, projectGrants } from '../../core/resolve/grants.ts';
import { globMatches } from '../../lib/glob.ts';
import type { EntryRecipient } from './entry-recipients.ts';
import { applicationName, type TimedApplication } from './event-times.ts';

interface PlacedApplication extends TimedApplication {
  readonly spec?: {
    readonly project?: string;
    readonly destination?: { readonly namespace?: string; readonly server?: string; readonly name?: string };
  };
}

/** Applications that are told of today and that resources of this namespace may not hear of, sorted. */
export function outOfScope(
  applications: readonly PlacedApplication[],
  recipients: readonly EntryRecipient[],
  namespace: string,
  { config, projects }: Pick<Snapshot, 'config' | 'projects'>,
): string[] {
  if (config.tenancy.mode === 'open') return [];
  const granted = projectGrants({ config, projects }).of(namespace);
  const isTrusted = config.tenancy.destinations === 'Trusted';
  const clusters = new Grants(Object.entries(config.tenancy.clusters)).of(namespace);
  const taken = recipients.filter(({ events }) => events !== undefined && events.length > 0);
  const isNotified = ({ metadata }: PlacedApplication) =>
    taken.some(({ entry }) => selects(entry.selector, metadata.labels ?? {}));
  const isInScope = ({ metadata, spec }: PlacedApplication): boolean => {
    const { destination } = spec ?? {};
    const cluster = [destination?.server ?? '', destination?.name ?? ''];
    const isHere =
      cluster[0] === IN_CLUSTER.server ||
      cluster[1] === IN_CLUSTER.name ||
      clusters.some((pattern) => cluster.some((each) => globMatches(pattern, each)));
    return (
      metadata.namespace === namespace ||
      (isTrusted && destination?.namespace === namespace && isHere) ||
      granted.some((pattern) => globMatches(pattern, spec?.project ?? ''))
    );
  };
  return applications
    .filter((each) => isNotified(each) && !isInScope(each))
    .map(applicationName)
    .sort();
}
