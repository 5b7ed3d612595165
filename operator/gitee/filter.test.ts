import { expect, it } from 'vitest';
import { isWanted } from './filter.ts';
import { eventIn } from './testing/event.ts';
import { PAYLOAD_NAMES, payload } from './testing/payloads.ts';

const wanted = (filter: Parameters<typeof isWanted>[1]) =>
  PAYLOAD_NAMES.filter((name) => isWanted(eventIn(payload(name)), filter));

it('wants everything without a filter', () => {
  expect(wanted({})).toEqual(PAYLOAD_NAMES);
  expect(wanted({ branches: [], tags: [], actions: [] })).toEqual(PAYLOAD_NAMES);
});

it('looks at the branch of a push, and at the target of a pull request and of comments on it', () => {
  const others = PAYLOAD_NAMES.filter((name) => /^(issue|tag|comment-(?!pull))/.test(name));
  const pulls = PAYLOAD_NAMES.filter((name) => name.includes('pull-request'));
  expect(wanted({ branches: ['main'] })).toEqual([...others, ...pulls, 'push'].sort());
  expect(wanted({ branches: ['feature/*'] })).toEqual([...others, 'branch-create', 'branch-delete'].sort());
  expect(wanted({ branches: ['release/*', 'mai?'] })).toEqual(wanted({ branches: ['main'] }));
});

it('wants no pull request whose target nobody knows, if branches are named', () => {
  const { branch: _, ...event } = eventIn(payload('pull-request-open'));
  expect(isWanted(event, {})).toBe(true);
  expect(isWanted(event, { branches: ['*'] })).toBe(false);
});

it('looks at the names of tags for tags only', () => {
  expect(wanted({ tags: ['v1.*'] })).toEqual(PAYLOAD_NAMES);
  expect(wanted({ tags: ['v2.*'] })).toEqual(PAYLOAD_NAMES.filter((name) => !name.startsWith('tag-')));
});

it('looks at actions', () => {
  expect(wanted({ actions: ['delete'] })).toEqual(['branch-delete', 'issue-delete', 'tag-delete']);
  expect(wanted({ actions: ['merge', 'reopen'] })).toEqual(['issue-reopen', 'pull-request-merge']);
});
