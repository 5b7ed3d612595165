/**
 * The decision and what a run leaves behind → what the statuses of all resources should say. robot.ts, template.ts and subscription.ts
 * make the status of one kind each, delivering.ts and merged.ts conditions of theirs, conditions.ts lays conditions out, and
 * wanted-status.ts says what of a status has yet to be written.
 */

import type { Finding } from '../../api/finding.ts';
import {
  type DingTalkRobot,
  KINDS,
  type NotificationSubscription,
  type NotificationTemplate,
} from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { type Faults, UNGUARDED } from '../model/faults.ts';
import type { Resolution } from '../model/resolved.ts';
import { accepted, conditions, ready } from './conditions.ts';
import { inputsOfAbsent, wordsOf } from './inputs.ts';
import type { ObservedState } from './observed-state.ts';
import { robotStatus } from './robot.ts';
import type { StatusUpdate, WantedStatus } from './status-update.ts';
import { subscriptionStatus } from './subscription.ts';
import { countUsers, templateStatus } from './template.ts';
import { type Judged, wanted } from './wanted-status.ts';

/** What the statuses of all CRs should say. */
export function wantedStatuses(
  resolution: Resolution,
  observed: ObservedState,
  faults: Pick<Faults, 'guard'> = UNGUARDED,
): WantedStatus[] {
  const users = countUsers(resolution, faults);
  const usersOf = (cr: StatusUpdate['cr']) => users.get(resourceKey(cr)) ?? 0;
  const { serverTime } = observed.snapshot;
  const inputsIfAbsent = (resource: Judged<StatusUpdate['cr']>) => inputsOfAbsent(resource, observed);
  const inputsOfTemplate = ({ cr, verdict }: Judged<NotificationTemplate>) => [
    usersOf(cr),
    verdict.rollout,
    ...wordsOf([verdict.refusal, ...verdict.warnings]),
  ];
  const each = <CR extends StatusUpdate['cr'], R extends Judged<CR>>(
    kind: StatusUpdate['kind'],
    resolved: readonly R[],
    inputsOf: (resource: R) => readonly unknown[] | undefined,
    statusOf: (resource: R, cr: CR) => NonNullable<StatusUpdate['cr']['status']>,
  ): WantedStatus[] =>
    resolved.map((resource) =>
      wanted(kind, resource, observed, inputsOf(resource), (cr: CR) => {
        const status = faults.guard(
          cr,
          () => statusOf(resource, cr),
          (finding) => faultStatus(cr, finding, serverTime),
        );
        // Of a status that cannot even say so, nothing is told.
        return status ?? cr.status ?? {};
      }),
    );
  return [
    ...each(KINDS.robot, resolution.robots, inputsIfAbsent, (robot, cr: DingTalkRobot) =>
      robotStatus({ ...robot, cr }, observed),
    ),
    ...each(KINDS.template, resolution.templates, inputsOfTemplate, (template, cr: NotificationTemplate) =>
      templateStatus({ ...template, cr }, usersOf(cr), serverTime),
    ),
    ...each(
      KINDS.subscription,
      resolution.subscriptions,
      inputsIfAbsent,
      (subscription, cr: NotificationSubscription) => subscriptionStatus({ ...subscription, cr }, observed),
    ),
  ];
}

/** Of a resource whose status cannot be told, that alone is told. */
function faultStatus({ metadata, status }: StatusUpdate['cr'], refusal: Finding, now: Date) {
  const { generation } = metadata;
  const parts = [accepted({ rollout: 'none', refusal, warnings: [] }, '')];
  return {
    ...status,
    observedGeneration: generation,
    conditions: conditions([ready(parts, false), ...parts], status?.conditions, generation, now),
  };
}

/** The updates for all CRs, as they were decided on, whose status differs from what it should be. */
export function statusUpdates(
  resolution: Resolution,
  observed: ObservedState,
  faults: Pick<Faults, 'guard'> = UNGUARDED,
): StatusUpdate[] {
  return wantedStatuses(resolution, observed, faults).flatMap(({ cr, updateFor }) => updateFor(cr) ?? []);
}
