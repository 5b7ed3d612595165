import { block, COLON, item, type LinesOfMessage, localised } from './line-forms.ts';
import type { Locale, Localised } from './locale.ts';

/** Who has done it. Gitee's own changes have nobody. */
export const BY = block('if', 'sender.name', item(localised('By', '操作人'), '{{sender.name}}'));

/** The newest commits of a push, a line for each. */
export const COMMITS = block(
  'if',
  'push.commits',
  item(localised('Commits', '提交数'), '{{push.total_commits_count}}'),
  block(
    'each',
    'push.commits as |commit|',
    (locale) =>
      `- {{short commit.id}}{{#if commit.author.name}} {{commit.author.name}}{{/if}}${COLON[locale]}{{truncate commit.title 80}}\n`,
  ),
  block(
    'if',
    'push.more_commits_count',
    (locale) =>
      `- ${localised('… and', '… 另有')[locale]} {{push.more_commits_count}} ${localised('more', '个提交')[locale]}\n`,
  ),
);

/** The commit that a tag names. */
export const TAGGED = block(
  'if',
  'tag.head_commit.id',
  item(localised('Commit', '提交'), '{{short tag.head_commit.id}} {{truncate tag.head_commit.title 80}}'),
);

/** The person in charge of an issue. */
export const ISSUE_PEOPLE = block(
  'if',
  'issue.assignee.name',
  item(localised('Assignee', '负责人'), '{{issue.assignee.name}}'),
);

export const subjectTitle = (path: string): LinesOfMessage =>
  block('if', path, item(localised('Title', '标题'), `{{truncate ${path} 120}}`));

export const ISSUE_STATE = block(
  'if',
  'issue.state_name',
  item(localised('State', '状态'), '{{issue.state_name}}'),
);

export const labels = (path: string): LinesOfMessage =>
  block('if', path, item(localised('Labels', '标签'), `{{join ${path} ", "}}`));

/** From where to where; the repository only if it is another one. */
export const BRANCHES = block(
  'if',
  'pullRequest.target_branch',
  item(
    localised('Branches', '分支'),
    '{{#if (and pullRequest.source_repo (ne pullRequest.source_repo repository.full_name))}}{{pullRequest.source_repo}}:{{/if}}' +
      '{{pullRequest.source_branch}} → {{pullRequest.target_branch}}',
  ),
);

/** What an update has changed, where Gitee has a word for it. */
export const CHANGE: LinesOfMessage = (locale) =>
  [
    ['source_branch_changed', localised('new commits', '有新的提交')],
    ['target_branch_changed', localised('another target branch', '更换了目标分支')],
    ['update_label', localised('labels', '修改了标签')],
  ]
    .map(([word, said]) =>
      block(
        'if',
        `(eq pullRequest.action_desc "${word}")`,
        item(localised('Change', '变更'), (said as Localised)[locale]),
      )(locale),
    )
    .join('');

export const REVIEWERS = block(
  'if',
  'pullRequest.assignees',
  item(
    localised('Reviewers', '审查人'),
    '{{#each pullRequest.assignees as |person|}}{{#unless @first}}, {{/unless}}{{person.name}}{{/each}}',
  ),
);

/** The beginning of a longer text, as a quotation below the list. */
export const excerpt = (path: string, length: number): LinesOfMessage =>
  block('if', path, () => `\n> {{truncate ${path} ${length}}}\n`);

/** Where to look further: a page in the browser, where people are logged in. A line of its own after an empty one. */
export const giteeLink =
  (target: string): LinesOfMessage =>
  (locale: Locale) =>
    `\n[${localised('Open in Gitee', '在 Gitee 中查看')[locale]}](dingtalk://dingtalkclient/page/link?url=${target}&pc_slide=false)\n`;
