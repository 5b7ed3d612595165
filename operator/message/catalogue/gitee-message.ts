import type { GiteeTrigger } from '../../gitee/events.ts';
import { own } from '../../lib/own.ts';
import { GITEE_HEADLINES } from './gitee-headlines.ts';
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
import { block, type LinesOfMessage, localised } from './line-forms.ts';
import type { Locale, Localised } from './locale.ts';

/** The message for all actions of a trigger. */
interface GiteeMessage {
  readonly icon: string;
  /** One word for all its events, as digests have it. */
  readonly words: Localised;
  readonly lines: readonly LinesOfMessage[];
}

/** The page of a creation or deletion is that of the commit: the comparison with nothing shows nothing. */
const PUSH_PAGE =
  '{{#if (eq push.action "push")}}{{urlencode (default push.compare repository.html_url)}}' +
  '{{else}}{{urlencode (default push.head_commit.url repository.html_url)}}{{/if}}';

const page = (path: string): string => `{{urlencode (default ${path} repository.html_url)}}`;

const MESSAGES: Readonly<Record<GiteeTrigger, GiteeMessage>> = {
  'gitee-push': {
    icon: '📦',
    words: localised('push', '推送'),
    lines: [BY, COMMITS, giteeLink(PUSH_PAGE)],
  },
  'gitee-tag': {
    icon: '🏷️',
    words: localised('tag', '标签'),
    lines: [BY, TAGGED, giteeLink(page('tag.head_commit.url'))],
  },
  'gitee-issue': {
    icon: '📋',
    words: localised('issue', 'Issue'),
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
    words: localised('pull request', 'Pull Request'),
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
    words: localised('comment', '评论'),
    lines: [subjectTitle('note.title'), BY, excerpt('note.body', 300), giteeLink(page('note.html_url'))],
  },
};

/** The message for events of Gitee that name no template; undefined for another trigger. */
export function giteeMessage(trigger: string, locale: Locale): MarkdownSource | undefined {
  const [message, headline] = [own(MESSAGES, trigger), own(GITEE_HEADLINES, trigger)];
  if (!message || !headline) return undefined;
  const title = `${message.icon} {{repository.full_name}} ${headline[locale]}`;
  return { title, text: `### ${title}\n\n${message.lines.map((each) => each(locale)).join('')}` };
}

/** The headline of a trigger of Gitee; undefined for another trigger. */
export function giteeHeadline(trigger: string, locale: Locale): Headline | undefined {
  const message = own(MESSAGES, trigger);
  return message && { icon: message.icon, words: message.words[locale] };
}
