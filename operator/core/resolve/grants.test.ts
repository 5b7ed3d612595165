import { describe, expect, it } from 'vitest';
import { config } from '../testing/fixtures.ts';
import { Grants, grantFinding, projectGrants, readGranted } from './grants.ts';

describe('grants', () => {
  it('are found by patterns on both sides, sorted, each once', () => {
    const grants = new Grants([
      ['pay-*', ['team-*']],
      ['billing', ['team-billing', 'team-b*']],
      ['all', ['*']],
      ['none', []],
    ]);
    expect(grants.of('team-billing')).toEqual(['all', 'billing', 'pay-*']);
    expect(grants.of('other')).toEqual(['all']);
  });

  it('leave out names that a pattern covers', () => {
    const grants = new Grants([
      ['pay-*', ['team']],
      ['pay-a', ['team']],
      ['payments', ['team']],
    ]);
    expect(grants.of('team')).toEqual(['pay-*', 'payments']);
  });

  it('of projects come from the configuration and from the AppProjects together', () => {
    const grants = projectGrants({
      config: config({ tenancy: { projects: { one: ['team-a'] } } }),
      projects: [
        { name: 'two', grantedTo: 'team-a, team-b' },
        { name: 'three', grantedTo: 'Team-A,team-?' },
        { name: 'four' },
      ],
    });
    expect(grants.of('team-a')).toEqual(['one', 'three', 'two']);
    expect(grants.of('team-b')).toEqual(['three', 'two']);
    expect(grants.of('other')).toEqual([]);
  });
});

describe('the annotation of an AppProject', () => {
  it.each([
    [undefined, [], []],
    ['', [], []],
    ['team-a', ['team-a'], []],
    [' team-a ,\n team-*,', ['team-a', 'team-*'], []],
    ['*', ['*'], []],
    ['team a', [], ['team a']],
    ['Team-A, -a, a-, a.b, a/b, !a, team-b', ['team-b'], ['Team-A', '-a', 'a-', 'a.b', 'a/b', '!a']],
    ['x'.repeat(64), [], ['x'.repeat(64)]],
  ])('%j is read entry by entry', (annotation, namespaces, malformed) => {
    expect(readGranted(annotation)).toEqual({ namespaces, malformed });
  });

  it('is complained of where it grants nothing', () => {
    expect(grantFinding({ name: 'p', grantedTo: 'team-a' })).toBeUndefined();
    const finding = grantFinding({ name: 'p', grantedTo: 'team-a, Team B' });
    expect(finding).toMatchObject({
      reason: 'InvalidGrant',
      message: expect.stringMatching(
        /^metadata\.annotations\[argocd-dingtalk\.io\/namespaces\]: entries that cannot be names of namespaces grant nothing: "Team B"/,
      ),
    });
  });

  it('cannot make a message without end', () => {
    const endless = Array.from({ length: 10_000 }, (_, index) => `${'X'.repeat(100)}${index}`).join();
    const { message = '' } = grantFinding({ name: 'p', grantedTo: endless }) ?? {};
    expect(message).toContain(' and 9995 more.');
    expect(message.length).toBeLessThan(1_000);
  });
});
