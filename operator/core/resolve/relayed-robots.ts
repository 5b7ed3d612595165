import type { Finding } from '../../api/finding.ts';
import type { DingTalkRobot } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import type { Faults } from '../model/faults.ts';
import { liveRoutes } from '../model/live-routes.ts';
import type { ResolvedRobot } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Verdict } from '../model/verdict.ts';
import { hasWorkingUrl, judgeCredentials } from './credentials.ts';
import { standingOf } from './selection.ts';

/** The parts of a snapshot that a relayed robot is judged by. */
export type RelayContext = Pick<Snapshot, 'config' | 'credentials' | 'target' | 'now' | 'relay'>;

type Context = Pick<Snapshot, 'config'>;

const asksForRelay = ({ spec }: DingTalkRobot, { config }: Context): boolean =>
  (spec.delivery ?? config.robots.delivery) === 'Relay';

/** Whether the relay is to send to the robot, by its own setting or else the installation's. */
export const isForRelay = (cr: DingTalkRobot, context: Context): boolean =>
  asksForRelay(cr, context) && context.config.relay.url !== undefined;

/** Whether the relay sends to the robot now, by a live route. */
export const isRouted = ({ metadata }: DingTalkRobot, snapshot: Pick<Snapshot, 'relay'>): boolean =>
  liveRoutes(snapshot).byRobot.has(resourceKey({ metadata }));

/** Whether the relay sends messages about Gitee to the robot now, by a live route. */
export const isRoutedForGitee = ({ metadata }: DingTalkRobot, snapshot: Pick<Snapshot, 'relay'>): boolean =>
  liveRoutes(snapshot).gitee.byRobot.has(resourceKey({ metadata }));

/** Whether only the relay sends to a routed robot, which may be about to come back to Argo CD. */
export const isOnlyRouted = (cr: DingTalkRobot, context: RelayContext): boolean =>
  context.config.relay.url !== undefined && !hasWorkingUrl(cr, context);

/** Refuses a robot that asks for a relay which the installation does not have. */
export function relayMissing(cr: DingTalkRobot, context: Context): Finding | undefined {
  if (!asksForRelay(cr, context) || context.config.relay.url !== undefined) return undefined;
  const field = cr.spec.delivery ? 'spec.delivery' : "robots.delivery of the operator's configuration";
  const message =
    `${field}: the value is Relay, and this installation has no relay. Use Direct, or ask the platform team to install the relay ` +
    "and to set relay.url of the operator's configuration.";
  return { reason: 'RelayNotConfigured', message };
}

const RELAY_ONLY = [
  ['pool', 'no other robot of the group gets messages'],
  ['quietHours', 'at any hour'],
] as const;

/** A warning about what only the relay can do, for a robot that Argo CD sends to. Its messages go on without that. */
export function relayOnly({ spec }: DingTalkRobot, isRelayed: boolean): readonly Finding[] {
  if (isRelayed) return [];
  const fields = RELAY_ONLY.filter(([field]) => spec[field] !== undefined);
  return fields.map(([field, without]) => {
    const message = `spec.${field}: only the relay can do this, and Argo CD sends to this robot without it: ${without}. Set spec.delivery to Relay, or remove the field.`;
    return { reason: 'NeedsRelay', message };
  });
}

/**
 * The verdict on a robot that the relay sends to, and whose spec has a mistake: the relay goes on by the former spec, as long as the
 * credentials are valid.
 */
export function routedDespite(
  cr: DingTalkRobot,
  refusal: Finding,
  snapshot: RelayContext,
): Pick<ResolvedRobot, 'verdict' | 'credential'> {
  const judged = judgeCredentials(cr, snapshot);
  if ('verdict' in judged) return { verdict: { ...routedUnread(judged.verdict), refusal } };
  return { verdict: { rollout: 'lastGood', refusal, warnings: [] }, credential: judged.credential };
}

/**
 * The verdict on a robot that the relay sends to, and whose credentials are refused. The relay reads the Secret by itself, so a Secret
 * that the operator could not read does not stop it.
 */
export const routedUnread = (verdict: Verdict): Verdict =>
  verdict.isUnread ? { ...verdict, rollout: 'lastGood' } : verdict;

/**
 * The robots as subscriptions to Gitee see them. A robot that a live route about Gitee names goes on by its former spec, despite a mistake
 * in the newest one, as long as its credentials are valid. That says nothing about its messages from Argo CD.
 */
export function withGiteeRoutes(
  robots: readonly ResolvedRobot[],
  snapshot: Snapshot,
  faults: Faults,
): readonly ResolvedRobot[] {
  return robots.map((robot) => {
    const { cr, verdict } = robot;
    const { refusal } = verdict;
    if (verdict.rollout !== 'none' || !refusal || !isRoutedForGitee(cr, snapshot)) return robot;
    if (standingOf(cr.metadata.namespace, snapshot) !== 'served') return robot;
    const stays = () => ({ ...robot, ...routedDespite(cr, refusal, snapshot), messagesStay: true }) as const;
    return faults.guard(cr, stays, () => robot) ?? robot;
  });
}
