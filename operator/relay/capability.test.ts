import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { Capability } from './capability.ts';

/** A clock that is never set: vitest moves it together with the timers. */
const clock = () => performance.now();

let stored: string | undefined;
let fault: Error | undefined;
let reads: number;
let log: ReturnType<typeof recordingLog>;
let capability: Capability;

beforeEach(() => {
  vi.useFakeTimers();
  [stored, fault, reads, log] = ['first', undefined, 0, recordingLog()];
  capability = new Capability({
    read: async () => {
      reads += 1;
      if (fault) throw fault;
      return stored;
    },
    clock,
    log,
  });
});

afterEach(() => {
  capability.close();
  vi.useRealTimers();
});

/** The verdict on a token, however long it takes. */
async function verdict(token: string) {
  const judged = capability.judge(token);
  await vi.advanceTimersByTimeAsync(1_000);
  return judged;
}

describe('the capability', () => {
  it('lets the token of the Secret in at once, and no other', async () => {
    await capability.start();
    expect([capability.isKnown, await capability.judge('first')]).toEqual([true, 'right']);
    expect(await verdict('second')).toBe('wrong');
    expect(await verdict('')).toBe('wrong');
  });

  it('is read again for an unknown token, once in a second for all callers', async () => {
    await capability.start();
    await vi.advanceTimersByTimeAsync(1_000);
    reads = 0;
    const judged = Promise.all(Array.from({ length: 100 }, (_, each) => capability.judge(`${each}`)));
    await vi.advanceTimersByTimeAsync(0);
    expect([...new Set(await judged)]).toEqual(['wrong']);
    expect(reads).toBe(1);
    const later = capability.judge('second');
    await vi.advanceTimersByTimeAsync(999);
    expect(reads).toBe(1);
    stored = 'second';
    await vi.advanceTimersByTimeAsync(1);
    expect([await later, reads]).toEqual(['right', 2]);
  });

  it('has a former token that is right for five minutes', async () => {
    await capability.start();
    stored = 'second';
    expect([await verdict('second'), await verdict('first')]).toEqual(['right', 'right']);
    await vi.advanceTimersByTimeAsync(5 * 60_000 - 2_000);
    expect(await capability.judge('first')).toBe('right');
    await vi.advanceTimersByTimeAsync(2_000);
    expect([await verdict('first'), await verdict('second')]).toEqual(['wrong', 'right']);
  });

  it('notices a change within thirty seconds, also if nobody asks', async () => {
    await capability.start();
    stored = 'second';
    await vi.advanceTimersByTimeAsync(30_000);
    reads = 0;
    expect([await capability.judge('second'), reads]).toEqual(['right', 0]);
  });

  it('says unknown, and not wrong, while it cannot be read', async () => {
    fault = new Error('connect ECONNREFUSED');
    await capability.start();
    expect([capability.isKnown, await verdict('first')]).toEqual([false, 'unknown']);
    fault = undefined;
    expect([await verdict('first'), capability.isKnown]).toEqual(['right', true]);
    fault = new Error('connect ECONNREFUSED');
    expect([await capability.judge('first'), await verdict('second')]).toEqual(['right', 'unknown']);
  });

  it('says unknown while the Secret has none', async () => {
    stored = undefined;
    await capability.start();
    expect([capability.isKnown, await verdict('')]).toEqual([false, 'unknown']);
    stored = '  \n';
    expect([await verdict(''), capability.isKnown]).toEqual(['unknown', false]);
  });

  it('is in no line of the log', async () => {
    await capability.start();
    stored = 'second';
    await verdict('second');
    fault = new Error('away');
    await verdict('third');
    expect(log.lines.map(({ message }) => message)).toEqual([
      'the capability of the relay has changed',
      'cannot read the capability of the relay; the known one stays',
    ]);
    expect(JSON.stringify(log.lines)).not.toMatch(/first|second|third/);
  });
});
