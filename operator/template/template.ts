/**
 * The subset of Handlebars that messages are written in. syntax/ parses a template, check/ refuses all other
 * Handlebars and makes nodes, and go/ compiles nodes to a Go template for Argo CD.
 */

import { checkProgram } from './check/check.ts';
import { ROOT_SCOPE } from './check/scope.ts';
import { goInDisguise } from './syntax/go-in-disguise.ts';
import { LIMITS } from './syntax/limits.ts';
import type { Node, Template } from './syntax/nodes.ts';
import { parseSource } from './syntax/parse.ts';
import { TemplateError, type TemplateProblem } from './syntax/problem.ts';

/** The result of reading a template's source. */
export type ParsedTemplate =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly problem: TemplateProblem };

/**
 * Reads the subset of Handlebars that messages are written in; docs/templates.md describes it.
 * @param params the names that `{{params.NAME}}` may have
 */
export function parseTemplate(source: string, params: ReadonlySet<string>): ParsedTemplate {
  try {
    return { ok: true, template: { nodes: check(source, params) } };
  } catch (error) {
    if (error instanceof TemplateError) return { ok: false, problem: error.problem };
    // Endless nesting ends the parser; the bounds make that unlikely, not impossible.
    if (error instanceof RangeError)
      return { ok: false, problem: { message: 'the template is nested too deeply', line: 1, column: 1 } };
    throw error;
  }
}

function check(source: string, params: ReadonlySet<string>): readonly Node[] {
  const program = parseSource(source);
  let count = 0;
  const checking = {
    params,
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
    return checkProgram(program, ROOT_SCOPE, checking);
  } catch (error) {
    throw error instanceof TemplateError ? (goInDisguise(source) ?? error) : error;
  }
}
