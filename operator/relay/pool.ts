import type { RelayRouteSpec } from '../api/relay-route.ts';
import { sha256 } from './dedupe-key.ts';
import { concernOf } from './endings.ts';
import { type LastAnswer, MEMBER_SEPARATOR, type MovedMessage } from './model.ts';

export type RoutedRobot = RelayRouteSpec['robots'][number];
export type PoolMember = Pick<RoutedRobot, 'webhook' | 'signing'>;

/** A member that has failed is tried again after so long, once nothing waits for the others. */
const RETRY_MS = 10 * 60_000;
/** After so long it is tried again in any case. */
const LATEST_RETRY_MS = 60 * 60_000;

/**
 * The robot itself and the further robots of its group, by their keys in the store.
 * @param key `namespace/name` of the robot
 */
export function membersOf(
  key: string,
  { webhook, signing, pool = [] }: Pick<RoutedRobot, 'webhook' | 'signing' | 'pool'>,
): ReadonlyMap<string, PoolMember> {
  const first: PoolMember = { webhook, ...(signing && { signing }) };
  return new Map([[key, first], ...pool.map((each) => [memberKey(key, each), each] as const)]);
}

/**
 * The key of a further robot of a group: it names the Secret's key by a hash, so it is the same whatever else is in the pool.
 * @param robot `namespace/name` of the DingTalkRobot
 */
export const memberKey = (robot: string, { webhook }: PoolMember): string =>
  `${robot}${MEMBER_SEPARATOR}${sha256(JSON.stringify([webhook.name, webhook.key])).slice(0, 16)}`;

/**
 * Whether a member gives way to others: DingTalk refuses it as a whole, or it has no credentials. What passes by itself is waited for,
 * as without a pool.
 */
export const isFailure = (outcome: LastAnswer['outcome']): boolean =>
  concernOf(outcome) === 'robot' || (outcome.reason === 'CredentialsUnreadable' && outcome.class === 'final');

/** What a choice depends on. */
export interface PoolFacts {
  /** The last answers, by key. */
  readonly answers: ReadonlyMap<string, LastAnswer>;
  readonly now: number;
}

/**
 * The member that gets a message: for each Application the same one, as long as it works, and for what waits for the end of quiet hours
 * the first one, which tells one digest. A member that fails keeps its Applications until nothing waits for it, so that later messages
 * do not overtake.
 */
export function chooseMember(members: readonly string[], message: MovedMessage, facts: PoolFacts): string {
  const ranked = rankedFor(members, message);
  return ranked.find((key) => !isOut(key, members, facts)) ?? (ranked[0] as string);
}

/** Where a message goes that a member cannot send; undefined if no other member is known to be better. */
export function otherMember(
  failed: string,
  members: readonly string[],
  message: MovedMessage,
  { answers }: PoolFacts,
): string | undefined {
  const isWorking = (key: string): boolean => {
    const answer = answers.get(key);
    return key !== failed && (!answer || !isFailure(answer.outcome));
  };
  return rankedFor(members, message).find(isWorking);
}

/** Which member comes first. If one goes, only its own Applications have another one. */
function rankedFor(members: readonly string[], { applicationUid, isHeld }: MovedMessage): readonly string[] {
  if (isHeld || members.length === 1) return members;
  const rank = new Map(members.map((key) => [key, sha256(`${key} ${applicationUid}`)]));
  return members.toSorted((a, b) => ((rank.get(a) as string) < (rank.get(b) as string) ? -1 : 1));
}

function isOut(key: string, members: readonly string[], { answers, now }: PoolFacts): boolean {
  const answer = answers.get(key);
  if (!answer?.isIdle || !isFailure(answer.outcome)) return false;
  const age = Math.abs(now - answer.at);
  const isOverdue = age >= LATEST_RETRY_MS;
  const areOthersIdle = members.every((other) => answers.get(other)?.isIdle !== false);
  return !(isOverdue || (age >= RETRY_MS && areOthersIdle));
}
