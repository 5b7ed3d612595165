import { GITEE_FIELDS, type GiteeFields } from '../../gitee/fields.ts';
import { closest } from '../../lib/closest.ts';
import { own } from '../../lib/own.ts';
import { type SourcePlace, TemplateError } from '../syntax/problem.ts';

/** Where the events come from whose data a template reads; `any` for a template that reads none. */
export type TemplateFamily = 'argocd' | 'gitee' | 'any';

/** The names that read an event of Argo CD, beside those for all events. */
const ARGOCD_ROOTS = ['app', 'context', 'params', 'event', 'appUrl', 'commit'];

/** The names that read an event of Gitee. */
export const GITEE_ROOTS: readonly string[] = Object.keys(GITEE_FIELDS);

/** The names that a template can use outside of all blocks. */
export const ROOTS: readonly string[] = [...ARGOCD_ROOTS, ...GITEE_ROOTS];

/** Names that no block may give to a value. `commit` and Gitee's came later: templates with such names were accepted before. */
export const isReservedRoot = (name: string): boolean => name !== 'commit' && ARGOCD_ROOTS.includes(name);

const SHARED = ['params', 'event'];

/** The names for templates of a family, as a list for people. */
export function rootsFor(family: TemplateFamily): string[] {
  return family === 'gitee' ? [...GITEE_ROOTS, ...SHARED] : ARGOCD_ROOTS;
}

/** The family of a template that has read a name. @throws TemplateError if it has read a name of another family before */
export function joinFamily(family: TemplateFamily, root: string, place: SourcePlace): TemplateFamily {
  if (SHARED.includes(root)) return family;
  const joined = GITEE_ROOTS.includes(root) ? 'gitee' : 'argocd';
  if (family === 'any' || family === joined) return joined;
  const [ours, theirs] = joined === 'gitee' ? ['Gitee', 'Argo CD'] : ['Argo CD', 'Gitee'];
  throw new TemplateError(
    `${root} reads events of ${ours}, and this message already reads events of ${theirs}: write a template for each of the two`,
    place,
  );
}

/** @throws TemplateError if events of Gitee have no such field */
export function requireGiteeField(root: string, segments: readonly string[], place: SourcePlace): void {
  let [fields, path]: [GiteeFields, string] = [own(GITEE_FIELDS, root) ?? {}, root];
  for (const [index, name] of segments.entries()) {
    const field = own(fields, name);
    if (!field) throw noField(path, name, fields, place);
    path = `${path}.${name}`;
    if (index === segments.length - 1) return;
    if (field.isList) throw new TemplateError(listProblem(path), place);
    fields = field.fields ?? {};
  }
}

function noField(path: string, name: string, fields: GiteeFields, place: SourcePlace): TemplateError {
  const names = Object.keys(fields);
  if (names.length === 0) return new TemplateError(`${path} has no fields: write {{${path}}}`, place);
  const guess = closest(name, names);
  const hint = guess === undefined ? '' : ` Did you mean ${guess}?`;
  return new TemplateError(`${path} has no field ${name}.${hint} There are ${names.join(', ')}`, place);
}

const listProblem = (path: string): string =>
  `${path} is a list: write {{#each ${path} as |item|}} for each item, or (at ${path} 0) for the first`;
