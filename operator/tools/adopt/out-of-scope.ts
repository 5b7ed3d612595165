import { selects } from '../../argocd/selector.ts';
import type { Snapshot } from '../../core/model/snapshot.ts';
import { applicationAccess, type PlacedApplication } from '../../core/resolve/application-access.ts';
import type { EntryRecipient } from './entry-recipients.ts';
import { applicationName, type TimedApplication } from './event-times.ts';

/** Applications with notifications today about which resources of this namespace may not be notified, sorted. */
export function outOfScope(
  applications: readonly (TimedApplication & PlacedApplication)[],
  recipients: readonly EntryRecipient[],
  namespace: string,
  access: Pick<Snapshot, 'config' | 'projects'>,
): string[] {
  const isInScope = applicationAccess(access, namespace);
  const taken = recipients.filter(({ events }) => events !== undefined && events.length > 0);
  const isNotified = ({ metadata }: TimedApplication) =>
    taken.some(({ entry }) => selects(entry.selector, metadata.labels ?? {}));
  return applications
    .filter((each) => isNotified(each) && !isInScope(each))
    .map(applicationName)
    .sort();
}
