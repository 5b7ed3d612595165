/**
 * The fields of Gitee's events that templates can read, with their meanings. Most have Gitee's own names, by which Gitee's
 * documentation explains them. A reader in this folder gives these fields and no others.
 */

/** One field of a root. */
interface GiteeField {
  readonly meaning: string;
  /** The fields of the value, if it has any. */
  readonly fields?: GiteeFields;
  /** Whether it is a list. */
  readonly isList?: true;
}

export type GiteeFields = Readonly<Record<string, GiteeField>>;

const value = (meaning: string): GiteeField => ({ meaning });
const list = (meaning: string, fields?: GiteeFields): GiteeField => ({
  meaning,
  isList: true,
  ...(fields && { fields }),
});

/** The fields of a person. */
const PERSON: GiteeFields = {
  name: value('the name that Gitee shows'),
  login: value('the name of the account'),
  html_url: value("the person's page"),
};

const person = (meaning: string): GiteeField => ({ meaning, fields: PERSON });

/** The fields of a commit. */
const COMMIT: GiteeFields = {
  id: value('the whole hash'),
  title: value('the first line of the message'),
  message: value('the whole message'),
  url: value("the commit's page"),
  timestamp: value('the time of the commit'),
  author: person('the author'),
};

const commit = (meaning: string): GiteeField => ({ meaning, fields: COMMIT });

/** What a push and a tag have in common. */
const REF: GiteeFields = {
  ref: value('the whole name, such as `refs/heads/main`'),
  before: value('the hash before'),
  after: value('the hash afterwards'),
  head_commit: commit('the newest commit'),
};

/** What an issue and a pull request have in common. */
const TICKET: GiteeFields = {
  title: value('the title'),
  body: value('the description, in Markdown'),
  state: value("Gitee's word for the state"),
  html_url: value('the page'),
  user: person('the author'),
  labels: list('the names of the labels'),
  milestone: value('the title of the milestone'),
  comments: value('the number of comments'),
  created_at: value('the time of the creation'),
  updated_at: value('the time of the last change'),
};

/** The names of Gitee's roots. */
export type GiteeRoot = 'push' | 'tag' | 'issue' | 'pullRequest' | 'note' | 'repository' | 'sender';

/** Every field of every root. */
export const GITEE_FIELDS: Readonly<Record<GiteeRoot, GiteeFields>> = {
  push: {
    action: value('`push`, `create` or `delete`, of a branch'),
    branch: value('the name of the branch'),
    compare: value('the page that compares both hashes'),
    commits: list('the newest ten commits', COMMIT),
    total_commits_count: value('the number of commits'),
    more_commits_count: value('the number of commits that are not among the ten'),
    ...REF,
  },
  tag: {
    action: value('`create` or `delete`'),
    name: value('the name of the tag'),
    ...REF,
  },
  issue: {
    action: value(
      '`open`, `close`, `reopen`, `delete`, `assign` or `update`; empty in an event about a comment',
    ),
    number: value('the number, such as `I4CYEO`'),
    state_name: value('the name of the state, as Gitee shows it'),
    type_name: value('the type of the issue, as Gitee shows it'),
    assignee: person('the person in charge'),
    collaborators: list('the other people in charge', PERSON),
    ...TICKET,
  },
  pullRequest: {
    action: value('`open`, `update`, `merge`, `close` or `reopen`; empty in an event about a comment'),
    action_desc: value("Gitee's word for the kind of update, such as `update_label`"),
    number: value('the number'),
    source_branch: value('the branch with the changes'),
    source_repo: value('the repository of that branch, such as `li-lei/shop`'),
    target_branch: value('the branch that gets the changes'),
    assignees: list('the reviewers', PERSON),
    testers: list('the testers', PERSON),
    merged: value('whether it is merged'),
    merge_status: value("Gitee's word for whether it can be merged"),
    merge_commit_sha: value('the hash of the merge'),
    commits: value('the number of commits'),
    changed_files: value('the number of changed files'),
    additions: value('the number of added lines'),
    deletions: value('the number of removed lines'),
    merged_at: value('the time of the merge'),
    closed_at: value('the time of the end'),
    ...TICKET,
  },
  note: {
    action: value('`repository`, `issue`, `pull-request` or `commit`: the thing that has the comment'),
    body: value('the comment, in Markdown'),
    html_url: value("the comment's page"),
    user: person('the author'),
    title: value('the title of the issue or pull request'),
    commit_id: value('the whole hash of the commit, if Gitee names it'),
    short_commit_id: value('the short hash of the commit'),
    created_at: value('the time of the comment'),
    updated_at: value('the time of its last change'),
  },
  repository: {
    full_name: value('owner and name, such as `example/shop`; never empty'),
    name: value('the name'),
    namespace: value('the owner'),
    html_url: value('the page; never empty'),
    description: value('the description'),
    default_branch: value('the default branch'),
    private: value('whether it is private'),
  },
  sender: PERSON,
};
