import type { Finding } from '../../api/finding.ts';

/** One finding of several: the first gives the reason, the message tells all. Undefined for none. */
export function combine(findings: readonly Finding[]): Finding | undefined {
  const [first, ...others] = findings;
  if (!first || others.length === 0) return first;
  return {
    reason: first.reason,
    message: findings.map(({ message }) => message).join(' '),
    parts: findings,
  };
}
