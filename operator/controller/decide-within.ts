import type { Round } from '../cluster/gate.ts';
import { type Decision, decide } from '../core/decide.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import type { ReconcilerParts } from './reconciler-parts.ts';

/**
 * How long a run waits for the engine, all its rounds together. A small check takes a millisecond and a cold start some twenty;
 * what takes longer is answered beside the runs, so that it keeps nobody else's edit, renewal or removal waiting.
 */
const GATE_BUDGET_MS = 200;
/**
 * The first run waits longer, and for all: with nothing live yet there may be hundreds to look at, and to write them in one go tells
 * each once. What is live is not asked about, so that a restart does not wait.
 */
const FIRST_GATE_BUDGET_MS = 3_000;
/** A template raises four questions one after the other, nothing raises more: whatever goes on asking is not waited for. */
const MAX_ROUNDS = 20;

/** How long a run still waits for the engine, in milliseconds. */
export interface Patience {
  leftMs: number;
  /** Whether whoever has all answers waits for the others as long. */
  readonly forAll?: boolean;
}

/** How long a run waits; the first run of a process waits longer. */
export const patienceOf = (isFirst: boolean): Patience =>
  isFirst ? { leftMs: FIRST_GATE_BUDGET_MS, forAll: true } : { leftMs: GATE_BUDGET_MS };

/** A decision, what it was made from, and how far the questions got that it raised. */
export interface Decided {
  readonly decision: Decision;
  readonly snapshot: Snapshot;
  readonly round: Round;
}

type DecidingParts = Pick<ReconcilerParts, 'gate' | 'runAgain' | 'clock' | 'onDecided'>;

/**
 * Decides, has the engine asked what the decision needs to know, and decides again; an answer can raise the next
 * question, a template's parse that of its rendering. What the engine needs long for comes in a later run.
 * @param patience is used up by waiting, not by deciding
 */
export async function decideWithin(
  look: () => Snapshot,
  patience: Patience,
  parts: DecidingParts,
): Promise<Decided> {
  const { gate, runAgain, clock } = parts;
  for (let count = 1; ; count++) {
    const snapshot = look();
    const decision = decideNow(snapshot, parts);
    if (decision.questions.size === 0) return { decision, snapshot, round: 'answered' };
    if (count > MAX_ROUNDS) return { decision, snapshot, round: 'failed' };
    const asked = clock();
    const leftMs = Math.max(0, patience.leftMs);
    const round = await gate.answer(
      decision.questions,
      leftMs,
      runAgain,
      patience.forAll ? leftMs : undefined,
    );
    patience.leftMs -= clock() - asked;
    if (round !== 'answered') {
      // With the answers that did come.
      const latest = look();
      return { decision: decideNow(latest, parts), snapshot: latest, round };
    }
  }
}

function decideNow(snapshot: Snapshot, { clock, onDecided }: DecidingParts): Decision {
  const begin = clock();
  const decision = decide(snapshot);
  onDecided((clock() - begin) / 1_000);
  return decision;
}
