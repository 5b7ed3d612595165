/**
 * The subset of Handlebars that messages are written in. syntax/ parses a template, check/ refuses all other
 * Handlebars and makes nodes, and go/ compiles nodes to a Go template for Argo CD.
 */

import { checkProgram } from './check/check.ts';
import type { TemplateFamily } from './check/family.ts';
import { ROOT_SCOPE } from './check/scope.ts';
import { goInDisguise } from './syntax/go-in-disguise.ts';
import { LIMITS } from './syntax/limits.ts';
import type { Node, Template } from './syntax/nodes.ts';
import { parseSource } from './syntax/parse.ts';
import { TemplateError, type TemplateProblem } from './syntax/problem.ts';

/** The result of reading a template's source. */
export type ParsedTemplate =
  | { readonly ok: true; readonly template: Template; readonly family: TemplateFamily }
  | { readonly ok: false; readonly problem: TemplateProblem };

/**
 * Reads the subset of Handlebars that messages are written in; docs/templates.md describes it.
 * @param params the names that `{{params.NAME}}` may have
 * @param before the family of the message's templates before this one
 */
export function parseTemplate(
  source: string,
  params: ReadonlySet<string>,
  before: TemplateFamily = 'any',
): ParsedTemplate {
  try {
    const { nodes, family } = check(source, params, before);
    return { ok: true, template: { nodes }, family };
  } catch (error) {
    if (error instanceof TemplateError) return { ok: false, problem: error.problem };
    // Endless nesting ends the parser; the bounds make that unlikely, not impossible.
    if (error instanceof RangeError)
      return { ok: false, problem: { message: 'the template is nested too deeply', line: 1, column: 1 } };
    throw error;
  }
}

function check(
  source: string,
  params: ReadonlySet<string>,
  before: TemplateFamily,
): { readonly nodes: readonly Node[]; readonly family: TemplateFamily } {
  const program = parseSource(source);
  let count = 0;
  const checking = {
    params,
    family: before,
    count: (place: hbs.AST.SourceLocation) => {
      count += 1;
      if (count > LIMITS.nodes)
        throw new TemplateError(
          `the template has more than ${LIMITS.nodes} texts, values and blocks: shorten the template`,
          place,
        );
    },
  };
  try {
    const nodes = checkProgram(program, ROOT_SCOPE, checking);
    return { nodes, family: checking.family };
  } catch (error) {
    throw error instanceof TemplateError ? (goInDisguise(source) ?? error) : error;
  }
}
