import { compileRobot } from '../compile/robot.ts';
import type { LiveState } from '../live.ts';
import { objectKey, serviceKey } from '../names.ts';
import type { ResolvedRobot } from '../resolve/robots.ts';
import { freshUrl, readSignedUrl, renewalTime } from '../signatures.ts';
import type { Snapshot } from '../snapshot.ts';
import type { RobotPlacement } from './plan.ts';

/** The robots' part of the plan. */
export interface RobotsPlan {
  readonly configMap: Record<string, string>;
  readonly secret: Record<string, string>;
  readonly placements: Map<string, RobotPlacement>;
  readonly renewAt?: Date;
}

/** Places each robot's service and URL; as soon as one signature is due, all are renewed, so that one write serves. */
export function planRobots(
  robots: readonly ResolvedRobot[],
  live: LiveState,
  snapshot: Snapshot,
): RobotsPlan {
  const plan: RobotsPlan = { configMap: {}, secret: {}, placements: new Map() };
  for (const robot of robots) placeRobot(robot, live, snapshot, plan);
  const renewAt = placeUrls(plan, snapshot);
  return { ...plan, ...(renewAt && { renewAt }) };
}

function placeRobot(robot: ResolvedRobot, live: LiveState, { target }: Snapshot, plan: RobotsPlan): void {
  const { namespace, name } = robot.cr.metadata;
  const key = serviceKey(robot.service);
  const { service, credential } = robot;
  if (robot.verdict.course === 'current' && credential) {
    const fragment = compileRobot({ ...robot, credential });
    plan.configMap[key] = fragment.serviceValue;
    plan.placements.set(objectKey(namespace, name), { key, service, fragment });
  } else if (robot.verdict.course === 'previous') {
    const previous = live.services.get(objectKey(namespace, name));
    const url = target.secret?.data[service];
    if (!previous || url === undefined) return;
    plan.configMap[key] = previous.value;
    plan.secret[service] = url;
    plan.placements.set(objectKey(namespace, name), { key, service });
  }
}

function placeUrls(plan: RobotsPlan, { target, now, config }: Snapshot): Date | undefined {
  const fragments = [...plan.placements.values()].flatMap(({ service, fragment }) =>
    fragment ? [{ service, fragment }] : [],
  );
  const live = fragments.map(({ service, fragment }) =>
    readSignedUrl(target.secret?.data[service], fragment.credential, now),
  );
  const renewals = live.flatMap((signed) =>
    signed?.until ? [renewalTime(signed.until, config.signing.renewAfter)] : [],
  );
  const due = renewals.some((time) => time <= now);
  fragments.forEach(({ service, fragment }, index) => {
    const signed = live[index];
    const keep = signed && !(due && signed.until);
    plan.secret[service] = keep ? signed.url : freshUrl(fragment.credential, now);
  });
  if (!fragments.some(({ fragment }) => fragment.credential.signingSecret !== undefined)) return undefined;
  const afterRenewal = new Date(now.getTime() + config.signing.renewAfter);
  return due ? afterRenewal : new Date(Math.min(afterRenewal.getTime(), ...renewals.map(Number)));
}
