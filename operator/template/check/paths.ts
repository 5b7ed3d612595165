import { closest } from '../../text/closest.ts';
import { HELPERS } from '../helpers.ts';
import { EVENT_FIELDS, type EventField, type LoopVariable, type Value } from '../nodes.ts';
import { TemplateError } from '../problem.ts';
import { LIMITS } from './limits.ts';
import { findBinding, findLoop, type Scope } from './scope.ts';

/** What a template can name without a block's help. */
export const ROOTS = ['app', 'context', 'params', 'event', 'appUrl'];

type Path = hbs.AST.PathExpression;

/**
 * A path → what it refers to. Only what is named in full is let in: Handlebars' implicit context is where nearly all
 * of its surprises come from, and what cannot be named cannot be shown.
 * @throws TemplateError
 */
export function checkPath(path: Path, scope: Scope, params: ReadonlySet<string>): Value {
  if (path.data) return loopVariable(path, scope);
  requireAbsolute(path);
  for (const part of path.parts) requireSegment(part, path);
  const [first = '', ...segments] = path.parts;
  const binding = findBinding(scope, first);
  if (binding) return { kind: 'bound', binding, segments };
  return rooted(first, segments, path, params);
}

function rooted(first: string, segments: readonly string[], path: Path, params: ReadonlySet<string>): Value {
  const [field = '', ...rest] = segments;
  switch (first) {
    case 'appUrl':
      if (segments.length > 0)
        throw new TemplateError('appUrl is the URL itself: write {{appUrl}}', path.loc);
      return { kind: 'appUrl' };
    case 'app':
    case 'context':
      if (segments.length === 0) throw fieldMissing(first, path);
      return { kind: 'data', root: first, segments };
    case 'params':
      if (segments.length === 0) throw fieldMissing(first, path);
      if (!params.has(field) || rest.length > 0) throw unknownParam(segments.join('.'), params, path);
      return { kind: 'param', name: field };
    case 'event':
      if (!EVENT_FIELDS.includes(field as EventField) || rest.length > 0)
        throw new TemplateError(`event has ${EVENT_FIELDS.join(' and ')}: write {{event.name}}`, path.loc);
      return { kind: 'event', field: field as EventField };
    default:
      throw unknownName(path);
  }
}

function loopVariable(path: Path, scope: Scope): Value {
  const name = path.parts.join('.');
  if (name.split('.')[0] === 'root') {
    throw new TemplateError(`@root is not needed: ${ROOTS.join(', ')} can be seen everywhere`, path.loc);
  }
  if (path.depth > 0 || !['index', 'key', 'first', 'last'].includes(name))
    throw new TemplateError(
      `there is no ${path.original}; there are @index, @key, @first and @last`,
      path.loc,
    );
  const loop = findLoop(scope);
  if (!loop) throw new TemplateError(`@${name} stands outside of #each`, path.loc);
  return { kind: 'loop', loop, what: name as LoopVariable };
}

function requireAbsolute({ depth, parts, original, loc }: Path): void {
  if (depth === 0 && parts.length > 0 && !/^(this\b|\.)/.test(original)) return;
  throw new TemplateError(
    `${original} is relative, and paths here are not: name the item, {{#each app.spec.sources as |source|}}, and write ` +
      `source.repoURL; ${ROOTS.join(', ')} can be seen everywhere`,
    loc,
  );
}

const FORBIDDEN = ['length', '__proto__', 'constructor', 'prototype'];

function requireSegment(part: string, { loc, parts }: Path): void {
  if (parts.length > LIMITS.segments) throw new TemplateError('the path has too many steps', loc);
  if (part === '' || part.length > LIMITS.segment)
    throw new TemplateError('a step of the path is empty or too long', loc);
  if (part === 'length') throw new TemplateError('write (count LIST) for the number of items', loc);
  if (FORBIDDEN.includes(part)) throw new TemplateError(`no field may be called ${part}`, loc);
  if (/^\d+$/.test(part)) throw new TemplateError(`write (at LIST ${part}) for one item of a list`, loc);
  if (/this\b/.test(part)) throw new TemplateError('a field called this cannot be reached', loc);
}

function fieldMissing(root: string, { loc }: Path): TemplateError {
  const example = { app: 'app.metadata.name', context: 'context.argocdUrl' }[root] ?? `${root}.NAME`;
  return new TemplateError(`${root} alone is not a value: name a field of it, such as ${example}`, loc);
}

function unknownParam(name: string, params: ReadonlySet<string>, { loc }: Path): TemplateError {
  const has = params.size === 0 ? 'it has none' : `it has ${[...params].join(', ')}`;
  return new TemplateError(`spec.params has no ${name}; ${has}. Add it there with its usual value`, loc);
}

function unknownName({ original, parts, loc }: Path): TemplateError {
  const [first = ''] = parts;
  const guess = closest(first, [...ROOTS, ...Object.keys(HELPERS)]);
  const hint = guess === undefined ? '' : ` Did you mean ${guess}?`;
  return new TemplateError(
    `${original}: nothing is called ${first} here; there are ${ROOTS.join(', ')}, and what blocks name.${hint}`,
    loc,
  );
}
