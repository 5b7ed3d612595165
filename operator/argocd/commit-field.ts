/** The fields of a commit that a template may show, as Argo CD's API has them. */
export const COMMIT_PARTS = ['author', 'message', 'date'] as const;

/** A commit in the words of its author. `date` is in RFC 3339. */
export type Commit = { readonly [Part in (typeof COMMIT_PARTS)[number]]: string };

/**
 * The field of an Application in which a template looks for the commit. Argo CD's CRD has no such field, so the API server takes it
 * out of every Application, and the template finds nothing in Argo CD. Only the relay puts something there.
 */
export const COMMIT_FIELD = 'dtCommit';

/** Whether the value of a `template.<name>` may show the commit: rather one too many than one too few. */
export const asksForCommit = (template: string): boolean => template.includes(COMMIT_FIELD);

/** The Application with this commit and no other; undefined: with none. */
export function withCommit(
  app: Readonly<Record<string, unknown>>,
  commit: Commit | undefined,
): Readonly<Record<string, unknown>> {
  const { [COMMIT_FIELD]: _, ...rest } = app;
  return commit === undefined ? rest : { ...rest, [COMMIT_FIELD]: commit };
}
