import type { TemplateProblem } from '../syntax/problem.ts';
import { parseTemplate } from '../template.ts';

/**
 * What is wrong with a template that has the one param `owner`.
 * @throws Error if nothing is
 */
export function problemOf(source: string): TemplateProblem {
  const parsed = parseTemplate(source, new Set(['owner']));
  if (!parsed.ok) return parsed.problem;
  throw new Error(`${source} is accepted`);
}
