import { COMMIT_PARTS } from '../../argocd/commit-field.ts';
import { own } from '../../lib/own.ts';
import { LIMITS } from '../syntax/limits.ts';
import { EVENT_FIELDS, type EventField, type LoopVariable, type Value } from '../syntax/nodes.ts';
import { TemplateError } from '../syntax/problem.ts';
import {
  GITEE_ROOTS,
  joinFamily,
  ROOTS,
  requireGiteeField,
  rootsFor,
  type TemplateFamily,
} from './family.ts';
import { findBinding, findLoop, type Scope } from './scope.ts';
import { unknownNameProblem } from './unknown.ts';

type Path = hbs.AST.PathExpression;

/** The part of the checking of a template that paths need. */
interface PathChecking {
  readonly params: ReadonlySet<string>;
  family: TemplateFamily;
}

/**
 * A path → the value that it refers to. Only full names are accepted. Handlebars' implicit context causes nearly all
 * of its surprises, and a value without a name cannot be shared.
 * @throws TemplateError
 */
export function checkPath(path: Path, scope: Scope, checking: PathChecking): Value {
  if (path.data) return loopVariable(path, scope, checking);
  requireAbsolute(path, checking);
  requireSteps(path);
  const [first = '', ...segments] = path.parts;
  const binding = findBinding(scope, first);
  if (binding) return { kind: 'bound', binding, segments };
  if (!ROOTS.includes(first)) throw unknownNameProblem(path, scope, checking.family);
  checking.family = joinFamily(checking.family, first, path.loc);
  return rooted(segments, path, checking.params);
}

function rooted(segments: readonly string[], path: Path, params: ReadonlySet<string>): Value {
  const [first = ''] = path.parts;
  if (GITEE_ROOTS.includes(first)) {
    if (segments.length === 0) throw fieldMissing(first, path);
    requireGiteeField(first, segments, path.loc);
    return { kind: 'data', root: 'gitee', segments: path.parts };
  }
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
    case 'commit':
      if (segments.length === 0) throw fieldMissing(first, path);
      if (rest.length > 0 || !(COMMIT_PARTS as readonly string[]).includes(field))
        throw new TemplateError(`commit has ${listed(COMMIT_PARTS)}: write {{commit.message}}`, path.loc);
      return { kind: 'data', root: first, segments };
    case 'params':
      if (segments.length === 0) throw fieldMissing(first, path);
      if (!params.has(field) || rest.length > 0) throw unknownParam(segments.join('.'), params, path);
      return { kind: 'param', name: field };
    default:
      if (!EVENT_FIELDS.includes(field as EventField) || rest.length > 0)
        throw new TemplateError(`event has ${listed(EVENT_FIELDS)}: write {{event.name}}`, path.loc);
      return { kind: 'event', field: field as EventField };
  }
}

const listed = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

function loopVariable(path: Path, scope: Scope, { family }: PathChecking): Value {
  const name = path.parts.join('.');
  if (name.split('.')[0] === 'root') {
    throw new TemplateError(
      `@root is not needed: ${rootsFor(family).join(', ')} are available everywhere`,
      path.loc,
    );
  }
  if (path.depth > 0 || !['index', 'key', 'first', 'last'].includes(name))
    throw new TemplateError(
      `there is no ${path.original}; there are @index, @key, @first and @last`,
      path.loc,
    );
  const loop = findLoop(scope);
  if (!loop)
    throw new TemplateError(
      `@${name} gives the place of an item, so it is only available inside #each`,
      path.loc,
    );
  return { kind: 'loop', loop, what: name as LoopVariable };
}

function requireAbsolute({ depth, parts, original, loc }: Path, { family }: PathChecking): void {
  if (depth === 0 && parts.length > 0 && !/^(this\b|\.)/.test(original)) return;
  throw new TemplateError(
    `${original} is relative, and paths must be absolute: name the item, {{#each app.spec.sources as |source|}}, and write ` +
      `source.repoURL; ${rootsFor(family).join(', ')} are available everywhere`,
    loc,
  );
}

/** `original` has the steps as they are divided. */
function requireSteps({ original, parts, loc }: Path): void {
  if (parts.length > LIMITS.segments) {
    const message = `the path has ${parts.length} steps, and at most ${LIMITS.segments} are allowed`;
    throw new TemplateError(message, loc);
  }
  const problem = parts.map(segmentProblem).find((each) => each !== undefined);
  if (problem !== undefined) throw new TemplateError(problem, loc);
  if (original !== parts.join('.')) {
    throw new TemplateError(
      'separate the steps of a path by dots; write a key with / in brackets, app.metadata.annotations.[a.b/c]',
      loc,
    );
  }
}

const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

function segmentProblem(part: string): string | undefined {
  if (part === '') return 'a step of the path is empty: write the name of a field between the brackets';
  if (part.length > LIMITS.segment) return `a step of the path is longer than ${LIMITS.segment} characters`;
  if (part === 'length') return 'write (count LIST) for the number of items';
  if (FORBIDDEN.includes(part)) return `no field may have the name ${part}`;
  if (/^\d+$/.test(part)) return `write (at LIST ${part}) for one item of a list`;
  return /this\b/.test(part)
    ? 'a template cannot read a field whose name has "this" at the end of a word'
    : undefined;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  app: 'app.metadata.name',
  context: 'context.argocdUrl',
  commit: 'commit.message',
  push: 'push.branch',
  tag: 'tag.name',
  issue: 'issue.title',
  pullRequest: 'pullRequest.title',
  note: 'note.body',
  repository: 'repository.full_name',
  sender: 'sender.name',
};

function fieldMissing(root: string, { loc }: Path): TemplateError {
  const example = own(EXAMPLES, root) ?? `${root}.NAME`;
  return new TemplateError(`${root} alone is not a value: name one of its fields, such as ${example}`, loc);
}

function unknownParam(name: string, params: ReadonlySet<string>, { loc }: Path): TemplateError {
  const has = params.size === 0 ? 'it is empty' : `it has ${[...params].join(', ')}`;
  return new TemplateError(
    `spec.params has no ${name}; ${has}. Add the name there, with its usual value`,
    loc,
  );
}
