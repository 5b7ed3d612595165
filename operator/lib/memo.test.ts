import { describe, expect, it } from 'vitest';
import { memoised, ObjectMemo, rememberLast, roughBytes } from './memo.ts';

describe('what is remembered by content', () => {
  it('is computed once, as long as it is used', () => {
    const computed: string[] = [];
    const upper = memoised(
      (text: string) => {
        computed.push(text);
        return text.toUpperCase();
      },
      (text) => text,
      1_000,
    );
    expect(upper('a')).toBe('A');
    // More than there is room for; the first is used again and again.
    for (let index = 0; index < 100; index++) {
      upper(`${index}`);
      upper('a');
    }
    expect(computed.filter((text) => text === 'a').length).toBe(1);
    upper('0');
    expect(computed.filter((text) => text === '0').length).toBe(2);
  });

  it('takes no more memory than it may, however large and many the results', () => {
    const texts = memoised((length: number) => ({ text: ['x'.repeat(length)] }), String, 1_000_000);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 2_000; index++) texts(100_000 + index);
    globalThis.gc?.();
    // All of them would take 200 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(50_000_000);
  });
});

describe('the memory that a value takes', () => {
  it('counts two bytes for each character of a text, since most scripts take as many', () => {
    expect(roughBytes('x'.repeat(1_000)) - roughBytes('')).toBe(2_000);
  });
});

describe('what is remembered of a resource', () => {
  const memo = new ObjectMemo<object, number>();
  let count = 0;
  const compute = () => ++count;

  it('is what it was, until the resource or an input is another', () => {
    const [a, b, input] = [{}, {}, {}];
    expect(memo.get(a, ['x', input], compute)).toBe(1);
    expect(memo.get(a, ['x', input], compute)).toBe(1);
    expect(memo.get(a, ['y', input], compute)).toBe(2);
    expect(memo.get(a, ['y', {}], compute)).toBe(3);
    expect(memo.get(a, ['y'], compute)).toBe(4);
    expect(memo.get(b, ['y'], compute)).toBe(5);
    expect(memo.get(a, ['y'], compute)).toBe(4);
  });
});

it('a result that is not to be kept is computed again, and takes the place of one that was', () => {
  const memo = new ObjectMemo<object, number>();
  const key = {};
  const get = (input: string, output: number) =>
    memo.getIf(
      key,
      [input],
      () => output,
      (each) => each > 0,
    );
  expect([get('a', -1), get('a', 1), get('a', 2)]).toEqual([-1, 1, 1]);
  expect([get('b', -2), get('a', 3)]).toEqual([-2, 3]);
});

it('the last result is remembered, also of undefined, and no other', () => {
  const computed: (string | undefined)[] = [];
  const length = rememberLast((text: string | undefined) => {
    computed.push(text);
    return text?.length;
  });
  for (const text of [undefined, undefined, 'a', 'a', 'bb', 'a']) expect(length(text)).toBe(text?.length);
  expect(computed).toEqual([undefined, 'a', 'bb', 'a']);
});
