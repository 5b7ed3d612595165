import type { Finding } from '../../api/finding.ts';
import type { Verdict } from '../model/verdict.ts';
import type { ConditionDraft } from './conditions.ts';

/** The facts about one CR's keys after the writes. */
export interface LiveFacts {
  readonly verdict: Verdict;
  readonly suspended: boolean;
  /** Whether the target has all keys that the plan has for this CR. */
  readonly live: boolean;
  /** Generations of the CR's keys in the target. */
  readonly generations: readonly number[];
  /** Whether one of the target objects does not exist. */
  readonly isTargetMissing: boolean;
  /** Why the plan is not in the target, if there is an obstacle. */
  readonly obstacle?: Finding | undefined;
  /** Why live keys do not stay, if another writer removes them. */
  readonly contested?: Finding | undefined;
  /** Why live keys have no effect, if Argo CD ignores them. */
  readonly ignored?: Finding | undefined;
  /** Why all that is written does not count yet, if the relay has not loaded it. */
  readonly awaits?: Finding | undefined;
}

/** Whether the newest generation is live. */
export function mergedCondition({
  verdict,
  suspended,
  live,
  generations,
  isTargetMissing,
  obstacle,
  contested,
  ignored,
  awaits,
}: LiveFacts): ConditionDraft {
  const no = (reason: ConditionDraft['reason'], message: string): ConditionDraft => ({
    type: 'Merged',
    status: 'False',
    reason,
    message,
  });
  if (isTargetMissing && obstacle) return no(obstacle.reason, obstacle.message);
  if (verdict.rollout !== 'current') {
    if (generations.length > 0 && verdict.rollout === 'lastGood') {
      return no('PreviousVersionLive', `Generation ${Math.min(...generations)} stays live.`);
    }
    if (generations.length > 0)
      return no(
        'Pending',
        obstacle?.message ?? "The operator still has to remove the resource's keys from the target.",
      );
    return suspended
      ? no('Suspended', 'The resource is suspended, and its keys are removed from the target.')
      : no('NotAccepted', 'The resource has no keys in the target.');
  }
  if (contested) return no(contested.reason, contested.message);
  if (!live)
    return no(
      obstacle?.reason ?? 'Pending',
      obstacle?.message ?? 'The operator has not written this generation to the target yet.',
    );
  if (ignored) return no(ignored.reason, ignored.message);
  if (awaits) return no(awaits.reason, awaits.message);
  if (verdict.refusal)
    return no(
      'PartlyLive',
      `This generation is live, except for the missing robots. ${verdict.refusal.message}`,
    );
  return { type: 'Merged', status: 'True', reason: 'Merged', message: 'This generation is live.' };
}

/** The live generation: the lowest one, if there are keys of several. */
export function liveGeneration(generations: readonly number[]): number | undefined {
  return generations.length === 0 ? undefined : Math.min(...generations);
}
