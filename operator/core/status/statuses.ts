import type { DingTalkRobot, NotificationSubscription, NotificationTemplate } from '../../api/kinds.ts';
import { KINDS } from '../../api/kinds.ts';
import { type Faults, UNGUARDED } from '../faults.ts';
import { resourceKey } from '../names.ts';
import type { Resolution } from '../resolve/resolve.ts';
import { mayUse, referenceKey } from '../resolve/sharing.ts';
import type { Finding } from '../verdict.ts';
import type { Aftermath } from './aftermath.ts';
import { type StateChange, stateChanges, statusPatch } from './changes.ts';
import { accepted, conditions, ready } from './conditions.ts';
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
export function statusUpdates(
  resolution: Resolution,
  aftermath: Aftermath,
  faults: Pick<Faults, 'guard'> = UNGUARDED,
): StatusUpdate[] {
  const { serverTime } = aftermath.snapshot;
  const users = countUsers(resolution, faults);
  const each = <T extends { readonly cr: StatusUpdate['cr'] }>(
    kind: StatusUpdate['kind'],
    resolved: readonly T[],
    statusOf: (resource: T) => NonNullable<StatusUpdate['cr']['status']>,
  ): StatusUpdate[] =>
    resolved.flatMap((resource) => {
      const { cr } = resource;
      const changed = faults.guard(
        cr,
        () => update(kind, cr, statusOf(resource)),
        (finding) => update(kind, cr, faultStatus(cr, finding, serverTime)),
      );
      return changed ? [changed] : [];
    });
  return [
    ...each(KINDS.robot, resolution.robots, (robot) => robotStatus(robot, aftermath)),
    ...each(KINDS.template, resolution.templates, (template) =>
      templateStatus(template, users.get(resourceKey(template.cr)) ?? 0, serverTime),
    ),
    ...each(KINDS.subscription, resolution.subscriptions, (subscription) =>
      subscriptionStatus(subscription, aftermath),
    ),
  ];
}

/** Of a resource whose status cannot be told, that alone is told. */
function faultStatus({ metadata, status }: StatusUpdate['cr'], refusal: Finding, now: Date) {
  const { generation } = metadata;
  const parts = [accepted({ course: 'none', refusal, warnings: [] }, '')];
  return {
    ...status,
    observedGeneration: generation,
    conditions: conditions([ready(parts, false), ...parts], status?.conditions, generation, now),
  };
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
function countUsers(
  { subscriptions, templates }: Resolution,
  faults: Pick<Faults, 'guard'>,
): Map<string, number> {
  const crs = new Map(templates.map(({ cr }) => [resourceKey(cr), cr]));
  const users = new Map<string, number>();
  for (const { cr } of subscriptions) {
    const { namespace } = cr.metadata;
    const named = () => templatesOf(cr).filter((key) => isUsable(namespace, crs.get(key)));
    for (const key of faults.guard(cr, named, () => []) ?? []) users.set(key, (users.get(key) ?? 0) + 1);
  }
  return users;
}

const templatesOf = ({ metadata, spec }: NotificationSubscription): string[] => [
  ...new Set(
    spec.events.flatMap(({ template }) => (template ? [referenceKey(metadata.namespace, template)] : [])),
  ),
];

const isUsable = (namespace: string, template: NotificationTemplate | undefined): boolean =>
  template !== undefined && mayUse(namespace, template);
