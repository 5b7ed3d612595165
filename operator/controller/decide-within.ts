import { askUntilAnswered } from '../cluster/ask-until-answered.ts';
import type { Round } from '../cluster/gate.ts';
import { type Decision, decide } from '../core/decide.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import type { ReconcilerParts } from './reconciler-parts.ts';

/**
 * How long a run waits for the engine, over all rounds, in milliseconds. A small check takes a millisecond, and a
 * cold start about twenty. Slower questions are answered beside the runs, so they delay no other edit, renewal or
 * removal.
 */
const GATE_BUDGET_MS = 200;
/**
 * The first run waits longer, and for all answers. With nothing live yet, there may be hundreds of resources to
 * check, and one write of all of them notifies each owner once. The engine is not asked about live resources, so a
 * restart does not wait.
 */
const FIRST_GATE_BUDGET_MS = 3_000;

/** How long a run still waits for the engine, in milliseconds. */
export interface Patience {
  leftMs: number;
  /** Whether namespaces that have all their answers wait as long for the others. */
  readonly forAll?: boolean;
}

/** How long a run waits; the first run of a process waits longer. */
export const patienceOf = (isFirst: boolean): Patience =>
  isFirst ? { leftMs: FIRST_GATE_BUDGET_MS, forAll: true } : { leftMs: GATE_BUDGET_MS };

/** A decision, its input, and the progress of the questions that it raised. */
export interface Decided {
  readonly decision: Decision;
  readonly snapshot: Snapshot;
  readonly round: Round;
}

type DecidingParts = Pick<ReconcilerParts, 'gate' | 'runAgain' | 'clock' | 'onDecided'>;

/**
 * Decides, asks the engine the open questions, and decides again. Answers that take the engine long come in a later
 * run.
 * @param patience is used up by waiting, not by deciding
 */
export async function decideWithin(
  look: () => Snapshot,
  patience: Patience,
  parts: DecidingParts,
): Promise<Decided> {
  const { gate, runAgain, clock } = parts;
  const attempt = () => {
    const snapshot = look();
    const decision = decideNow(snapshot, parts);
    return { result: { decision, snapshot }, open: decision.questions };
  };
  const { result, round } = await askUntilAnswered(attempt, async (questions) => {
    const asked = clock();
    const leftMs = Math.max(0, patience.leftMs);
    const answered = await gate.answer(questions, leftMs, runAgain, patience.forAll ? leftMs : undefined);
    patience.leftMs -= clock() - asked;
    return answered;
  });
  // With the answers that have come.
  return { ...(round === 'answered' ? result : attempt().result), round };
}

function decideNow(snapshot: Snapshot, { clock, onDecided }: DecidingParts): Decision {
  const begin = clock();
  const decision = decide(snapshot);
  onDecided((clock() - begin) / 1_000);
  return decision;
}
