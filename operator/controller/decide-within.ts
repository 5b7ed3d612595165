import { askUntilAnswered } from '../cluster/ask-until-answered.ts';
import { ownQuestions, type Round } from '../cluster/gate.ts';
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
/**
 * Where so many namespaces wait for the engine at once, a run waits this much longer, in milliseconds, and for all of them.
 * Their answers come within moments of each other, and what misses this write waits for the next one, which has to keep its distance.
 */
const CROWD = { namespaces: 8, moreMs: 400 } as const;
/** The same for a run that may not write yet. It waits for all answers, and ends before its time to write comes. */
const BEFORE_TURN = { share: 0.5, mostMs: 500 } as const;
/**
 * How long a run then waits for the answer about the shared list, in milliseconds. Without it, the new keys are written
 * and stay without recipients until the next write, which has to keep its distance.
 */
const SHARED_LIST_MS = 300;

/** How long a run still waits for the engine, in milliseconds. */
export interface Patience {
  leftMs: number;
  /** How much longer it waits for a crowd; used up at once. */
  forCrowdMs?: number;
  /** Whether namespaces that have all their answers wait as long for the others. */
  readonly forAll?: boolean;
  /** Whether nothing may be written yet. The answers that come late bring another run before that. */
  readonly isPause?: boolean;
}

/**
 * How long a run waits.
 * @param isFirst whether it is the first run of the process
 * @param pauseMs for how many milliseconds nothing may be written
 */
export function patienceOf(isFirst: boolean, pauseMs: number): Patience {
  if (isFirst) return { leftMs: FIRST_GATE_BUDGET_MS, forAll: true };
  if (pauseMs <= 0) return { leftMs: GATE_BUDGET_MS, forCrowdMs: CROWD.moreMs };
  const beforeTurnMs = Math.min(BEFORE_TURN.share * pauseMs, BEFORE_TURN.mostMs);
  return { leftMs: beforeTurnMs, forAll: true, isPause: true };
}

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
  const { gate } = parts;
  const attempt = () => {
    const snapshot = look();
    const decision = decideNow(snapshot, parts);
    return { result: { decision, snapshot }, open: decision.questions };
  };
  const { result, round } = await askUntilAnswered(attempt, (questions) =>
    answerWithin(questions, patience, parts, waitForCrowd(questions, patience) || patience.forAll),
  );
  if (round === 'answered' || (round === 'pending' && patience.isPause)) return { ...result, round };
  // With the answers that have come.
  const last = attempt();
  const own = ownQuestions(last.open);
  if (round === 'failed' || own.size === 0 || !(await gate.answerOwn(last.open, SHARED_LIST_MS)))
    return { ...last.result, round };
  // Answers about more resources would make another list, and raise the next question about it.
  const snapshot = look();
  const isLate = (key: string) => last.open.has(key) && !own.has(key);
  const answers = { get: (key: string) => (isLate(key) ? undefined : snapshot.answers.get(key)) };
  const decision = decideNow({ ...snapshot, answers }, parts);
  return { decision, snapshot, round };
}

/** Where so many namespaces ask that a run waits for all of them, its patience grows once. @returns whether there are so many */
function waitForCrowd(questions: Decision['questions'], patience: Patience): boolean {
  const askers = new Set<string>();
  for (const question of questions.values()) for (const asker of question.askers) askers.add(asker);
  if (askers.size < CROWD.namespaces) return false;
  patience.leftMs += patience.forCrowdMs ?? 0;
  patience.forCrowdMs = 0;
  return true;
}

/** Decides with the answers that are there. The engine is asked about the rest, and nobody waits for it. */
export async function decideOnce(look: () => Snapshot, parts: DecidingParts): Promise<Decided> {
  const snapshot = look();
  const decision = decideNow(snapshot, parts);
  const { questions } = decision;
  const round = questions.size === 0 ? 'answered' : await parts.gate.answer(questions, 0, parts.runAgain);
  return { decision, snapshot, round };
}

/**
 * Has the engine answer within the patience that is left, and takes the wait from it.
 * @param forAll whether namespaces that have all their answers wait as long for the others
 */
export async function answerWithin(
  questions: Decision['questions'],
  patience: Patience,
  { gate, runAgain, clock }: Pick<ReconcilerParts, 'gate' | 'runAgain' | 'clock'>,
  forAll = false,
): Promise<Round> {
  const asked = clock();
  const leftMs = Math.max(0, patience.leftMs);
  const round = await gate.answer(questions, leftMs, runAgain, forAll ? leftMs : undefined);
  patience.leftMs -= clock() - asked;
  return round;
}

function decideNow(snapshot: Snapshot, { clock, onDecided }: DecidingParts): Decision {
  const begin = clock();
  const decision = decide(snapshot);
  onDecided((clock() - begin) / 1_000);
  return decision;
}
