import type { Finding } from '../../api/finding.ts';
import { KINDS } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { serviceName } from '../../argocd/names.ts';
import { own } from '../../lib/own.ts';
import type { ObservedState } from './observed-state.ts';
import type { StatusUpdate } from './status-update.ts';
import type { Judged } from './wanted-status.ts';

/**
 * All inputs of a resource's status beside the resource itself, if no part of the resource is live or planned; otherwise
 * undefined. There can be thousands of such resources, and each run computes their statuses.
 */
export function inputsOfAbsent(
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

/** The texts of findings, for comparison. */
export const wordsOf = (findings: readonly (Finding | undefined)[]): (string | undefined)[] =>
  findings.flatMap((finding) => [finding?.reason, finding?.message]);
