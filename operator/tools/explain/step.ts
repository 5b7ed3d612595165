/** One thing that was looked at on the way of a message, and what came of it. */
export interface Step {
  /** `problem`: nothing, or not the right thing, is sent; `unknown`: the caller may not see it. */
  readonly verdict: 'ok' | 'warning' | 'problem' | 'unknown';
  readonly message: string;
  /** What to do; absent where there is nothing to do. */
  readonly hint?: string;
}

export const ok = (message: string): Step => ({ verdict: 'ok', message });
export const unknown = (message: string): Step => ({ verdict: 'unknown', message });
export const warning = (message: string, hint?: string): Step => step('warning', message, hint);
export const problem = (message: string, hint?: string): Step => step('problem', message, hint);

function step(verdict: Step['verdict'], message: string, hint = ''): Step {
  return { verdict, message, ...(hint !== '' && { hint }) };
}
