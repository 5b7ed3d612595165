import { describe, expect, it } from 'vitest';
import { outcomeOf, resultOf } from './outcome.ts';

const outOfMemory = Object.assign(new Error('reached limit'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
const crashed = { ok: false, killed: 'trap', message: 'The engine crashed.' };

describe('the outcome of a call', () => {
  it.each(['{"ok":true,"parsed":{}}', '{"ok":false,"errors":[{"message":"no"}]}'])(
    'is the answer: %s',
    (text) => {
      expect(outcomeOf({ type: 'answer', text }, 1)).toEqual(JSON.parse(text));
    },
  );

  it.each(['', 'text', 'null', '1', '{}', '[]', '{"error":"panic: token=123"}'])(
    'is a crash, and nothing is quoted, where there is no answer: %s',
    (text) => {
      expect(outcomeOf({ type: 'answer', text }, 1)).toEqual(crashed);
    },
  );

  it('tells the deadline', () => {
    const message = 'The engine did not answer within 2.5 s.';
    expect(outcomeOf({ type: 'late' }, 2_500)).toEqual({ ok: false, killed: 'deadline', message });
  });

  it('tells what ended the thread, if that can be told', () => {
    expect(outcomeOf({ type: 'ended', error: undefined }, 1)).toEqual(crashed);
    expect(outcomeOf({ type: 'ended', error: new Error('token=123') }, 1)).toEqual(crashed);
    expect(outcomeOf({ type: 'ended', error: outOfMemory }, 1)).toMatchObject({ killed: 'memory' });
    expect(outcomeOf({ type: 'fault', kind: 'memory', message: 'm' }, 1)).toEqual({
      ok: false,
      killed: 'memory',
      message: 'm',
    });
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
