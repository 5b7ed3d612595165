import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';

const quick = { timeoutMs: 60, intervalMs: 5 };

describe('eventually', () => {
  it('gives the first truthy answer', async () => {
    const answers = [undefined, false, null, 0, '', 'here'];
    expect(await eventually('an answer', () => answers.shift(), quick)).toBe('here');
  });

  it('takes exceptions for "not yet"', async () => {
    let calls = 0;
    const probe = async (): Promise<number> => {
      calls += 1;
      if (calls < 3) throw new Error('too early');
      return calls;
    };
    expect(await eventually('the third call', probe, quick)).toBe(3);
  });

  it('tells what was waited for, and the last answer', async () => {
    const waiting = eventually('rain', () => false, quick);
    await expect(waiting).rejects.toThrow(
      'timed out after 60 ms waiting for rain: the last answer was false',
    );
  });

  it('tells the last exception and keeps it as the cause', async () => {
    const cause = new Error('no clouds');
    const waiting = eventually('rain', () => Promise.reject(cause), quick);
    await expect(waiting).rejects.toMatchObject({
      message: expect.stringContaining('rain: no clouds'),
      cause,
    });
  });

  it('does not wait for a probe that hangs', async () => {
    const waiting = eventually('rain', () => new Promise<true>(() => undefined), quick);
    await expect(waiting).rejects.toThrow('waiting for rain: the first probe never answered');
  });
});
