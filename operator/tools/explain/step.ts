/** One check on the way of a message, and its result. */
export interface Step {
  /** `problem`: Argo CD sends nothing, or not the right message; `unknown`: the caller may not see it. */
  readonly verdict: 'ok' | 'warning' | 'problem' | 'unknown';
  readonly message: string;
  /** The remedy; absent if there is nothing to do. */
  readonly hint?: string;
}

export const ok = (message: string): Step => ({ verdict: 'ok', message });
export const unknown = (message: string): Step => ({ verdict: 'unknown', message });
export const warning = (message: string, hint?: string): Step => step('warning', message, hint);
export const problem = (message: string, hint?: string): Step => step('problem', message, hint);

function step(verdict: Step['verdict'], message: string, hint = ''): Step {
  return { verdict, message, ...(hint !== '' && { hint }) };
}
