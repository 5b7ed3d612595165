import type { DingTalkRobot } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { serviceKey } from '../../argocd/names.ts';
import { isMadeFrom } from '../../argocd/provenance.ts';
import { readSignedUrl, signatureEnd } from '../../dingtalk/signatures.ts';
import { own } from '../../lib/own.ts';
import { rfc3339 } from '../../lib/rfc3339.ts';
import type { ResolvedRobot } from '../model/resolved.ts';
import { accepted, type ConditionDraft, conditions, ready } from './conditions.ts';
import { delivering } from './delivering.ts';
import { liveGeneration, mergedCondition } from './merged.ts';
import { contestOf, isTargetMissing, type ObservedState } from './observed-state.ts';

/** The status that a robot should show. */
export function robotStatus(
  robot: ResolvedRobot,
  observed: ObservedState,
): NonNullable<DingTalkRobot['status']> {
  const { cr, service, verdict } = robot;
  const { plan, snapshot } = observed;
  const key = resourceKey(cr);
  const liveKey = observed.live.services.get(key);
  const keys = liveKey && isMadeFrom(liveKey.provenance, cr) ? [liveKey] : [];
  const { target } = snapshot;
  const isLive =
    plan.robots.has(key) &&
    own(target.configMap?.data, serviceKey(service)) === own(plan.configMap, serviceKey(service)) &&
    (own(target.secret?.data, service) === own(plan.secret, service) ||
      // A renewal that is due but has to wait: the present URL is as good.
      (robot.credential !== undefined &&
        readSignedUrl(own(target.secret?.data, service), robot.credential, snapshot.now) !== undefined));
  const suspended = cr.spec.suspend === true;
  const signed = signature(robot, observed);
  const delivery = delivering(robot, snapshot);
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
      live: isLive,
      generations: keys.map(({ provenance }) => provenance.generation),
      isTargetMissing: isTargetMissing(observed),
      obstacle: observed.obstacle,
      contested:
        contestOf(observed, 'ConfigMap', [serviceKey(service)]) ?? contestOf(observed, 'Secret', [service]),
    }),
    ...(signed ? [signed.judgement] : []),
    delivery.judgement,
  ];
  const generation = liveGeneration(keys);
  return {
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

/** The condition is about the URL that is in the Secret, not about the planned one. */
function signature(
  { cr, service, credential, verdict }: ResolvedRobot,
  { snapshot }: ObservedState,
): { judgement: ConditionDraft; until?: Date } | undefined {
  if (!cr.spec.signing) return undefined;
  const url = own(snapshot.target.secret?.data, service);
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
  const until =
    verdict.rollout === 'lastGood' && url !== undefined
      ? signatureEnd(url)
      : credential && readSignedUrl(url, credential, snapshot.now)?.until;
  if (!until) return { judgement: judgement('False', 'NotSigned', 'No URL with a valid signature is live.') };
  return {
    judgement: judgement('True', 'Signed', 'The URL that Argo CD calls carries a valid signature.'),
    until,
  };
}
