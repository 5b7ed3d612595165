import type { Refusal } from '../model/verdict.ts';

/** Combines refusals into one: the first gives the reason and the state, and the message has all. Undefined for none. */
export function combine(findings: readonly Refusal[]): Refusal | undefined {
  const [first, ...others] = findings;
  if (!first || others.length === 0) return first;
  return {
    ...(first.gate && { gate: first.gate }),
    reason: first.reason,
    message: findings.map(({ message }) => message).join(' '),
    parts: findings,
  };
}
