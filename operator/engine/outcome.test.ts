import { describe, expect, it } from 'vitest';
import { outcomeOf, resultOf, tooLong } from './outcome.ts';

const LIMITS = { deadlineMs: 2_500, maxAnswerBytes: 8 * 2 ** 20 };
const ended = {
  type: 'ended',
  lastWords: '',
  signal: null,
  fatalError: undefined,
  error: undefined,
} as const;
const crashed = { ok: false, killed: 'trap', message: 'The engine crashed.' };

describe('the outcome of a call', () => {
  it.each(['{"ok":true,"parsed":{}}', '{"ok":false,"errors":[{"message":"no"}]}'])(
    'is the answer: %s',
    (text) => {
      expect(outcomeOf({ type: 'answer', text }, LIMITS)).toEqual(JSON.parse(text));
    },
  );

  it.each(['', 'text', 'null', '1', '{}', '[]', '{"error":"panic: token=123"}'])(
    'is a crash, and nothing is quoted, where there is no answer: %s',
    (text) => {
      expect(outcomeOf({ type: 'answer', text }, LIMITS)).toEqual(crashed);
    },
  );

  it('tells the deadline', () => {
    const message = 'The engine did not answer within 2.5 s.';
    expect(outcomeOf({ type: 'late' }, LIMITS)).toEqual({ ok: false, killed: 'deadline', message });
  });

  it.each([
    ['out of memory', 'memory', 'The engine needed more memory than the operator allows.'],
    [
      'out of memory allocating heap arena metadata',
      'memory',
      'The engine needed more memory than the operator allows.',
    ],
    ['runtime: cannot allocate memory', 'memory', 'The engine needed more memory than the operator allows.'],
    ['stack overflow', 'trap', 'The engine ran out of stack, which endless recursion causes.'],
    ['all goroutines are asleep', 'trap', 'The engine crashed: all goroutines are asleep.'],
  ] as const)('tells what ended the process: %s', (fatalError, cause, message) => {
    expect(outcomeOf({ ...ended, fatalError }, LIMITS)).toEqual({ ok: false, killed: cause, message });
  });

  it('quotes no error, and not what killed the process', () => {
    expect(outcomeOf({ ...ended, error: new Error('token=123') }, LIMITS)).toEqual(crashed);
    expect(outcomeOf({ ...ended, signal: 'SIGKILL' }, LIMITS)).toEqual(crashed);
  });

  it('tells the length', () => {
    const message = 'The answer of the engine has more than 8 MiB.';
    expect(outcomeOf({ type: 'oversized' }, LIMITS)).toEqual({ ok: false, killed: 'memory', message });
    expect(tooLong(2 ** 20)).toHaveProperty('message', 'The request to the engine has more than 1 MiB.');
  });

  it('is counted by what it is', () => {
    const results = [
      resultOf({ ok: true, facts: {} as never }),
      resultOf({ ok: false, errors: [] }),
      resultOf({ ok: false, killed: 'memory', message: '' }),
    ];
    expect(results).toEqual(['ok', 'refused', 'memory']);
  });
});
