import type { DingTalkRobot, NotificationSubscription, NotificationTemplate } from '../../api/kinds.ts';
import { KINDS } from '../../api/kinds.ts';
import { resourceKey } from '../names.ts';
import type { Resolution } from '../resolve/resolve.ts';
import { mayUse, referenceKey } from '../resolve/sharing.ts';
import type { Aftermath } from './aftermath.ts';
import { type StateChange, stateChanges, statusPatch } from './changes.ts';
import { robotStatus } from './robot.ts';
import { subscriptionStatus } from './subscription.ts';
import { templateStatus } from './template.ts';

/** What has to be written to one CR's status, and which events tell of it. */
export interface StatusUpdate {
  readonly kind: (typeof KINDS)[keyof typeof KINDS];
  readonly cr: DingTalkRobot | NotificationTemplate | NotificationSubscription;
  readonly patch: Record<string, unknown>;
  readonly events: readonly StateChange[];
}

/** The updates for all CRs whose status differs from what it should be. */
export function statusUpdates(resolution: Resolution, aftermath: Aftermath): StatusUpdate[] {
  const users = countUsers(resolution);
  return [
    ...resolution.robots.map((each) => update(KINDS.robot, each.cr, robotStatus(each, aftermath))),
    ...resolution.templates.map((each) => {
      const usedBy = users.get(resourceKey(each.cr)) ?? 0;
      return update(KINDS.template, each.cr, templateStatus(each, usedBy, aftermath.snapshot.serverTime));
    }),
    ...resolution.subscriptions.map((each) =>
      update(KINDS.subscription, each.cr, subscriptionStatus(each, aftermath)),
    ),
  ].filter((each) => each !== undefined);
}

function update(
  kind: StatusUpdate['kind'],
  cr: StatusUpdate['cr'],
  status: NonNullable<StatusUpdate['cr']['status']>,
): StatusUpdate | undefined {
  const patch = statusPatch(cr.status && { ...cr.status }, { ...status });
  return patch && { kind, cr, patch, events: stateChanges(cr.status?.conditions, status.conditions ?? []) };
}

/** How many subscriptions name each template and may use it, by `namespace/name`: a count tells the owner of nobody. */
function countUsers({ subscriptions, templates }: Resolution): Map<string, number> {
  const crs = new Map(templates.map(({ cr }) => [resourceKey(cr), cr]));
  const users = new Map<string, number>();
  for (const { cr } of subscriptions) {
    const { namespace } = cr.metadata;
    const named = new Set(
      cr.spec.events.flatMap(({ template }) => (template ? [referenceKey(namespace, template)] : [])),
    );
    for (const key of named) {
      const template = crs.get(key);
      if (template && mayUse(namespace, template)) users.set(key, (users.get(key) ?? 0) + 1);
    }
  }
  return users;
}
