import { resourceKey } from '../../api/names.ts';
import { serviceKey } from '../../argocd/names.ts';
import type { Credential } from '../../dingtalk/credential.ts';
import { freshUrl, readSignedUrl, renewalTime } from '../../dingtalk/signatures.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { own, setOwn } from '../../lib/own.ts';
import { compileRobot } from '../compile/robot.ts';
import { checkFinding } from '../gate/verdicts.ts';
import type { Faults } from '../model/faults.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { LiveState } from '../model/live.ts';
import type { ResolvedRobot } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Refusal, Verdict } from '../model/verdict.ts';
import { hasWorkingUrl } from '../resolve/credentials.ts';
import { inOrderOfAdmission } from './admission.ts';
import type { Budget, Need } from './budget.ts';
import { robotHolder, robotNeed } from './needs.ts';
import type { RobotPlacement } from './placements.ts';

/**
 * How many bytes a live robot may grow beyond the limits. A new token must not wait, and has about the length of the one
 * before. A robot that gets a signature, or a much longer token, needs free space like any other resource.
 */
const ROTATION_BYTES = 100;

/** The robots' part of the plan. */
export interface RobotsPlan {
  readonly configMap: Record<string, string>;
  readonly secret: Record<string, string>;
  readonly placements: Map<string, RobotPlacement>;
  /** Robots without keys in the plan: the engine refuses their service or has not judged it yet, or there is no space. */
  readonly refusals: Map<string, Refusal>;
  /** Robots that wait for the same reasons, while their live version stays. */
  readonly waiting: Map<string, Refusal>;
  readonly renewAt?: Date;
}

/** Plans each robot's service and URL. As soon as one signature is due, all are renewed, so one write is enough. */
export function planRobots(
  robots: readonly ResolvedRobot[],
  live: LiveState,
  snapshot: Snapshot,
  inquiry: Inquiry,
  budget: Budget,
  faults: Faults,
): RobotsPlan {
  const plan: RobotsPlan = {
    configMap: {},
    secret: {},
    placements: new Map(),
    refusals: new Map(),
    waiting: new Map(),
  };
  const isLive = ({ cr }: ResolvedRobot) => live.services.has(resourceKey(cr));
  for (const robot of inOrderOfAdmission(robots, isLive)) {
    const own = inquiry.of(robot.cr.metadata.namespace);
    faults.guard(
      robot.cr,
      () => placeRobot(robot, live, snapshot, plan, own, budget),
      (finding) => {
        placeLastGood(robot, live, snapshot, plan);
        const isLeft = plan.placements.has(resourceKey(robot.cr));
        (isLeft ? plan.waiting : plan.refusals).set(resourceKey(robot.cr), finding);
      },
    );
  }
  const renewAt = placeUrls(plan, snapshot);
  return { ...plan, ...(renewAt && { renewAt }) };
}

function placeRobot(
  robot: ResolvedRobot,
  live: LiveState,
  snapshot: Snapshot,
  plan: RobotsPlan,
  inquiry: Inquiry,
  budget: Budget,
): void {
  const name = resourceKey(robot.cr);
  const { service, credential, verdict } = robot;
  const lastGood = live.services.get(name);
  const isRefused = verdict.rollout === 'lastGood';
  if (verdict.rollout === 'none' || (isRefused && !lastGood)) return;
  if (!credential) {
    placeLastGood(robot, live, snapshot, plan);
    return;
  }

  const fragment = compileRobot(robot as ResolvedRobot & { readonly credential: Credential });
  const { key } = fragment;
  // A live service was accepted before it was written.
  const finding =
    isRefused || lastGood?.value === fragment.serviceValue
      ? undefined
      : checkFinding(inquiry, { [key]: fragment.serviceValue }, () => 'metadata.name');
  // A gate that is out of order delays no renewal: the URL does not depend on the service's text.
  const isPending = finding?.gate === 'unanswered' && lastGood !== undefined;
  const value = lastGood && (isPending || isRefused) ? lastGood.value : fragment.serviceValue;
  const need = needs.get(robot, [value], () =>
    // The time of a signature does not change the need.
    robotNeed(robot.cr.metadata.namespace, { [key]: value }, service, freshUrl(credential, snapshot.now)),
  );
  const holder = robotHolder(robot.cr);
  const refusal = isPending ? undefined : finding;
  const lack = refusal ?? budget.take(holder, need, lastGood ? ROTATION_BYTES : 0);
  if (!lack) {
    setOwn(plan.configMap, key, value);
    plan.placements.set(name, { key, service, fragment });
    if (isPending) plan.waiting.set(name, finding);
  } else if (!refusal && hasWorkingUrl(robot.cr, snapshot)) {
    plan.waiting.set(name, lack);
    placeLastGood(robot, live, snapshot, plan);
  } else {
    budget.release(holder);
    plan.refusals.set(name, lack);
  }
}

const needs = new ObjectMemo<ResolvedRobot, Need>();

/** Keeps the live version as it is. */
function placeLastGood(
  { cr, service }: ResolvedRobot,
  live: LiveState,
  { target }: Snapshot,
  plan: RobotsPlan,
): void {
  const lastGood = live.services.get(resourceKey(cr));
  const url = own(target.secret?.data, service);
  if (!lastGood) return;
  setOwn(plan.configMap, serviceKey(service), lastGood.value);
  if (url !== undefined) setOwn(plan.secret, service, url);
  plan.placements.set(resourceKey(cr), { key: serviceKey(service), service });
}

/** A robot's verdict after the plan. */
export function plannedVerdict({ cr, verdict }: ResolvedRobot, { refusals, waiting }: RobotsPlan): Verdict {
  const refusal = refusals.get(resourceKey(cr));
  if (refusal) return { ...verdict, rollout: 'none', refusal };
  const wait = waiting.get(resourceKey(cr));
  return wait && verdict.rollout === 'current' ? { ...verdict, rollout: 'lastGood', refusal: wait } : verdict;
}

function placeUrls(plan: RobotsPlan, { target, now, config }: Snapshot): Date | undefined {
  const fragments = [...plan.placements.values()].flatMap(({ service, fragment }) =>
    fragment ? [{ service, fragment }] : [],
  );
  const live = fragments.map(({ service, fragment }) =>
    readSignedUrl(own(target.secret?.data, service), fragment.credential, now),
  );
  const renewals = live.flatMap((signed) =>
    signed?.until ? [renewalTime(signed.until, config.signing.renewAfter)] : [],
  );
  const due = renewals.some((time) => time <= now);
  fragments.forEach(({ service, fragment }, index) => {
    const signed = live[index];
    const keep = signed && !(due && signed.until);
    setOwn(plan.secret, service, keep ? signed.url : freshUrl(fragment.credential, now));
  });
  if (!fragments.some(({ fragment }) => fragment.credential.signingSecret !== undefined)) return undefined;
  const afterRenewal = new Date(now.getTime() + config.signing.renewAfter);
  return due ? afterRenewal : new Date(Math.min(afterRenewal.getTime(), ...renewals.map(Number)));
}
