import type { Snapshot } from '../../core/model/snapshot.ts';
import { applicationAccess, type PlacedApplication } from '../../core/resolve/application-access.ts';
import { type FormerDelivery, isTaken } from './deliveries.ts';
import { applicationName, type TimedApplication } from './event-times.ts';
import { covers } from './scope.ts';

/** Applications with notifications today about which resources of this namespace may not be notified, sorted. */
export function outOfScope(
  applications: readonly (TimedApplication & PlacedApplication)[],
  deliveries: readonly FormerDelivery[],
  namespace: string,
  access: Pick<Snapshot, 'config' | 'projects'>,
): string[] {
  const isInScope = applicationAccess(access, namespace);
  const scopes = new Map(deliveries.filter(isTaken).map(({ scope }) => [JSON.stringify(scope), scope]));
  const isNotified = (application: TimedApplication) =>
    [...scopes.values()].some((scope) => covers(scope, application));
  return applications
    .filter((each) => isNotified(each) && !isInScope(each))
    .map(applicationName)
    .sort();
}
