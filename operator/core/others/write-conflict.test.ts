import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConflictingManager } from './conflicting-manager.ts';
import {
  afterLoss,
  CALM,
  endsAt,
  isOver,
  LONGEST_PAUSE_MS,
  mayWriteAt,
  type WriteConflict,
} from './write-conflict.ts';

const MINUTE = 60_000;
const SOMEBODY: ConflictingManager = { who: 'somebody', remedy: 'Stop.', isCertain: false };
const loss = (at: number, key = 'a', by = SOMEBODY) => ({ at, keys: [key], by });
const lossesAt = (...times: number[]): WriteConflict =>
  times.reduce((contest, at) => afterLoss(contest, loss(at)), CALM);

/** A tool that removes the operator's keys this long after each time that they were restored. */
function fought(reactionMs: number, losses: number): { contest: WriteConflict; times: number[] } {
  let contest = CALM;
  const times: number[] = [];
  for (let at = reactionMs; times.length < losses; ) {
    contest = afterLoss(contest, loss(at));
    times.push(at);
    at = Math.max(at, mayWriteAt(contest)) + reactionMs;
  }
  return { contest, times };
}

describe('losses', () => {
  it('that are few, or far from each other, are accidents and are repaired at once', () => {
    expect(mayWriteAt(CALM)).toBe(Number.NEGATIVE_INFINITY);
    expect(lossesAt(0, 1, 2, 3)).toMatchObject({ level: 0 });
    expect(lossesAt(0, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 20 * MINUTE, 25 * MINUTE).level).toBe(0);
    expect(mayWriteAt(lossesAt(0, 1, 2, 3))).toBe(Number.NEGATIVE_INFINITY);
  });

  it('five times in a short time are a conflict', () => {
    expect(lossesAt(0, 1, 2, 3, 4).level).toBe(1);
    expect(lossesAt(0, 3 * MINUTE, 6 * MINUTE, 9 * MINUTE, 12 * MINUTE).level).toBe(1);
  });

  it('name all keys, and the most certain writer', () => {
    const certain = { ...SOMEBODY, who: 'helm', isCertain: true };
    const contest = [loss(0), loss(1, 'b', certain), loss(2, 'c'), loss(3), loss(4)].reduce(afterLoss, CALM);
    expect(contest.by?.who).toBe('helm');
    expect([...contest.keys]).toEqual(['a', 'b', 'c']);
  });
});

describe('a conflict', () => {
  it('makes the pauses grow, from seconds to five minutes', () => {
    const { times } = fought(10, 14);
    const pauses = times.slice(5).map((at, index) => at - 10 - (times[index + 4] ?? 0));
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
  });

  it('never delays a renewal beyond the end of a signature', () => {
    const leftAfterLatestRenewal = 60 * MINUTE - 50 * MINUTE;
    expect(LONGEST_PAUSE_MS).toBeLessThan(leftAfterLatestRenewal);
    const { contest, times } = fought(1, 100);
    expect(mayWriteAt(contest) - (times.at(-1) ?? 0)).toBe(LONGEST_PAUSE_MS);
  });

  it('continues as long as the writer comes back, however slowly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000 }), (reactionMs) => {
        let contest = CALM;
        let level = 0;
        for (let at = 0, count = 0; count < 30; count++) {
          contest = afterLoss(contest, loss(at));
          expect(contest.level).toBeGreaterThanOrEqual(level);
          level = contest.level;
          at = Math.max(at, mayWriteAt(contest)) + reactionMs;
        }
        expect(level).toBeGreaterThan(20);
      }),
    );
  });

  it('is over once the keys have stayed twice as long as before, and then begins again', () => {
    const hot = lossesAt(0, 1, 2, 3, 4);
    expect(isOver(hot, 4 + 14_999)).toBe(false);
    expect(isOver(hot, 4 + 15_000)).toBe(true);
    expect(afterLoss(hot, loss(60_000))).toMatchObject({ level: 0, losses: [{ at: 60_000 }] });
    const slow = lossesAt(0, 3 * MINUTE, 6 * MINUTE, 9 * MINUTE, 12 * MINUTE);
    expect(endsAt(slow)).toBe(18 * MINUTE);
    const { contest, times } = fought(10, 12);
    expect(endsAt(contest) - (times.at(-1) ?? 0)).toBeGreaterThanOrEqual(2 * LONGEST_PAUSE_MS);
  });
});
