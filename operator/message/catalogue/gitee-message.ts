import type { GiteeTrigger } from '../../gitee/events.ts';
import { own } from '../../lib/own.ts';
import {
  BRANCHES,
  BY,
  CHANGE,
  COMMITS,
  excerpt,
  giteeLink,
  ISSUE_PEOPLE,
  ISSUE_STATE,
  labels,
  REVIEWERS,
  subjectTitle,
  TAGGED,
} from './gitee-lines.ts';
import type { Headline, MarkdownSource } from './headline.ts';
import { block, type LinesOfMessage, text } from './line-forms.ts';
import type { Locale, Localised } from './locale.ts';

/** The message for all actions of a trigger. */
interface GiteeMessage {
  readonly icon: string;
  /** One word for all its events, as digests have it. */
  readonly words: Localised;
  /** The text after the repository's name; Handlebars. */
  readonly headline: LinesOfMessage;
  readonly lines: readonly LinesOfMessage[];
}

/** A text for each action, and one for all others. */
const byAction =
  (root: string, actions: Readonly<Record<string, Localised>>, otherwise: Localised): LinesOfMessage =>
  (locale) => {
    const cases = Object.entries(actions).map(
      ([action, said], place) =>
        `{{${place === 0 ? '#' : 'else '}if (eq ${root}.action "${action}")}}${said[locale]}`,
    );
    return `${cases.join('')}{{else}}${otherwise[locale]}{{/if}}`;
  };

/** The page of a creation or deletion is that of the commit: the comparison with nothing shows nothing. */
const PUSH_PAGE =
  '{{#if (eq push.action "push")}}{{urlencode (default push.compare repository.html_url)}}' +
  '{{else}}{{urlencode (default push.head_commit.url repository.html_url)}}{{/if}}';

const page = (path: string): string => `{{urlencode (default ${path} repository.html_url)}}`;

const MESSAGES: Readonly<Record<GiteeTrigger, GiteeMessage>> = {
  'gitee-push': {
    icon: '📦',
    words: text('push', '推送'),
    headline: byAction(
      'push',
      {
        create: text('branch {{push.branch}} created', '新建分支 {{push.branch}}'),
        delete: text('branch {{push.branch}} deleted', '删除分支 {{push.branch}}'),
      },
      text('push to {{push.branch}}', '推送到 {{push.branch}}'),
    ),
    lines: [BY, COMMITS, giteeLink(PUSH_PAGE)],
  },
  'gitee-tag': {
    icon: '🏷️',
    words: text('tag', '标签'),
    headline: byAction(
      'tag',
      { delete: text('tag {{tag.name}} deleted', '删除标签 {{tag.name}}') },
      text('tag {{tag.name}} created', '新建标签 {{tag.name}}'),
    ),
    lines: [BY, TAGGED, giteeLink(page('tag.head_commit.url'))],
  },
  'gitee-issue': {
    icon: '📋',
    words: text('issue', 'Issue'),
    headline: (locale) =>
      `${{ en: 'issue #{{issue.number}} ', 'zh-CN': '' }[locale]}${byAction(
        'issue',
        {
          open: text('opened', '新建'),
          close: text('closed', '关闭'),
          reopen: text('reopened', '重新打开'),
          delete: text('deleted', '删除'),
          assign: text('assigned', '指派'),
        },
        text('updated', '更新'),
      )(locale)}${{ en: '', 'zh-CN': ' Issue #{{issue.number}}' }[locale]}`,
    lines: [
      subjectTitle('issue.title'),
      BY,
      ISSUE_STATE,
      ISSUE_PEOPLE,
      labels('issue.labels'),
      block('if', '(eq issue.action "open")', excerpt('issue.body', 200)),
      giteeLink(
        `{{#if (eq issue.action "delete")}}{{urlencode repository.html_url}}{{else}}${page('issue.html_url')}{{/if}}`,
      ),
    ],
  },
  'gitee-pull-request': {
    icon: '🔀',
    words: text('pull request', 'Pull Request'),
    headline: (locale) =>
      `${{ en: 'pull request !{{pullRequest.number}} ', 'zh-CN': '' }[locale]}${byAction(
        'pullRequest',
        {
          open: text('opened', '新建'),
          merge: text('merged', '合并'),
          close: text('closed', '关闭'),
          reopen: text('reopened', '重新打开'),
        },
        text('updated', '更新'),
      )(locale)}${{ en: '', 'zh-CN': ' Pull Request !{{pullRequest.number}}' }[locale]}`,
    lines: [
      subjectTitle('pullRequest.title'),
      BRANCHES,
      BY,
      block('if', '(eq pullRequest.action "update")', CHANGE),
      REVIEWERS,
      labels('pullRequest.labels'),
      block('if', '(eq pullRequest.action "open")', excerpt('pullRequest.body', 200)),
      giteeLink(page('pullRequest.html_url')),
    ],
  },
  'gitee-comment': {
    icon: '💬',
    words: text('comment', '评论'),
    headline: byAction(
      'note',
      {
        issue: text('comment on issue #{{issue.number}}', '评论 Issue #{{issue.number}}'),
        'pull-request': text(
          'comment on pull request !{{pullRequest.number}}',
          '评论 Pull Request !{{pullRequest.number}}',
        ),
        commit: text(
          'comment on commit {{short note.short_commit_id}}',
          '评论提交 {{short note.short_commit_id}}',
        ),
      },
      text('comment on the repository', '评论仓库'),
    ),
    lines: [subjectTitle('note.title'), BY, excerpt('note.body', 300), giteeLink(page('note.html_url'))],
  },
};

/** The message for events of Gitee that name no template; undefined for another trigger. */
export function giteeMessage(trigger: string, locale: Locale): MarkdownSource | undefined {
  const message = own(MESSAGES, trigger);
  if (!message) return undefined;
  const title = `${message.icon} {{repository.full_name}} ${message.headline(locale)}`;
  return { title, text: `### ${title}\n\n${message.lines.map((each) => each(locale)).join('')}` };
}

/** The headline of a trigger of Gitee; undefined for another trigger. */
export function giteeHeadline(trigger: string, locale: Locale): Headline | undefined {
  const message = own(MESSAGES, trigger);
  return message && { icon: message.icon, words: message.words[locale] };
}
