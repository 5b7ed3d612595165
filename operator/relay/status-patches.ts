import { objectKey } from '../api/names.ts';
import type { RelayedAnswer, RelayRouteStatus } from '../api/relay-route.ts';
import { rfc3339 } from '../lib/rfc3339.ts';
import type { LastAnswer } from './model.ts';
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
  const robots = spec.robots.flatMap(({ namespace, name }) => {
    const answer = answers.get(objectKey(namespace, name));
    return answer ? [toRelayed(namespace, name, answer)] : [];
  });
  return { observedGeneration: Math.max(generation, live.observedGeneration ?? 0), robots };
}

function toRelayed(namespace: string, name: string, { at, outcome }: LastAnswer): RelayedAnswer {
  const { errcode, words, ip } = outcome;
  return {
    ...{ namespace, name, at: rfc3339(new Date(at)) },
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
  /** Another answer, or a later one. */
  readonly isOther: boolean;
}

/** How a status differs from the wanted one. */
export function statusDifference(live: RelayRouteStatus = {}, wanted: RelayRouteStatus): StatusDifference {
  const { observedGeneration = 0, robots = [] } = live;
  return {
    isNewGeneration: observedGeneration < (wanted.observedGeneration ?? 0),
    isOther: JSON.stringify(robots.map(ordered)) !== JSON.stringify((wanted.robots ?? []).map(ordered)),
  };
}

/** An API server keeps fields in an order of its own. */
const ordered = ({ namespace, name, at, reason, errcode, words, ip }: RelayedAnswer): readonly unknown[] => [
  ...[namespace, name, at, reason],
  ...[errcode ?? null, words ?? null, ip ?? null],
];
