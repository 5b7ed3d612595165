import { GITEE_FIELDS, type GiteeFields } from '../../gitee/fields.ts';

const PERSON = GITEE_FIELDS.sender;
const COMMIT = GITEE_FIELDS.push.head_commit?.fields ?? {};

type Field = GiteeFields[string];

/** The tables of docs/templates.md about events of Gitee, one below the other. */
export function giteeTables(): string {
  const roots = Object.entries(GITEE_FIELDS).map(([root, fields]) =>
    table(
      'field',
      rows(fields, (name) => `${root}.${name}`),
    ),
  );
  return [...roots, table('of a commit', rows(COMMIT)), table('of a person', rows(PERSON))].join('\n\n');
}

const table = (head: string, lines: readonly string[]): string =>
  [`| ${head} | meaning |`, '| --- | --- |', ...lines].join('\n');

const rows = (fields: GiteeFields, path = (name: string): string => name): string[] =>
  Object.entries(fields).map(([name, field]) => `| \`${path(name)}\` | ${field.meaning}${kindOf(field)} |`);

function kindOf({ fields, isList }: Field): string {
  const [one, many] =
    fields === PERSON ? ['a person', 'people'] : fields === COMMIT ? ['a commit', 'commits'] : [];
  if (isList) return `; a list of ${many ?? 'texts'}`;
  return one === undefined ? '' : `; ${one}`;
}
