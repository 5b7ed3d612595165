import { describe, expect, it } from 'vitest';
import { EngineFault, EngineInstance } from './instance.ts';
import { limitMemory } from './memory-limit.ts';
import { type Behaviour, TINY_PAGES, tinyModule } from './testing/tiny-module.ts';

const PAGE = 65_536;

async function start(behaviours: Record<string, Behaviour> = {}, maxAnswerBytes = 10_000) {
  const module = await WebAssembly.compile(limitMemory(tinyModule(behaviours), 64 * PAGE));
  return EngineInstance.start(module, { maxMemoryBytes: 64 * PAGE, maxAnswerBytes, now: Date.now });
}

const CHECK = '{"call":"check"}';

/** The fault that a call ends with. */
async function faultOf(behaviour: Behaviour): Promise<unknown> {
  const instance = await start({ c: behaviour });
  try {
    return instance.call(CHECK);
  } catch (error) {
    if (!(error instanceof EngineFault)) throw error;
    return [error.kind, error.message];
  }
}

describe('an instance', () => {
  it('hands requests over and answers back, whatever the letters', async () => {
    const instance = await start();
    for (const text of [CHECK, '{"call":"钉钉 🤖 \\u0000"}', `{"call":"${'长'.repeat(3_000)}"}`])
      expect(instance.call(text)).toBe(text);
    expect(instance.memoryBytes).toBe(TINY_PAGES * PAGE);
  });

  it('reads no answer that is too long', async () => {
    const instance = await start({ c: 'babble' }, 16_383);
    expect(() => instance.call(CHECK)).toThrow(
      new EngineFault('memory', 'The engine answered with more than 0 MiB.'),
    );
    expect((await start({ c: 'babble' }, 16_384)).call(CHECK)).toHaveLength(16_384);
  });

  it.each([
    ['eat', ['memory', 'The engine needed more memory than it may have.']],
    ['recurse', ['trap', 'The engine ran out of stack, as endless recursion makes it.']],
    ['trap', ['trap', 'The engine crashed.']],
  ] as const)('says in a sentence why there is no answer: %s', async (behaviour, expected) => {
    expect(await faultOf(behaviour)).toEqual(expected);
  });

  it('takes no more memory than it may', async () => {
    const instance = await start({ c: 'eat' });
    expect(() => instance.call(CHECK)).toThrow(EngineFault);
    expect(instance.memoryBytes).toBe(52 * PAGE);
  });
});
