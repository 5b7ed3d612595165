import { own } from '../lib/own.ts';
import { filled, flagOf, lineOf, objectOf, quantityOf } from './hostile-values.ts';
import { fullNameOf, GITEE_LIMITS, people, person, ticket } from './shapes.ts';
import type { ToldByBody } from './told.ts';

type Body = Readonly<Record<string, unknown>>;

/** An event of an issue; undefined if the body does not say which issue. */
export function toldOfIssue(body: Body, baseUrl: string): ToldByBody | undefined {
  const given = own(body, 'issue');
  const issue = issueFields(given, baseUrl, { number: own(body, 'iid'), title: own(body, 'title') });
  if (issue === undefined) return undefined;
  const action = issueAction(
    wordOf(body, 'action'),
    wordOf(objectOf(given), 'state') ?? wordOf(body, 'state'),
  );
  return {
    trigger: 'gitee-issue',
    action,
    subject: `issue ${issue.number ?? issue.title}`,
    url: issue.html_url as string | undefined,
    roots: { issue: { action, ...issue } },
  };
}

/** An event of a pull request; undefined if the body does not say which pull request. */
export function toldOfPullRequest(body: Body, baseUrl: string): ToldByBody | undefined {
  const given = own(body, 'pull_request');
  const pullRequest = pullRequestFields(given, baseUrl, body);
  if (pullRequest === undefined) return undefined;
  const state = wordOf(objectOf(given), 'state') ?? wordOf(body, 'state');
  const action = pullRequestAction(wordOf(body, 'action'), state);
  return {
    trigger: 'gitee-pull-request',
    action,
    branch: pullRequest.target_branch as string | undefined,
    subject: `pull request ${pullRequest.number ?? pullRequest.title}`,
    url: pullRequest.html_url as string | undefined,
    roots: { pullRequest: { action, action_desc: wordOf(body, 'action_desc'), ...pullRequest } },
  };
}

/** Gitee tells an end and a new beginning as a change of the state. */
function issueAction(action: string | undefined, state: string | undefined): string {
  switch (action) {
    case 'open':
    case 'close':
    case 'reopen':
    case 'delete':
    case 'assign':
      return action;
    case 'state_change':
      if (state !== undefined && ['close', 'closed', 'rejected'].includes(state)) return 'close';
      return state === 'open' ? 'reopen' : 'update';
    default:
      return 'update';
  }
}

function pullRequestAction(action: string | undefined, state: string | undefined): string {
  switch (action) {
    case 'open':
    case 'merge':
    case 'close':
    case 'reopen':
      return action;
    case 'state_change':
      if (state === 'merged') return 'merge';
      if (state === 'closed' || state === 'close') return 'close';
      return state === 'open' ? 'reopen' : 'update';
    default:
      return 'update';
  }
}

/** The fields of an issue, also of the issue that a comment is about. */
export function issueFields(value: unknown, baseUrl: string, outside: Body = {}) {
  const given = objectOf(value);
  const common = ticket(given, baseUrl);
  const number = wordOf(given, 'number') ?? wordOf(outside, 'number');
  const title = common.title ?? lineOf(own(outside, 'title'), GITEE_LIMITS.title);
  if (number === undefined && title === undefined) return undefined;
  return filled({
    number,
    ...common,
    title,
    state_name: wordOf(given, 'state_name'),
    type_name: wordOf(given, 'type_name'),
    assignee: person(own(given, 'assignee'), baseUrl),
    collaborators: people(own(given, 'collaborators'), baseUrl),
  });
}

/** The fields of a pull request, also of the one that a comment is about. */
export function pullRequestFields(value: unknown, baseUrl: string, outside: Body = {}) {
  const given = objectOf(value);
  const [head, base] = [objectOf(own(given, 'head')), objectOf(own(given, 'base'))];
  const common = ticket(given, baseUrl);
  const number = wordOf(given, 'number') ?? wordOf(outside, 'number');
  const title = common.title ?? lineOf(own(outside, 'title'), GITEE_LIMITS.title);
  if (number === undefined && title === undefined) return undefined;
  const branch = (side: Body, name: string) =>
    lineOf(own(side, 'ref'), BRANCH_CHARACTERS) ?? lineOf(own(outside, name), BRANCH_CHARACTERS);
  return filled({
    number,
    ...common,
    title,
    source_branch: branch(head, 'source_branch'),
    source_repo: fullNameOf(objectOf(own(head, 'repo'))),
    target_branch: branch(base, 'target_branch'),
    assignees: people(own(given, 'assignees'), baseUrl),
    testers: people(own(given, 'testers'), baseUrl),
    merged: flagOf(own(given, 'merged')),
    merge_status: wordOf(given, 'merge_status'),
    merge_commit_sha: wordOf(given, 'merge_commit_sha'),
    commits: quantityOf(own(given, 'commits')),
    changed_files: quantityOf(own(given, 'changed_files')),
    additions: quantityOf(own(given, 'additions')),
    deletions: quantityOf(own(given, 'deletions')),
    merged_at: wordOf(given, 'merged_at'),
    closed_at: wordOf(given, 'closed_at'),
  });
}

const BRANCH_CHARACTERS = 500;

const wordOf = (given: Body, name: string): string | undefined => lineOf(own(given, name), GITEE_LIMITS.word);
