import type { Finding } from '../../api/finding.ts';
import type { DingTalkRobot, NotificationSubscription, NotificationTemplate } from '../../api/kinds.ts';
import { KINDS } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { serviceName } from '../../argocd/names.ts';
import { ResourceMemo } from '../../lib/memo.ts';
import { own } from '../../lib/own.ts';
import { type Faults, UNGUARDED } from '../model/faults.ts';
import type { Resolution } from '../model/resolved.ts';
import { awaitsEngine, type Verdict } from '../model/verdict.ts';
import { mayUse, referenceKey } from '../resolve/sharing.ts';
import { type StateChange, stateChanges, statusPatch } from './changes.ts';
import { accepted, conditions, ready } from './conditions.ts';
import type { ObservedState } from './observed-state.ts';
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

interface Judged<CR extends StatusUpdate['cr']> {
  readonly cr: CR;
  readonly verdict: Verdict;
}

/** Whether the status of a template, or of a resource of which nothing is live, said all that it should, the last time. */
const told = new ResourceMemo<StatusUpdate['cr'], boolean>();

/**
 * All that the status of a resource depends on beside itself, where nothing of it is live or is to be; undefined where something
 * is. There can be thousands of those, and their statuses are looked at in each run.
 */
function inputsOfAbsent(
  { cr, verdict }: Judged<StatusUpdate['cr']>,
  { plan, live, obstacle, snapshot }: ObservedState,
): readonly unknown[] | undefined {
  const key = resourceKey(cr);
  const { namespace, name } = cr.metadata;
  const isRobot = cr.kind === KINDS.robot.kind;
  const isThere = isRobot
    ? plan.robots.has(key) ||
      live.services.has(key) ||
      own(snapshot.target.secret?.data, serviceName(namespace, name)) !== undefined
    : plan.subscriptions.has(key) || live.events.has(key);
  if (isThere || verdict.rollout !== 'none') return undefined;
  return [
    ...wordsOf([verdict.refusal, ...verdict.warnings, obstacle]),
    isRobot && snapshot.deliveries.get(key),
    isRobot && snapshot.config,
  ];
}

const wordsOf = (findings: readonly (Finding | undefined)[]): (string | undefined)[] =>
  findings.flatMap((finding) => [finding?.reason, finding?.message]);

function wanted<CR extends StatusUpdate['cr']>(
  kind: StatusUpdate['kind'],
  resource: Judged<CR>,
  observed: ObservedState,
  inputs: readonly unknown[] | undefined,
  statusOf: (cr: CR) => NonNullable<StatusUpdate['cr']['status']>,
): WantedStatus {
  const { cr, verdict } = resource;
  const { awaits } = observed;
  const isUnjudged = verdict.awaitsCredentials === true || (awaits?.engine === true && awaitsEngine(verdict));
  return {
    kind,
    cr,
    updateFor: (current) => {
      const { uid, generation } = current.metadata;
      if (isUnjudged || uid !== cr.metadata.uid || generation !== cr.metadata.generation) return undefined;
      const update = () => {
        // Of the same uid, so of the same kind.
        const next = statusOf(current as CR);
        // Behind the engine, too: a robot that it has not judged keeps its subscriptions waiting.
        if ((awaits?.turn || awaits?.engine) && isPending(next)) return undefined;
        const patch = statusPatch(current.status && { ...current.status }, { ...next });
        const events = stateChanges(current.status?.conditions, next.conditions ?? []);
        return patch && { kind, cr: current, patch, events };
      };
      const isTold = inputs && told.get(current, inputs, () => update() === undefined);
      return isTold ? undefined : update();
    },
  };
}

const isPending = ({ conditions = [] }: NonNullable<StatusUpdate['cr']['status']>): boolean =>
  conditions.some(({ type, reason }) => type === 'Merged' && reason === 'Pending');

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
