import type { CallResult } from './metrics.ts';
import type { ProcessEvent } from './process.ts';
import type { CallName, Killed, Outcome } from './types.ts';

/** The limits of a call, for the sentences that name them. */
export interface CallLimits {
  readonly deadlineMs: number;
  readonly maxAnswerBytes: number;
}

/**
 * The outcome of a call, derived from an event. Only the operator's sentences and constant texts of Go's runtime get
 * through.
 */
export function outcomeOf(event: ProcessEvent, { deadlineMs, maxAnswerBytes }: CallLimits): Outcome {
  switch (event.type) {
    case 'answer':
      return parse(event.text);
    case 'oversized':
      return killed(
        'memory',
        `The answer of the engine has more than ${Math.floor(maxAnswerBytes / 2 ** 20)} MiB.`,
      );
    case 'late':
      return killed('deadline', `The engine did not answer within ${deadlineMs / 1000} s.`);
    case 'ended':
      return endOf(event.fatalError ?? '');
  }
}

/** A request that the engine would refuse for its length alone is not sent. */
export function tooLong(maxBytes: number): Killed {
  return killed('memory', `The request to the engine has more than ${Math.floor(maxBytes / 2 ** 20)} MiB.`);
}

export function resultOf(outcome: Outcome): CallResult {
  if (outcome.ok) return 'ok';
  return outcome.killed ?? 'refused';
}

/** Go says why it ends itself. */
function endOf(fatalError: string): Killed {
  if (fatalError.includes('out of memory') || fatalError.includes('cannot allocate memory'))
    return killed('memory', 'The engine needed more memory than the operator allows.');
  if (fatalError === 'stack overflow')
    return killed('trap', 'The engine ran out of stack, which endless recursion causes.');
  if (fatalError !== '') return killed('trap', `The engine crashed: ${fatalError}.`);
  return killed('trap', CRASHED);
}

const CRASHED = 'The engine crashed.';

/** The engine answers `{"error": …}` where it panicked; the text can quote the configuration. */
function parse(text: string): Outcome {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && 'ok' in answer) return answer as Outcome<CallName>;
  } catch {
    // Not even JSON.
  }
  return killed('trap', CRASHED);
}

function killed(cause: Killed['killed'], message: string): Killed {
  return { ok: false, killed: cause, message };
}
