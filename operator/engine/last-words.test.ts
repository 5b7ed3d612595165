import { describe, expect, it } from 'vitest';
import { LastWords } from './last-words.ts';

function written(...texts: string[]): LastWords {
  const words = new LastWords();
  for (const text of texts) words.write(Buffer.from(text));
  return words;
}

describe('what a program writes', () => {
  it('is kept up to a limit', () => {
    const words = written('a'.repeat(5_000), 'b'.repeat(5_000), 'c'.repeat(1e6));
    expect(words.text).toBe(`${'a'.repeat(5_000)}${'b'.repeat(3_192)}`);
  });

  it('makes way for its last words, however much came before', () => {
    const words = written('log line\n'.repeat(2_000), 'fatal error: ', 'out of memory', '\n\ngoroutine 1 …');
    expect(words.text).toMatch(/^fatal error: out of memory\n\ngoroutine 1 /);
    expect(words.fatalError).toBe('out of memory');
  });

  it('makes way for last words that come in one piece with what is before them', () => {
    const words = written(`${'log line\n'.repeat(500)}fatal error: stack overflow\n`);
    expect(words.text).toBe('fatal error: stack overflow\n');
  });

  it('tells the fatal error behind what the runtime says first', () => {
    const words = written(
      'runtime: ',
      'out of memory: cannot allocate 4194304-byte block\n',
      'fatal error: ',
      'runtime: out of memory',
      '\n\nruntime stack:\n',
    );
    expect(words.fatalError).toBe('runtime: out of memory');
  });

  it('tells nothing of a panic, which can quote anything', () => {
    expect(written('panic: token=123\n').fatalError).toBeUndefined();
  });
});
