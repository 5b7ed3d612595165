import { describe, expect, it } from 'vitest';
import { GITEE_EVENTS } from './events.ts';
import { readGiteeEvent } from './payload.ts';
import { eventIn, GITEE } from './testing/event.ts';
import { PAYLOAD_NAMES, payload, realPayloads } from './testing/payloads.ts';

const REPOSITORY = 'https://gitee.com/example/shop';

describe('the event of each kind of payload', () => {
  it.each([
    ['push', 'gitee-push', 'push', 'branch main', { branch: 'main' }],
    ['branch-create', 'gitee-push', 'create', 'branch feature/coupons', { branch: 'feature/coupons' }],
    ['branch-delete', 'gitee-push', 'delete', 'branch feature/coupons', { branch: 'feature/coupons' }],
    ['tag-create', 'gitee-tag', 'create', 'tag v1.2.0', { tag: 'v1.2.0' }],
    ['tag-delete', 'gitee-tag', 'delete', 'tag v1.2.0', { tag: 'v1.2.0' }],
    ['issue-open', 'gitee-issue', 'open', 'issue I9ABCD', {}],
    ['issue-assign', 'gitee-issue', 'assign', 'issue I9ABCD', {}],
    ['issue-close', 'gitee-issue', 'close', 'issue I9ABCD', {}],
    ['issue-reopen', 'gitee-issue', 'reopen', 'issue I9ABCD', {}],
    ['issue-delete', 'gitee-issue', 'delete', 'issue I9ABCD', {}],
    ['pull-request-open', 'gitee-pull-request', 'open', 'pull request 12', { branch: 'main' }],
    ['pull-request-update', 'gitee-pull-request', 'update', 'pull request 12', { branch: 'main' }],
    ['pull-request-merge', 'gitee-pull-request', 'merge', 'pull request 12', { branch: 'main' }],
    ['pull-request-close', 'gitee-pull-request', 'close', 'pull request 12', { branch: 'main' }],
    ['comment-issue', 'gitee-comment', 'issue', 'issue I9ABCD', {}],
    ['comment-pull-request', 'gitee-comment', 'pull-request', 'pull request 12', { branch: 'main' }],
    ['comment-commit', 'gitee-comment', 'commit', expect.stringMatching(/^commit [0-9a-f]{7}$/), {}],
    ['comment-repository', 'gitee-comment', 'repository', 'repository', {}],
  ])('%s', (name, trigger, action, subject, filtered) => {
    const { url = REPOSITORY, roots, branch, tag, ...event } = eventIn(payload(name));
    expect(event).toEqual({
      trigger,
      action,
      subject,
      repository: { fullName: 'example/shop', url: REPOSITORY },
    });
    expect({ ...(branch !== undefined && { branch }), ...(tag !== undefined && { tag }) }).toEqual(filtered);
    expect(url).toMatch(/^https:\/\/gitee\.com\/example\/shop/);
    expect(roots).toMatchObject({
      repository: { full_name: 'example/shop' },
      sender: { name: expect.any(String) },
    });
  });

  it('has the page of the change, or of the commit where there is no other', () => {
    const { before, after, head_commit } = payload('push');
    expect(eventIn(payload('push')).url).toBe(`${REPOSITORY}/compare/${before}...${after}`);
    expect(eventIn(payload('tag-create')).url).toBe((head_commit as { url: string }).url);
    expect(eventIn(payload('branch-create')).url).toMatch(/\/commit\/[0-9a-f]{40}$/);
    expect(eventIn(payload('branch-delete'))).not.toHaveProperty('url');
    expect(eventIn(payload('comment-issue')).url).toBe(`${REPOSITORY}/issues/I9ABCD#note_3000001`);
  });

  it('is of a known trigger and action, and every group has payloads', () => {
    const events = PAYLOAD_NAMES.map((name) => eventIn(payload(name)));
    expect(PAYLOAD_NAMES).toHaveLength(18);
    for (const { trigger, action } of events) expect(GITEE_EVENTS[trigger].actions).toContain(action);
    expect(new Set(events.map(({ trigger }) => trigger))).toEqual(new Set(Object.keys(GITEE_EVENTS)));
  });
});

