import type { Snapshot } from '../../core/model/snapshot.ts';
import { applicationAccess, type PlacedApplication } from '../../core/resolve/application-access.ts';
import { type FormerDelivery, isTaken } from './deliveries.ts';
import { applicationName, type TimedApplication } from './event-times.ts';
import { covers, type SubscriberScope } from './scope.ts';

/** Applications with notifications today about which the namespace of their subscription may not be notified, sorted. */
export function outOfScope(
  applications: readonly (TimedApplication & PlacedApplication)[],
  deliveries: readonly FormerDelivery[],
  namespaceOf: (scope: SubscriberScope) => string,
  access: Pick<Snapshot, 'config' | 'projects'>,
): string[] {
  const accesses = new Map<string, ReturnType<typeof applicationAccess>>();
  const accessOf = (namespace: string) => {
    const known = accesses.get(namespace) ?? applicationAccess(access, namespace);
    accesses.set(namespace, known);
    return known;
  };
  const scopes = new Map(deliveries.filter(isTaken).map(({ scope }) => [JSON.stringify(scope), scope]));
  const isLost = (application: TimedApplication & PlacedApplication) =>
    [...scopes.values()].some(
      (scope) => covers(scope, application) && !accessOf(namespaceOf(scope))(application),
    );
  return applications.filter(isLost).map(applicationName).sort();
}
