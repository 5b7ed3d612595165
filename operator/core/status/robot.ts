import type { Finding } from '../../api/finding.ts';
import type { DingTalkRobot } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { serviceKey } from '../../argocd/names.ts';
import { isMadeFrom } from '../../argocd/provenance.ts';
import { readSignedUrl, signatureEnd } from '../../dingtalk/signatures.ts';
import { own } from '../../lib/own.ts';
import { rfc3339 } from '../../lib/rfc3339.ts';
import type { ResolvedRobot } from '../model/resolved.ts';
import { isRouted, isRoutedForGitee } from '../resolve/relayed-robots.ts';
import { claimOn } from '../resolve/selection.ts';
import { accepted, type ConditionDraft, conditions, ready } from './conditions.ts';
import { delivering } from './delivering.ts';
import { liveGeneration, mergedCondition } from './merged.ts';
import { contestOf, isTargetMissing, type ObservedState } from './observed-state.ts';
import { relayedDelivering } from './relayed-delivering.ts';

/** The status that a robot should show. */
export function robotStatus(
  robot: ResolvedRobot,
  observed: ObservedState,
): NonNullable<DingTalkRobot['status']> {
  const { cr, service, verdict } = robot;
  const { snapshot } = observed;
  const key = resourceKey(cr);
  const facts = robotFacts(robot, observed);
  const liveKey = observed.live.services.get(key);
  const keys = liveKey && isMadeFrom(liveKey.provenance, cr) ? [liveKey] : [];
  const suspended = cr.spec.suspend === true;
  const signed = signature(robot, observed);
  const generations = keys.map(({ provenance }) => provenance.generation);
  const delivery = robot.isRelayed ? relayedDelivering(robot, snapshot) : delivering(robot, snapshot);
  const parts = [
    accepted(
      verdict,
      suspended
        ? 'The robot is suspended, so the operator does not check its credentials.'
        : 'The credentials are complete.',
    ),
    mergedCondition({
      verdict,
      suspended,
      live: facts.isLive,
      generations,
      isTargetMissing: isTargetMissing(observed),
      obstacle: observed.obstacle,
      contested: facts.contested,
    }),
    ...(signed ? [signed.judgement] : []),
    delivery.judgement,
  ];
  const generation = liveGeneration(generations);
  return {
    ...claimOn(
      cr,
      generation !== undefined || isRouted(cr, snapshot) || isRoutedForGitee(cr, snapshot),
      snapshot,
    ),
    observedGeneration: cr.metadata.generation,
    ...(generation !== undefined && { liveGeneration: generation }),
    service,
    ...(signed?.until && { signedUntil: rfc3339(signed.until) }),
    ...(delivery.record && { delivery: delivery.record }),
    conditions: conditions(
      [ready(parts, suspended), ...parts],
      cr.status?.conditions,
      cr.metadata.generation,
      snapshot.serverTime,
    ),
  };
}

/** The facts of a robot that depend on the target. */
export interface RobotFacts {
  /** Whether the target has all that the plan has for it. */
  readonly isLive: boolean;
  readonly contested: Finding | undefined;
}

/** Compares the plan of a robot with the target. */
export function robotFacts(
  { cr, service, credential, isRelayed }: ResolvedRobot,
  observed: ObservedState,
): RobotFacts {
  const { plan, snapshot, live } = observed;
  // Argo CD's objects have nothing of it. Its routes are told of by the subscriptions.
  if (isRelayed) return { isLive: !live.services.has(resourceKey(cr)), contested: undefined };
  const { configMap, secret } = snapshot.target;
  const placement = plan.robots.get(resourceKey(cr));
  const key = placement?.key ?? serviceKey(service);
  return {
    isLive:
      placement !== undefined &&
      own(configMap?.data, key) === own(plan.configMap, key) &&
      (own(secret?.data, service) === own(plan.secret, service) ||
        // A renewal that is due but has to wait: the present URL is as good.
        (credential !== undefined &&
          readSignedUrl(own(secret?.data, service), credential, snapshot.now) !== undefined)),
    contested:
      contestOf(observed, 'ConfigMap', () => [key]) ?? contestOf(observed, 'Secret', () => [service]),
  };
}

/** Until when the URL in the Secret is signed, which need not be the planned one; undefined if no valid one is there. */
export function liveSignature(
  { service, credential, verdict }: ResolvedRobot,
  { snapshot }: ObservedState,
): Date | undefined {
  const url = own(snapshot.target.secret?.data, service);
  return verdict.rollout === 'lastGood' && url !== undefined
    ? signatureEnd(url)
    : credential && readSignedUrl(url, credential, snapshot.now)?.until;
}

function signature(
  robot: ResolvedRobot,
  observed: ObservedState,
): { judgement: ConditionDraft; until?: Date } | undefined {
  if (!robot.cr.spec.signing || robot.isRelayed) return undefined;
  const judgement = (
    status: 'True' | 'False',
    reason: 'Signed' | 'NotSigned',
    message: string,
  ): ConditionDraft => ({
    type: 'Signed',
    status,
    reason,
    message,
  });
  const until = liveSignature(robot, observed);
  if (!until) return { judgement: judgement('False', 'NotSigned', 'No URL with a valid signature is live.') };
  return {
    judgement: judgement('True', 'Signed', 'The URL that Argo CD calls carries a valid signature.'),
    until,
  };
}
