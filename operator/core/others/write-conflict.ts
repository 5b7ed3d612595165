import type { Finding } from '../../api/finding.ts';
import type { ConflictingManager } from './conflicting-manager.ts';

/** Keys of the operator that another writer has changed or removed. */
export interface Loss {
  /** In milliseconds, by a clock that only goes forward. */
  readonly at: number;
  readonly keys: readonly string[];
  readonly by: ConflictingManager;
}

/** The losses of one object, and their cause. Times are as in {@link Loss}. */
export interface WriteConflict {
  /** The losses that still count, oldest first. */
  readonly losses: readonly Loss[];
  /** 0: there is no conflict, the losses were hand edits or accidents. Otherwise how often the pause has grown, plus one. */
  readonly level: number;
  /** All keys that were lost since the conflict began. */
  readonly keys: ReadonlySet<string>;
  /** The most certain of the writers that were found. */
  readonly by?: ConflictingManager;
}

/** There is no conflict. */
export const CALM: WriteConflict = { losses: [], level: 0, keys: new Set() };

const MINUTE = 60_000;
/** So many losses in so short a time are not an accident. */
const THRESHOLD = 5;
const WINDOW_MS = 15 * MINUTE;
const FIRST_PAUSE_MS = 5_000;
/** A signature is renewed after 50 minutes at the latest and is valid for 60, so this pause leaves it valid. */
export const LONGEST_PAUSE_MS = 5 * MINUTE;
const SHORTEST_QUIET_MS = 15_000;

/** The conflict after one more loss. */
export function afterLoss(contest: WriteConflict, loss: Loss): WriteConflict {
  const before = isOver(contest, loss.at) ? CALM : contest;
  const recent = before.losses.filter(({ at }) => loss.at - at <= WINDOW_MS);
  const losses = [...recent, loss].slice(-THRESHOLD);
  const level = before.level > 0 ? before.level + 1 : losses.length < THRESHOLD ? 0 : 1;
  const by = before.by && (before.by.isCertain || !loss.by.isCertain) ? before.by : loss.by;
  return { losses, level, by, keys: new Set([...before.keys, ...loss.keys]) };
}

/**
 * Adds keys that were lost before the operator has restored the last ones. They do not count as another loss, because the
 * operator has not written in between.
 */
export function alsoLost(contest: WriteConflict, keys: readonly string[]): WriteConflict {
  return { ...contest, keys: new Set([...contest.keys, ...keys]) };
}

/** The time from which the operator may restore its keys. Without a conflict, the operator restores them at once. */
export function mayWriteAt({ losses, level }: WriteConflict): number {
  const last = losses.at(-1);
  return level === 0 || !last ? Number.NEGATIVE_INFINITY : last.at + pauseOf(level);
}

/**
 * The time at which a conflict counts as over if nothing more is lost: the keys have then stayed twice as long as before. So a
 * tool that writes every three minutes is one conflict, not a new one every three minutes.
 */
export function endsAt({ losses, level }: WriteConflict): number {
  const last = losses.at(-1);
  if (level === 0 || !last) return Number.POSITIVE_INFINITY;
  const gaps = losses.slice(1).map(({ at }, index) => at - (losses[index]?.at ?? at));
  const usual = Math.max(pauseOf(level), ...gaps.slice(-2));
  return last.at + Math.max(SHORTEST_QUIET_MS, 2 * usual);
}

/** Whether a conflict is over. */
export function isOver(contest: WriteConflict, now: number): boolean {
  return now >= endsAt(contest);
}

/**
 * The finding about a conflict. The message stays the same until another writer is found.
 * @param object such as `ConfigMap argocd/argocd-notifications-cm`
 */
export function conflictFinding(object: string, { by }: WriteConflict): Finding {
  const message =
    `${object}: another writer keeps changing or removing keys of this operator: ${by?.who ?? 'unknown'}. ${by?.remedy ?? ''} ` +
    'Until this ends, the operator restores the keys with growing pauses of up to five minutes.';
  return { reason: 'TargetContested', message };
}

const pauseOf = (level: number): number => Math.min(FIRST_PAUSE_MS * 2 ** (level - 1), LONGEST_PAUSE_MS);
