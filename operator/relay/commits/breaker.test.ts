import { describe, expect, it } from 'vitest';
import { CommitBreaker } from './breaker.ts';

const [SECOND, MINUTE] = [1_000, 60_000];

describe('after no answer in time', () => {
  it('a project has a pause, and others have not', () => {
    const breaker = new CommitBreaker();
    expect(breaker.timedOut('a', 0)).toBe(false);
    expect(breaker.mayAsk('a', 29 * SECOND)).toBe(false);
    expect(breaker.mayAsk('b', 0)).toBe(true);
    expect(breaker.mayAsk('a', 30 * SECOND)).toBe(true);
  });

  it('pauses grow up to five minutes, and an answer ends them', () => {
    const breaker = new CommitBreaker();
    let now = 0;
    const pauses = Array.from({ length: 7 }, () => {
      breaker.timedOut('a', now);
      const from = now;
      while (!breaker.mayAsk('a', now)) now += SECOND;
      return (now - from) / SECOND;
    });
    expect(pauses).toEqual([30, 60, 120, 240, 300, 300, 300]);
    breaker.answered('a');
    breaker.timedOut('a', now);
    expect(breaker.mayAsk('a', now + 30 * SECOND)).toBe(true);
  });

  it('of three projects, all have a pause', () => {
    const breaker = new CommitBreaker();
    expect(['a', 'a', 'b', 'c'].map((project) => breaker.timedOut(project, 0))).toEqual([
      ...[false, false, false, true],
    ]);
    expect(breaker.mayAsk('d', 29 * SECOND)).toBe(false);
    expect(breaker.mayAsk('d', 30 * SECOND)).toBe(true);
  });

  it('of two projects around an answer to a third one, others are asked', () => {
    const breaker = new CommitBreaker();
    breaker.timedOut('a', 0);
    breaker.timedOut('b', 0);
    breaker.answered('x');
    expect(breaker.timedOut('c', 0)).toBe(false);
    expect(breaker.mayAsk('d', 0)).toBe(true);
    expect(breaker.mayAsk('a', 0)).toBe(false);
  });
});

describe('while Argo CD cannot be asked', () => {
  it('nobody asks, and one question tries it after the pause', () => {
    const breaker = new CommitBreaker();
    expect(breaker.unavailable(0)).toBe(true);
    expect(breaker.mayAsk('a', 29 * SECOND)).toBe(false);
    expect([breaker.mayAsk('a', 30 * SECOND), breaker.mayAsk('b', 30 * SECOND)]).toEqual([true, false]);
    // The trial gets no answer: the next pause is longer, and nobody has to be told again.
    expect(breaker.timedOut('a', 31 * SECOND)).toBe(false);
    expect(breaker.mayAsk('b', 90 * SECOND)).toBe(false);
    expect(breaker.mayAsk('b', 91 * SECOND)).toBe(true);
    breaker.answered('b');
    expect(breaker.mayAsk('c', 91 * SECOND)).toBe(true);
  });

  it('a trial whose end nobody reports does not end the questions', () => {
    const breaker = new CommitBreaker();
    breaker.unavailable(0);
    expect(breaker.mayAsk('a', MINUTE)).toBe(true);
    expect(breaker.mayAsk('a', MINUTE + SECOND)).toBe(false);
    expect(breaker.mayAsk('a', MINUTE + 6 * SECOND)).toBe(true);
  });
});

it('remembers a bounded number of projects', () => {
  const breaker = new CommitBreaker();
  for (let project = 0; project < 1_001; project++) {
    breaker.timedOut(`${project}`, 0);
    breaker.answered('other');
  }
  expect([breaker.mayAsk('0', 0), breaker.mayAsk('1', 0)]).toEqual([true, false]);
});
