import type { Finding } from '../../api/finding.ts';
import {
  type ApplicationSubscription,
  type CustomResource,
  type GiteeSubscription,
  isGiteeSubscription,
  type NotificationSubscription,
} from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import type { Faults } from '../model/faults.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { reported } from './selection.ts';

/**
 * Handles each resource of a kind whose status this installation writes, in the order of namespaces and names. An exception refuses the
 * resource that it comes with, and no other.
 * @param beyond resources that are not read, with the finding that says so
 */
export const eachOf =
  (snapshot: Snapshot, beyond: ReadonlyMap<CustomResource, Finding>, faults: Faults) =>
  <T extends CustomResource, R>(
    resources: readonly T[],
    work: (cr: T) => R,
    refused: (cr: T, refusal: Finding) => R,
    unread: (cr: T, refusal: Finding) => R,
  ): R[] =>
    reportedIn(resources, snapshot).flatMap((cr) => {
      const refusal = beyond.get(cr);
      const resolved = refusal
        ? unread(cr, refusal)
        : faults.guard(
            cr,
            () => work(cr),
            (finding) => refused(cr, finding),
          );
      return resolved === undefined ? [] : [resolved];
    });

const reportedIn = <T extends CustomResource>(resources: readonly T[], snapshot: Snapshot): readonly T[] =>
  reportedLists.get(resources, [snapshot.config, snapshot.namespaces], () =>
    reported(inOrder(resources), snapshot),
  ) as readonly T[];

/** The resources of a list that a decision reports on, in its order. */
const reportedLists = new ObjectMemo<readonly CustomResource[], readonly CustomResource[]>();

function inOrder<T extends CustomResource>(resources: readonly T[]): T[] {
  return resources
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map((resource) => ({ resource, key: resourceKey(resource) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ resource }) => resource);
}

/** By `namespace/name`. */
export const byName = <T extends { readonly cr: CustomResource }>(
  resolved: readonly T[],
): ReadonlyMap<string, T> => new Map(resolved.map((each) => [resourceKey(each.cr), each]));

/** The subscriptions about applications. One that cannot be read is among them, and gets its finding there. */
export const applicationSubscriptions = (
  subscriptions: readonly NotificationSubscription[],
  faults: Faults,
): ApplicationSubscription[] =>
  subscriptions.filter((cr): cr is ApplicationSubscription => !isAboutGitee(cr, faults));

/** The subscriptions about Gitee repositories. */
export const giteeSubscriptions = (
  subscriptions: readonly NotificationSubscription[],
  faults: Faults,
): GiteeSubscription[] => subscriptions.filter((cr): cr is GiteeSubscription => isAboutGitee(cr, faults));

const isAboutGitee = (cr: NotificationSubscription, faults: Faults): boolean =>
  faults.guard(
    cr,
    () => isGiteeSubscription(cr),
    () => false,
  ) ?? false;
