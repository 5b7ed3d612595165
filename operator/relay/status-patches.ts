import { objectKey } from '../api/names.ts';
import type { RelayedAnswer, RelayRouteStatus } from '../api/relay-route.ts';
import { rfc3339 } from '../lib/rfc3339.ts';
import type { LastAnswer } from './model.ts';
import { membersOf } from './pool.ts';
import type { LoadedRoute } from './read-route.ts';

/** DingTalk's last answers, by `namespace/name` of the robot. */
export type AnswersByRobot = ReadonlyMap<string, LastAnswer>;

/**
 * The status of a route that the relay has loaded.
 * @param live its present status: another replica may have loaded a later generation already
 */
export function wantedRouteStatus(
  { generation, spec }: LoadedRoute,
  answers: AnswersByRobot,
  live: RelayRouteStatus = {},
): RelayRouteStatus {
  const robots = spec.robots.flatMap((robot) => {
    const { namespace, name } = robot;
    return [...membersOf(objectKey(namespace, name), robot).keys()].flatMap((key, index) => {
      const answer = answers.get(key);
      const member = index === 0 ? {} : { member: index - 1 };
      return answer ? [{ namespace, name, ...member, ...toRelayed(answer) }] : [];
    });
  });
  return { observedGeneration: Math.max(generation, live.observedGeneration ?? 0), robots };
}

function toRelayed({ at, outcome }: LastAnswer): Omit<RelayedAnswer, 'namespace' | 'name' | 'member'> {
  const { errcode, words, ip } = outcome;
  return {
    at: rfc3339(new Date(at)),
    reason: outcome.class === 'ok' ? 'ok' : outcome.reason,
    ...(errcode !== undefined && { errcode }),
    ...(words !== undefined && { words }),
    ...(ip !== undefined && { ip }),
  };
}

/** The differences that somebody waits for. */
export interface StatusDifference {
  /** A generation is loaded that the status does not name yet. */
  readonly isNewGeneration: boolean;
  /** Another answer. */
  readonly isOther: boolean;
  /** The same answers at other times. */
  readonly isLater: boolean;
}

/** How a status differs from the wanted one. */
export function statusDifference(live: RelayRouteStatus = {}, wanted: RelayRouteStatus): StatusDifference {
  const { observedGeneration = 0, robots = [] } = live;
  const { robots: others = [] } = wanted;
  return {
    isNewGeneration: observedGeneration < (wanted.observedGeneration ?? 0),
    isOther:
      robots.length !== others.length || robots.some((each, index) => !isSameAnswer(each, others[index])),
    isLater: robots.some(({ at }, index) => at !== others[index]?.at),
  };
}

/** But for its time. */
const isSameAnswer = (one: RelayedAnswer, other: RelayedAnswer | undefined): boolean =>
  ANSWER_FIELDS.every((field) => one[field] === other?.[field]);

const ANSWER_FIELDS = ['namespace', 'name', 'member', 'reason', 'errcode', 'words', 'ip'] as const;