describe('what Gitee tells in other ways', () => {
  const changed = (name: string, fields: object) => eventIn({ ...payload(name), ...fields });
  const withState = (name: 'issue' | 'pull_request', file: string, state: string) => {
    const body = payload(file);
    return changed(file, { action: 'state_change', state, [name]: { ...(body[name] as object), state } });
  };

  it.each([
    ['closed', 'close'],
    ['close', 'close'],
    ['rejected', 'close'],
    ['open', 'reopen'],
    ['progressing', 'update'],
  ])('a change of an issue to %s is %s', (state, action) => {
    expect(withState('issue', 'issue-close', state).action).toBe(action);
  });

  it.each([
    ['merged', 'merge'],
    ['closed', 'close'],
    ['open', 'reopen'],
    ['draft', 'update'],
  ])('a change of a pull request to %s is %s', (state, action) => {
    expect(withState('pull_request', 'pull-request-close', state).action).toBe(action);
  });

  it.each(['tested', 'approved', 'constructor', '', null, 7])('the action %j is an update', (action) => {
    expect(changed('pull-request-open', { action }).action).toBe('update');
    expect(changed('issue-open', { action }).action).toBe('update');
  });

  it('a creation and a deletion show in the hashes as well', () => {
    const zeros = '0'.repeat(40);
    expect(changed('push', { before: zeros, created: null }).action).toBe('create');
    expect(changed('push', { after: zeros, deleted: 'true' }).action).toBe('delete');
    expect(changed('tag-create', { after: zeros }).action).toBe('delete');
    // A tag that was moved.
    expect(changed('tag-create', { before: 'a', created: false }).action).toBe('create');
  });

  it('a tag is a tag by its name, whichever hook tells', () => {
    expect(changed('tag-create', { hook_name: 'push_hooks' })).toMatchObject({
      trigger: 'gitee-tag',
      tag: 'v1.2.0',
    });
    expect(changed('push', { hook_name: 'tag_push_hooks' })).toMatchObject({ trigger: 'gitee-push' });
    expect(changed('tag-create', { ref: 'v1' })).toMatchObject({ trigger: 'gitee-tag', tag: 'v1' });
  });

  it.each([
    [{ noteable_type: 'Project' }, 'comment-repository', 'repository'],
    [{ noteable_type: 'MergeRequest' }, 'comment-pull-request', 'pull-request'],
    [{ noteable_type: null }, 'comment-pull-request', 'pull-request'],
    [{ noteable_type: null }, 'comment-issue', 'issue'],
    [{ noteable_type: null }, 'comment-commit', 'commit'],
    [{ noteable_type: 7 }, 'comment-repository', 'repository'],
    [{ noteable_type: 'Snippet' }, 'comment-repository', 'repository'],
  ])('a comment with %j in %s is about the %s', (fields, name, action) => {
    expect(changed(name, fields).action).toBe(action);
  });

  it('a comment on a commit may name it in one place only', () => {
    const { comment } = payload('comment-commit');
    expect(changed('comment-commit', { short_commit_id: null }).subject).toMatch(/^commit [0-9a-f]{7}$/);
    const bare = { ...(comment as object), commit_id: null };
    expect(changed('comment-commit', { comment: bare }).subject).toMatch(/^commit [0-9a-f]{7}$/);
  });

  it('the number of a pull request may be a text', () => {
    const { pull_request } = payload('pull-request-open');
    const event = changed('pull-request-open', {
      pull_request: { ...(pull_request as object), number: '12' },
    });
    expect(event.subject).toBe('pull request 12');
  });

  it('the newest ten commits remain, in the order of the payload', () => {
    const body = payload('push');
    const [one] = body.commits as object[];
    const many = Array.from({ length: 25 }, (_, index) => ({ ...one, id: `c${index}` }));
    const idsOf = (fields: object) =>
      (eventIn({ ...body, ...fields }).roots.push as { commits: { id: string }[] }).commits.map(
        ({ id }) => id,
      );
    const firstTen = many.slice(0, 10).map(({ id }) => id);
    const lastTen = many.slice(-10).map(({ id }) => id);
    expect(idsOf({ commits: many, after: 'c24' })).toEqual(lastTen);
    expect(idsOf({ commits: many, after: 'c0' })).toEqual(firstTen);
    const { push } = eventIn({ ...body, commits: many, total_commits_count: '31' }).roots;
    expect(push).toMatchObject({ total_commits_count: 31, more_commits_count: 21 });
  });

  it('a ping is told apart', () => {
    expect(readGiteeEvent({ hook_name: 'ping' }, GITEE)).toEqual({ kind: 'ping' });
  });
});

