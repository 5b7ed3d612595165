import { describe, expect, it } from 'vitest';
import { decide } from '../decide.ts';
import { settled, snapshot, subscription, team } from '../testing/fixtures.ts';
import { costlyNamePatterns } from './name-patterns.ts';

const messagesOf = (...names: string[]) =>
  costlyNamePatterns(subscription({}, { applications: { names } })).map(({ message }) => message);

const patterns = (count: number) => Array.from({ length: count }, (_, index) => `team-${index}-*`);

describe('patterns of names', () => {
  it('may be as many, as long and as open as Argo CD can bear', () => {
    const largest = `*${'?'.repeat(30)}*${'a'.repeat(30)}*`;
    expect(largest).toHaveLength(63);
    expect(messagesOf(...Array.from({ length: 5 }, () => largest))).toEqual([]);
    expect(costlyNamePatterns(subscription({}, { applications: { all: true } }))).toEqual([]);
  });

  it('are told from exact names, which cost nothing', () => {
    const exact = Array.from({ length: 45 }, (_, index) => `${index}`.padEnd(253, 'a'));
    expect(messagesOf(...exact.slice(0, 35), ...patterns(15))).toEqual([]);
  });

  it('count a row of asterisks as one', () => {
    expect(messagesOf('*'.repeat(253), `**a***b****`)).toEqual([]);
  });

  it.each([
    [
      'many',
      ['exact', ...patterns(17)],
      /^spec\.applications\.names\[16\]: all patterns together may have at most 15 asterisks/,
    ],
    [
      'open',
      ['exact', '*a*b*c*'],
      /^spec\.applications\.names\[1\]: the pattern has 4 asterisks, and may have at most 3/,
    ],
    [
      'long together',
      Array.from({ length: 6 }, (_, index) => `${index}${'a'.repeat(60)}?`),
      /^spec\.applications\.names\[5\]: all patterns together may have at most 315 characters/,
    ],
    [
      'long',
      [`${'?'.repeat(64)}`],
      /^spec\.applications\.names\[0\]: .* 64 characters, and may have at most 63/,
    ],
  ])('that are too %s are refused with the remedy', (_, names, message) => {
    const messages = messagesOf(...names);
    expect(messages).toEqual([expect.stringMatching(message)]);
    expect(messages[0]).toMatch(
      /Use exact names, a label selector \(spec\.applications\.selector\), or fewer or shorter patterns\.$/,
    );
  });

  it('that are too costly leave the live version unchanged, and go live nowhere', () => {
    const subscriptions = [subscription({ generation: 2 }, { applications: { names: patterns(16) } })];
    const fresh = decide(snapshot({ ...team(), subscriptions }));
    expect(fresh.resolution.subscriptions[0]?.verdict).toMatchObject({
      rollout: 'lastGood',
      refusal: { reason: 'CriteriaTooCostly' },
    });
    expect(fresh.plan.entries).toEqual([]);
    const live = settled(snapshot(team()));
    const edited = decide({ ...live, subscriptions });
    expect(edited.plan.entries).not.toEqual([]);
    expect(edited.plan.configMap).toEqual(decide(live).plan.configMap);
  });
});
