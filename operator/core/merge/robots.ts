import { own, setOwn } from '../../text/own.ts';
import { compileRobot } from '../compile/robot.ts';
import type { Faults } from '../faults.ts';
import type { Inquiry } from '../gate/inquiry.ts';
import { checkFinding } from '../gate/verdicts.ts';
import type { LiveState } from '../live.ts';
import { resourceKey, serviceKey } from '../names.ts';
import type { ResolvedRobot } from '../resolve/robots.ts';
import { freshUrl, readSignedUrl, renewalTime } from '../signatures.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Finding } from '../verdict.ts';
import { type Budget, robotNeed } from './budget.ts';
import type { RobotPlacement } from './plan.ts';
import { inOrderOfAdmission, robotHolder } from './room.ts';

/** The robots' part of the plan. */
export interface RobotsPlan {
  readonly configMap: Record<string, string>;
  readonly secret: Record<string, string>;
  readonly placements: Map<string, RobotPlacement>;
  /** Robots that are refused by the plan. One with a placement has an earlier version there. */
  readonly refusals: Map<string, Finding>;
  readonly renewAt?: Date;
}

/** Places each robot's service and URL; as soon as one signature is due, all are renewed, so that one write serves. */
export function planRobots(
  robots: readonly ResolvedRobot[],
  live: LiveState,
  snapshot: Snapshot,
  inquiry: Inquiry,
  budget: Budget,
  faults: Faults,
): RobotsPlan {
  const plan: RobotsPlan = { configMap: {}, secret: {}, placements: new Map(), refusals: new Map() };
  const isLive = ({ cr }: ResolvedRobot) => live.services.has(resourceKey(cr));
  for (const robot of inOrderOfAdmission(robots, isLive)) {
    const own = inquiry.of(robot.cr.metadata.namespace);
    faults.guard(
      robot.cr,
      () => placeRobot(robot, live, snapshot, plan, own, budget),
      (finding) => {
        plan.refusals.set(resourceKey(robot.cr), finding);
        placePrevious(robot, live, snapshot, plan);
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
  const { target, now } = snapshot;
  const name = resourceKey(robot.cr);
  const { service, credential, verdict } = robot;
  const key = serviceKey(service);
  if (verdict.course === 'current' && credential) {
    const fragment = compileRobot({ ...robot, credential });
    // What is live was accepted before it went there; so a gate that is out of order can't hold up a renewal.
    const finding =
      own(target.configMap?.data, key) === fragment.serviceValue
        ? undefined
        : checkFinding(inquiry, { [key]: fragment.serviceValue }, () => 'metadata.name');
    // Who is live stays, if by another URL of about the same length: a rotated token must not wait for room.
    const lack = live.services.has(name)
      ? undefined
      : budget.take(
          robotHolder(robot.cr),
          robotNeed(
            robot.cr.metadata.namespace,
            { [key]: fragment.serviceValue },
            { [service]: freshUrl(credential, now) },
          ),
        );
    const refusal = finding ?? lack;
    if (refusal) {
      budget.release(robotHolder(robot.cr));
      plan.refusals.set(name, refusal);
      return;
    }
    setOwn(plan.configMap, key, fragment.serviceValue);
    plan.placements.set(name, { key, service, fragment });
  } else if (verdict.course === 'previous') placePrevious(robot, live, snapshot, plan);
}

/** What is live stays as it is. */
function placePrevious(
  { cr, service }: ResolvedRobot,
  live: LiveState,
  { target }: Snapshot,
  plan: RobotsPlan,
): void {
  const name = resourceKey(cr);
  const key = serviceKey(service);
  const previous = live.services.get(name);
  const url = own(target.secret?.data, service);
  if (!previous || url === undefined) return;
  setOwn(plan.configMap, key, previous.value);
  setOwn(plan.secret, service, url);
  plan.placements.set(name, { key, service });
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
