import { describe, expect, it } from 'vitest';
import { Output } from './output.ts';

function written(...texts: string[]): Output {
  const output = new Output();
  for (const text of texts) output.write(Buffer.from(text));
  return output;
}

describe('what a module writes', () => {
  it('is kept up to a limit', () => {
    const output = written('a'.repeat(5_000), 'b'.repeat(5_000), 'c'.repeat(1e6));
    expect(output.text).toBe(`${'a'.repeat(5_000)}${'b'.repeat(3_192)}`);
  });

  it('makes way for its last words, however much came before', () => {
    const output = written('log line\n'.repeat(2_000), 'fatal error: ', 'out of memory', '\n\ngoroutine 1 …');
    expect(output.text).toBe('fatal error: out of memory\n\ngoroutine 1 …');
    expect(output.fatalError).toBe('out of memory');
  });

  it('tells the fatal error behind what the runtime says first', () => {
    const output = written(
      'runtime: ',
      'out of memory: cannot allocate 4194304-byte block\n',
      'fatal error: ',
      'out of memory',
      '\n',
    );
    expect(output.fatalError).toBe('out of memory');
  });

  it('tells nothing of a panic, which can quote anything', () => {
    expect(written('panic: token=123\n').fatalError).toBeUndefined();
  });

  it('is forgotten before the next call', () => {
    const output = written('fatal error: x');
    output.clear();
    output.write(Buffer.from('fine'));
    expect([output.text, output.fatalError]).toEqual(['fine', undefined]);
  });
});
