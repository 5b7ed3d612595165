import type { CallResult } from './metrics.ts';
import type { RunnerEvent } from './runner.ts';
import type { CallName, Killed, Outcome } from './types.ts';

/** What a runner's event means as the outcome of a call. Of what the thread said, only sentences of ours get through. */
export function outcomeOf(event: RunnerEvent, deadlineMs: number): Outcome {
  switch (event.type) {
    case 'answer':
      return parse(event.text);
    case 'fault':
      return killed(event.kind, event.message);
    case 'late':
      return killed('deadline', `The engine did not answer within ${deadlineMs / 1000} s.`);
    case 'ended':
      return isOutOfMemory(event.error)
        ? killed('memory', 'The engine needed more memory than it may have.')
        : killed('trap', CRASHED);
    case 'ready':
      return killed('trap', CRASHED);
  }
}

export function resultOf(outcome: Outcome): CallResult {
  if (outcome.ok) return 'ok';
  return outcome.killed ?? 'refused';
}

const CRASHED = 'The engine crashed.';

/** The module answers `{"error": …}` where the engine panicked; the text can quote the configuration. */
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

function isOutOfMemory(error: Error | undefined): boolean {
  return error !== undefined && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
