import type { Snapshot } from '../../../operator/core/model/snapshot.ts';
import { neighbours, withdrawn } from './good-properties.ts';
import { faults, secrets, unsteady } from './own-properties.ts';
import { decided, type Violation } from './violation.ts';

/**
 * What does not hold for a snapshot, but for time and memory; undefined if all does.
 * @param isThorough false: does not decide on a copy, which takes as long as all the rest
 */
export function violationOf(
  snapshot: Snapshot,
  outcome = decided(snapshot),
  isThorough = true,
): Violation | undefined {
  if ('property' in outcome) return outcome;
  return (
    faults(outcome, snapshot) ??
    withdrawn(outcome, snapshot) ??
    neighbours(outcome, snapshot) ??
    secrets(outcome, snapshot) ??
    (isThorough ? unsteady(outcome, snapshot) : undefined)
  );
}