describe('a body that is not of an event', () => {
  it.each([
    null,
    [],
    'push_hooks',
    7,
    {},
    { hook_name: 'constructor' },
    { hook_name: '__proto__' },
    { hook_name: ['push_hooks'] },
    { hook_name: 'push_hooks' },
    { ...payload('push'), hook_name: 'repository_hooks' },
    { ...payload('push'), ref: null },
    { ...payload('comment-issue'), action: 'deleted' },
    { ...payload('push'), repository: null, project: null },
    { ...payload('issue-open'), issue: null, iid: null, title: null },
    { ...payload('pull-request-open'), pull_request: null, number: null, title: null },
  ])('is none (%#)', (body) => {
    expect(readGiteeEvent(body, GITEE)).toBeUndefined();
  });

  it('is one if another place says the same', () => {
    expect(eventIn({ ...payload('push'), repository: null }).repository.fullName).toBe('example/shop');
    expect(eventIn({ ...payload('issue-open'), issue: null, number: 'I9ABCD' }).subject).toBe('issue I9ABCD');
    expect(eventIn({ ...payload('pull-request-open'), pull_request: null })).toMatchObject({
      branch: 'main',
      subject: 'pull request 12',
    });
  });
});

const REAL = realPayloads();

describe.runIf(REAL.size > 0)('payloads of gitee.com', () => {
  const real = (name: string) => REAL.get(name);

  it.each([
    ['push', 'gitee-push', 'push', 'branch feat-2-1'],
    ['push_branch_delete', 'gitee-push', 'delete', 'branch feat-3'],
    ['tag_create', 'gitee-tag', 'create', 'tag 1.3'],
    ['issue_hook_open', 'gitee-issue', 'open', 'issue I4CYEO'],
    ['issue_hook_assign', 'gitee-issue', 'assign', 'issue I4CYEO'],
    ['pr_open', 'gitee-pull-request', 'open', 'pull request 9'],
    ['pr_labeled', 'gitee-pull-request', 'update', 'pull request 8'],
    ['pr_merge', 'gitee-pull-request', 'merge', 'pull request 9'],
    ['note_hook_issue_comment', 'gitee-comment', 'issue', 'issue I4CF12'],
  ])('%s', (name, trigger, action, subject) => {
    expect(eventIn(real(name))).toMatchObject({ trigger, action, subject });
  });

  it('are all known', () => {
    for (const body of REAL.values()) expect(eventIn(body).roots.sender).toBeDefined();
  });

  it('have the fields of our own, at every place', () => {
    const shapeOf = (value: unknown, path = ''): string[] =>
      typeof value !== 'object' || value === null
        ? [path]
        : Object.entries(Array.isArray(value) ? value.slice(0, 1) : value).flatMap(([key, each]) => [
            `${path}/${key}`,
            ...shapeOf(each, `${path}/${key}`),
          ]);
    for (const [ours, theirs] of [
      ['push', 'push'],
      ['branch-delete', 'push_branch_delete'],
      ['tag-create', 'tag_create'],
      ['issue-assign', 'issue_hook_assign'],
      ['pull-request-merge', 'pr_merge'],
      ['comment-issue', 'note_hook_issue_comment'],
    ] as const)
      expect([...new Set(shapeOf(payload(ours)))].sort()).toEqual(
        expect.arrayContaining([...new Set(shapeOf(real(theirs)))].filter((path) => !/\/\d+$/.test(path))),
      );
  });
});
