import type { TemplateProblem } from '../syntax/problem.ts';
import { parseTemplate } from '../template.ts';

/**
 * The problem of a template that has the one param `owner`.
 * @throws Error if there is none
 */
export function problemOf(source: string): TemplateProblem {
  const parsed = parseTemplate(source, new Set(['owner']));
  if (!parsed.ok) return parsed.problem;
  throw new Error(`${source} is accepted`);
}
