import { own } from '../lib/own.ts';
import { cutText, lineOf, objectOf } from './hostile-values.ts';
import { pageUrl } from './page-url.ts';
import { GITEE_LIMITS, person } from './shapes.ts';
import { issueFields, pullRequestFields } from './tickets.ts';
import type { ToldByBody } from './told.ts';

type Body = Readonly<Record<string, unknown>>;

/**
 * A comment; undefined for the end of one, whose text nobody should read again. Gitee does not document the fields of a comment on a
 * repository or a commit, so several places are looked at.
 */
export function toldOfNote(body: Body, baseUrl: string): ToldByBody | undefined {
  if (/^deleted?$/.test(`${own(body, 'action')}`)) return undefined;
  const comment = objectOf(own(body, 'comment'));
  const issue = issueFields(own(body, 'issue'), baseUrl);
  const pullRequest = pullRequestFields(own(body, 'pull_request'), baseUrl);
  const word = (given: Body, name: string) => lineOf(own(given, name), GITEE_LIMITS.word);
  const commitId = word(comment, 'commit_id');
  const short = word(body, 'short_commit_id') ?? commitId?.slice(0, 7);
  const action = targetOf(word(body, 'noteable_type'), { issue, pullRequest, short });
  const roots = {
    note: {
      action,
      body: cutText(own(comment, 'body'), GITEE_LIMITS.text) ?? cutText(own(body, 'note'), GITEE_LIMITS.text),
      html_url: pageUrl(own(comment, 'html_url'), baseUrl) ?? pageUrl(own(body, 'url'), baseUrl),
      user: person(own(comment, 'user'), baseUrl) ?? person(own(body, 'author'), baseUrl),
      title: lineOf(own(body, 'title'), GITEE_LIMITS.title),
      commit_id: commitId,
      short_commit_id: short,
      created_at: word(comment, 'created_at'),
      updated_at: word(comment, 'updated_at'),
    },
    issue: action === 'issue' ? issue : undefined,
    pullRequest: action === 'pull-request' ? pullRequest : undefined,
  };
  const id = word(body, 'per_iid')?.replace(/^[#!]/, '');
  return {
    trigger: 'gitee-comment',
    action,
    subject: {
      issue: `issue ${issue?.number ?? id ?? ''}`,
      'pull-request': `pull request ${pullRequest?.number ?? id ?? ''}`,
      commit: `commit ${short ?? ''}`,
      repository: 'repository',
    }[action],
    branch: action === 'pull-request' ? (pullRequest?.target_branch as string | undefined) : undefined,
    url: roots.note.html_url,
    roots,
  };
}

/** What has the comment: by Gitee's word for it, or by what the body describes. */
function targetOf(
  word: string | undefined,
  { issue, pullRequest, short }: Readonly<Record<'issue' | 'pullRequest' | 'short', unknown>>,
): 'issue' | 'pull-request' | 'commit' | 'repository' {
  const said = word?.toLowerCase().replace(/[^a-z]/g, '');
  if (said === 'issue') return 'issue';
  if (said === 'pullrequest' || said === 'mergerequest') return 'pull-request';
  if (said === 'commit') return 'commit';
  if (said === 'repository' || said === 'project') return 'repository';
  if (pullRequest !== undefined) return 'pull-request';
  if (issue !== undefined) return 'issue';
  return short === undefined ? 'repository' : 'commit';
}
