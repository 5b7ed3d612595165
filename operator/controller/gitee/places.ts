import type { NotificationSubscription } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { hasHookFinalizer } from '../../cluster/gitee-hooks.ts';
import type { WantedHook, WantedHooks } from '../../core/model/gitee.ts';
import { type HookPlace, type HookRecord, isSamePlace, readRecords } from '../../gitee/record.ts';

/** A subscription that has hooks in a repository, or should have some. */
export interface HookMember {
  readonly subscription: NotificationSubscription;
  /** The hooks that it should have there. */
  readonly wanted: readonly WantedHook[];
  /** The hooks that it has there, by its status. */
  readonly records: readonly HookRecord[];
}

/** The hooks of a subscription that this installation has made, by its status. */
export const recordsOf = (
  { status }: Pick<NotificationSubscription, 'status'>,
  installation: string,
): readonly HookRecord[] =>
  status?.gitee?.installation === installation ? readRecords(status.gitee.hooks) : [];

/** One text for each repository. */
export const placeKey = ({ baseUrl, repository }: HookPlace): string => `${baseUrl} ${repository}`;

/**
 * The hooks that a subscription should have: none if it is being deleted. `keep`: those that it has stay as they are.
 */
export const wantedOf = (
  subscription: NotificationSubscription,
  hooks: WantedHooks,
): 'keep' | readonly WantedHook[] =>
  subscription.metadata.deletionTimestamp === undefined ? (hooks.get(resourceKey(subscription)) ?? []) : [];

/** The part that a subscription has in one repository; undefined if it has none, or if it is to stay as it is. */
export function memberOf(
  subscription: NotificationSubscription,
  place: HookPlace,
  hooks: WantedHooks,
  installation: string,
): HookMember | undefined {
  const all = wantedOf(subscription, hooks);
  if (all === 'keep') return undefined;
  const wanted = all.filter((hook) => isSamePlace(hook, place));
  const records = recordsOf(subscription, installation).filter((record) => isSamePlace(record, place));
  return wanted.length + records.length > 0 ? { subscription, wanted, records } : undefined;
}

/** The repositories in which a subscription has a part, by `placeKey`. */
export function hookPlacesOf(
  subscription: NotificationSubscription,
  hooks: WantedHooks,
  installation: string,
): ReadonlyMap<string, HookPlace> {
  const all = wantedOf(subscription, hooks);
  if (all === 'keep') return new Map();
  return new Map(
    [...all, ...recordsOf(subscription, installation)].map(({ baseUrl, repository }) => {
      const place = { baseUrl, repository };
      return [placeKey(place), place];
    }),
  );
}

/**
 * Whether the finalizer is to go, since nothing is left for which it keeps the subscription. `unknown`: no status says yet whose
 * subscription this is, so the finalizer may be that of another installation.
 */
export function releaseOf(
  subscription: NotificationSubscription,
  hooks: WantedHooks,
  installation: string,
): 'yes' | 'no' | 'unknown' {
  const { metadata, status } = subscription;
  if (!hasHookFinalizer(subscription) || wantedOf(subscription, hooks) === 'keep') return 'no';
  if (hookPlacesOf(subscription, hooks, installation).size > 0) return 'no';
  if (status?.gitee) return status.gitee.installation === installation ? 'yes' : 'no';
  if (metadata.deletionTimestamp !== undefined || status?.installation === installation) return 'yes';
  return status?.installation === undefined ? 'unknown' : 'no';
}
