import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { formatTrigger, readDefaultTriggers, readTrigger, readWrittenTrigger } from './trigger-value.ts';

const texts = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.constantFrom('it\'s "x"', 'a\nb: c', '# no', '\u0085'),
);
const conditions = fc.record(
  { description: texts, when: texts, oncePer: texts, send: fc.array(texts) },
  { requiredKeys: ['when', 'send'] },
);

it('is read back as it was written', () => {
  fc.assert(
    fc.property(conditions, (condition) => {
      const value = formatTrigger(condition);
      const { when, oncePer } = condition;
      expect(readTrigger(value)).toEqual([condition]);
      expect(readWrittenTrigger(value)).toEqual({ when, ...(oncePer !== undefined && { oncePer }) });
    }),
  );
});

it('has the fields in one order, and none that is absent', () => {
  expect(formatTrigger({ send: ['t'], oncePer: 'o', when: 'w', description: 'd' })).toBe(
    '[{"description":"d","when":"w","oncePer":"o","send":["t"]}]',
  );
  expect(formatTrigger({ when: 'true', send: [] })).toBe('[{"when":"true","send":[]}]');
});

describe('a hand edit', () => {
  const condition = { description: 'ours', when: "a == 'b'", oncePer: 'c', send: ['x', 'z'] };

  it('is read as YAML, but is not as the operator writes it', () => {
    const value = stringify([condition, { when: true, send: null }]);
    expect(readTrigger(value)).toEqual([condition, { when: 'true', send: [] }]);
    expect(readWrittenTrigger(value)).toBeUndefined();
  });

  it('may space the JSON out', () => {
    const value = JSON.stringify([condition], null, 2);
    expect(readTrigger(value)).toEqual([condition]);
    expect(readWrittenTrigger(value)).toEqual({ when: condition.when, oncePer: condition.oncePer });
  });

  it.each(['', 'null', '[]'])('may leave no condition (%j)', (value) => {
    expect(readTrigger(value)).toEqual([]);
    expect(readWrittenTrigger(value)).toBeUndefined();
  });

  it.each(['{', '[', '{}', 'a: b', '"text"', '7', '*a', 'a: b: c'])(
    'may be no trigger at all (%j)',
    (value) => {
      expect(readTrigger(value)).toBeUndefined();
      expect(readWrittenTrigger(value)).toBeUndefined();
    },
  );

  it.each(['[7]', '[null]', '[{"when":true}]', '[[]]'])('may be no condition (%j)', (value) => {
    expect(readWrittenTrigger(value)).toBeUndefined();
  });
});

it('takes of equal fields the last one, as the engine does', () => {
  expect(readTrigger('- when: a\n  when: b\n')).toEqual([{ when: 'b', send: [] }]);
});

it('reads default triggers', () => {
  expect(readDefaultTriggers('- a\n- 7\n')).toEqual(['a', '7']);
  expect(readDefaultTriggers('')).toEqual([]);
  expect(readDefaultTriggers('[')).toBeUndefined();
});
