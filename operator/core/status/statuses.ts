import type { DingTalkRobot, NotificationSubscription, NotificationTemplate } from '../../api/kinds.ts';
import { KINDS } from '../../api/kinds.ts';
import { resourceKey } from '../names.ts';
import type { Resolution } from '../resolve/resolve.ts';
import { mayUse, referenceKey } from '../resolve/sharing.ts';
import type { Verdict } from '../verdict.ts';
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

/** What one CR's status should say by the newest decision. */
export interface WantedStatus {
  readonly kind: StatusUpdate['kind'];
  /** As it was decided on. */
  readonly cr: StatusUpdate['cr'];
  /**
   * What has to be written to the CR as it is now: its status may have been written since the decision. Undefined where nothing
   * differs, where it is another generation, whose decision is yet to come, and where the outcome is not known yet.
   */
  readonly updateFor: (current: StatusUpdate['cr']) => StatusUpdate | undefined;
}

/** What the statuses of all CRs should say. */
export function wantedStatuses(resolution: Resolution, aftermath: Aftermath): WantedStatus[] {
  const users = countUsers(resolution);
  const { serverTime } = aftermath.snapshot;
  return [
    ...resolution.robots.map((robot) =>
      wanted(KINDS.robot, robot, aftermath, (cr) => robotStatus({ ...robot, cr }, aftermath)),
    ),
    ...resolution.templates.map((template) => {
      const usedBy = users.get(resourceKey(template.cr)) ?? 0;
      return wanted(KINDS.template, template, aftermath, (cr) =>
        templateStatus({ ...template, cr }, usedBy, serverTime),
      );
    }),
    ...resolution.subscriptions.map((subscription) =>
      wanted(KINDS.subscription, subscription, aftermath, (cr) =>
        subscriptionStatus({ ...subscription, cr }, aftermath),
      ),
    ),
  ];
}

/** The updates for all CRs, as they were decided on, whose status differs from what it should be. */
export function statusUpdates(resolution: Resolution, aftermath: Aftermath): StatusUpdate[] {
  return wantedStatuses(resolution, aftermath).flatMap(({ cr, updateFor }) => updateFor(cr) ?? []);
}

function wanted<CR extends StatusUpdate['cr']>(
  kind: StatusUpdate['kind'],
  { cr, verdict }: { readonly cr: CR; readonly verdict: Verdict },
  { awaits }: Aftermath,
  statusOf: (cr: CR) => NonNullable<StatusUpdate['cr']['status']>,
): WantedStatus {
  const isUnjudged = awaits?.engine === true && verdict.refusal?.reason === 'GateUnavailable';
  return {
    kind,
    cr,
    updateFor: (current) => {
      const { uid, generation } = current.metadata;
      if (isUnjudged || uid !== cr.metadata.uid || generation !== cr.metadata.generation) return undefined;
      // Of the same uid, so of the same kind.
      const next = statusOf(current as CR);
      // Behind the engine, too: a robot that it has not judged keeps its subscriptions waiting.
      if ((awaits?.turn || awaits?.engine) && isPending(next)) return undefined;
      const patch = statusPatch(current.status && { ...current.status }, { ...next });
      const events = stateChanges(current.status?.conditions, next.conditions ?? []);
      return patch && { kind, cr: current, patch, events };
    },
  };
}

const isPending = ({ conditions = [] }: NonNullable<StatusUpdate['cr']['status']>): boolean =>
  conditions.some(({ type, reason }) => type === 'Merged' && reason === 'Pending');

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
