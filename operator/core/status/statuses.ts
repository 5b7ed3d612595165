/**
 * A decision and the observed state after its run → the statuses of all resources. robot.ts, template.ts and subscription.ts
 * each make the status of one kind. delivering.ts and merged.ts make single conditions, conditions.ts puts them together, and
 * wanted-status.ts finds the part of a status that must be written.
 */

import type { Finding } from '../../api/finding.ts';
import {
  type ApplicationSubscription,
  type DingTalkRobot,
  type GiteeSubscription,
  KINDS,
  type NotificationTemplate,
} from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { type Faults, UNGUARDED } from '../model/faults.ts';
import type { Resolution } from '../model/resolved.ts';
import { accepted, conditions, ready } from './conditions.ts';
import { giteeStatus, inputsOfGitee } from './gitee.ts';
import { inputsOfRobot, inputsOfSubscription, inputsOfVerdict } from './inputs.ts';
import type { ObservedState } from './observed-state.ts';
import { robotStatus } from './robot.ts';
import type { StatusUpdate, WantedStatus } from './status-update.ts';
import { subscriptionStatus } from './subscription.ts';
import { countUsers, templateStatus } from './template.ts';
import { type Judged, wanted } from './wanted-status.ts';

/** The statuses that all CRs should have. */
export function wantedStatuses(
  resolution: Resolution,
  observed: ObservedState,
  faults: Pick<Faults, 'guard'> = UNGUARDED,
): WantedStatus[] {
  const users = countUsers(resolution, faults);
  const usersOf = (cr: StatusUpdate['cr']) => users.get(resourceKey(cr)) ?? 0;
  const { serverTime } = observed.snapshot;
  const inputsOfTemplate = (template: Judged<NotificationTemplate>) => [
    usersOf(template.cr),
    ...inputsOfVerdict(template),
  ];
  const each = <CR extends StatusUpdate['cr'], R extends Judged<CR>>(
    kind: StatusUpdate['kind'],
    resolved: readonly R[],
    inputsOf: (resource: R) => readonly unknown[],
    statusOf: (resource: R, cr: CR) => NonNullable<StatusUpdate['cr']['status']>,
  ): WantedStatus[] =>
    resolved.map((resource) =>
      wanted(
        kind,
        resource,
        observed,
        () => inputsOf(resource),
        (cr: CR) => {
          let isFaulty = false;
          const status = faults.guard(
            cr,
            () => statusOf(resource, cr),
            (finding) => {
              isFaulty = true;
              return faultStatus(cr, finding, serverTime);
            },
          );
          // If even the status about the fault fails, the status stays as it is.
          return { status: status ?? cr.status ?? {}, isFaulty };
        },
      ),
    );
  return [
    ...each(
      KINDS.robot,
      resolution.robots,
      (robot) => inputsOfRobot(robot, observed),
      (robot, cr: DingTalkRobot) => robotStatus({ ...robot, cr }, observed),
    ),
    ...each(KINDS.template, resolution.templates, inputsOfTemplate, (template, cr: NotificationTemplate) =>
      templateStatus({ ...template, cr }, usersOf(cr), observed.snapshot),
    ),
    ...each(
      KINDS.subscription,
      resolution.subscriptions,
      (subscription) => inputsOfSubscription(subscription, observed),
      (subscription, cr: ApplicationSubscription) => subscriptionStatus({ ...subscription, cr }, observed),
    ),
    ...each(
      KINDS.subscription,
      resolution.gitee,
      (subscription) => inputsOfGitee(subscription, observed),
      (subscription, cr: GiteeSubscription) => giteeStatus({ ...subscription, cr }, observed),
    ),
  ];
}

/** The status of a resource whose own status cannot be computed: it reports the fault alone. */
function faultStatus({ metadata, status }: StatusUpdate['cr'], refusal: Finding, now: Date) {
  const { generation } = metadata;
  const parts = [accepted({ rollout: 'none', refusal, warnings: [] }, '')];
  return {
    ...status,
    observedGeneration: generation,
    conditions: conditions([ready(parts, false), ...parts], status?.conditions, generation, now),
  };
}

/** The updates for all CRs of the decision whose status is not the wanted one. */
export function statusUpdates(
  resolution: Resolution,
  observed: ObservedState,
  faults: Pick<Faults, 'guard'> = UNGUARDED,
): StatusUpdate[] {
  return wantedStatuses(resolution, observed, faults).flatMap(({ cr, updateFor }) => updateFor(cr) ?? []);
}
