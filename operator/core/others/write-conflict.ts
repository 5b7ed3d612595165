import type { Finding } from '../../api/finding.ts';
import type { ConflictingManager } from './conflicting-manager.ts';

/** Keys of ours that somebody else has changed or removed. */
export interface Loss {
  /** In milliseconds, by a clock that only goes forward. */
  readonly at: number;
  readonly keys: readonly string[];
  readonly by: ConflictingManager;
}

/** What is known of who takes our keys out of one object. Times as in {@link Loss}. */
export interface WriteConflict {
  /** Those that still count, oldest first. */
  readonly losses: readonly Loss[];
  /** 0: nobody fights us, a loss was a hand edit or an accident. Else how often the pause has grown, plus one. */
  readonly level: number;
  /** All keys that were lost since it began. */
  readonly keys: ReadonlySet<string>;
  /** The most certain of those who were found at it. */
  readonly by?: ConflictingManager;
}

/** Nobody does. */
export const CALM: WriteConflict = { losses: [], level: 0, keys: new Set() };

const MINUTE = 60_000;
/** So many losses within so long are no accident. */
const THRESHOLD = 5;
const WINDOW_MS = 15 * MINUTE;
const FIRST_PAUSE_MS = 5_000;
/** A signature is renewed after 50 minutes at the latest and is good for 60, so this leaves it alive. */
export const LONGEST_PAUSE_MS = 5 * MINUTE;
const SHORTEST_QUIET_MS = 15_000;

/** The contest after one loss more. */
export function afterLoss(contest: WriteConflict, loss: Loss): WriteConflict {
  const before = isOver(contest, loss.at) ? CALM : contest;
  const recent = before.losses.filter(({ at }) => loss.at - at <= WINDOW_MS);
  const losses = [...recent, loss].slice(-THRESHOLD);
  const level = before.level > 0 ? before.level + 1 : losses.length < THRESHOLD ? 0 : 1;
  const by = before.by && (before.by.isCertain || !loss.by.isCertain) ? before.by : loss.by;
  return { losses, level, by, keys: new Set([...before.keys, ...loss.keys]) };
}

/** Further keys that were lost before we have put back the last ones: nobody has answered us. */
export function alsoLost(contest: WriteConflict, keys: readonly string[]): WriteConflict {
  return { ...contest, keys: new Set([...contest.keys, ...keys]) };
}

/** When our keys may be put back. A loss that is no fight is made good at once. */
export function mayWriteAt({ losses, level }: WriteConflict): number {
  const last = losses.at(-1);
  return level === 0 || !last ? Number.NEGATIVE_INFINITY : last.at + pauseOf(level);
}

/**
 * When a fight counts as over if nothing more is lost: once our keys have stayed twice as long as they did before, so that
 * a tool that comes by every three minutes is one fight and not one every three minutes.
 */
export function endsAt({ losses, level }: WriteConflict): number {
  const last = losses.at(-1);
  if (level === 0 || !last) return Number.POSITIVE_INFINITY;
  const gaps = losses.slice(1).map(({ at }, index) => at - (losses[index]?.at ?? at));
  const usual = Math.max(pauseOf(level), ...gaps.slice(-2));
  return last.at + Math.max(SHORTEST_QUIET_MS, 2 * usual);
}

/** Whether a fight has come to its end. */
export function isOver(contest: WriteConflict, now: number): boolean {
  return now >= endsAt(contest);
}

/**
 * A fight, as people are told of it. It reads the same as long as nobody else is found at it.
 * @param object such as `ConfigMap argocd/argocd-notifications-cm`
 */
export function conflictFinding(object: string, { by }: WriteConflict): Finding {
  const message =
    `${object}: another writer keeps changing or removing keys of this operator: ${by?.who ?? 'unknown'}. ${by?.remedy ?? ''} ` +
    'Until this ends, the operator restores the keys with growing pauses of up to five minutes.';
  return { reason: 'TargetContested', message };
}

const pauseOf = (level: number): number => Math.min(FIRST_PAUSE_MS * 2 ** (level - 1), LONGEST_PAUSE_MS);
