/** A problem of a template, for its author; line and column are within the template's text, from 1. */
export interface TemplateProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** Where something stands, as Handlebars' parser says it: lines from 1, columns from 0. */
export interface SourcePlace {
  readonly start: { readonly line: number; readonly column: number };
}

/** The place of a text's character. @param offset in UTF-16 units */
export function placeOf(source: string, offset: number): SourcePlace {
  const lines = source.slice(0, offset).split(/\r\n?|\n/);
  return { start: { line: lines.length, column: lines.at(-1)?.length ?? 0 } };
}

/** Ends the reading of a template. `parseTemplate` catches it and returns its problem. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly problem: TemplateProblem;

  constructor(message: string, place: SourcePlace) {
    super(message);
    this.problem = { message, line: place.start.line, column: place.start.column + 1 };
  }
}
